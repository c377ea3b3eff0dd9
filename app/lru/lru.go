// Package lru is a map of bounded size which forgets what was used longest ago. It knows
// nothing of what it holds. Entry point: New. The trap: anything may be forgotten at any
// time, so only what can be found out again, or may be forgotten, belongs in it.
package lru

import (
	"container/list"
	"sync"
)

// Map is a bounded map, safe for use by many goroutines.
type Map[K comparable, V any] struct {
	mu    sync.Mutex
	size  int
	order *list.List // of entry[K, V]; the last used is in front
	items map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

// New makes a map of at most size entries; size must be positive.
func New[K comparable, V any](size int) *Map[K, V] {
	return &Map[K, V]{size: size, order: list.New(), items: map[K]*list.Element{}}
}

// Get gives the value of a key, which thereby becomes the last one to be forgotten.
func (m *Map[K, V]) Get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.items[key]
	if !ok {
		var none V
		return none, false
	}
	m.order.MoveToFront(e)
	return e.Value.(entry[K, V]).value, true
}

// GetOrPut gives the value of a key, or makes it. The function runs while the map is
// locked, so that all callers share one value.
func (m *Map[K, V]) GetOrPut(key K, create func() V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.items[key]; ok {
		m.order.MoveToFront(e)
		return e.Value.(entry[K, V]).value
	}
	v := create()
	m.put(key, v)
	return v
}

// Put sets the value of a key.
func (m *Map[K, V]) Put(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, value)
}

func (m *Map[K, V]) put(key K, value V) {
	if e, ok := m.items[key]; ok {
		e.Value = entry[K, V]{key, value}
		m.order.MoveToFront(e)
		return
	}
	m.items[key] = m.order.PushFront(entry[K, V]{key, value})
	if m.order.Len() > m.size {
		oldest := m.order.Remove(m.order.Back()).(entry[K, V])
		delete(m.items, oldest.key)
	}
}

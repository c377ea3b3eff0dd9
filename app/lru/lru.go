// Package lru is a map of bounded size which forgets what was used longest ago. It knows
// nothing of what it holds. Entry points: New for a bound of entries, Weighed for one of
// their weights. The trap: anything may be forgotten at any time, so only what can be found
// out again, or may be forgotten, belongs in it.
package lru

import (
	"container/list"
	"sync"
)

// Map is a bounded map, safe for use by many goroutines.
type Map[K comparable, V any] struct {
	mu     sync.Mutex
	most   int64
	weight func(K, V) int64
	held   int64      // the weight of all
	order  *list.List // of entry[K, V]; the last used is in front
	items  map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key    K
	value  V
	weight int64
}

// New makes a map of at most size entries; size must be positive.
func New[K comparable, V any](size int) *Map[K, V] {
	return Weighed(int64(size), func(K, V) int64 { return 1 })
}

// Weighed makes a map of entries that together weigh at most so much, such as bytes. One that
// weighs more by itself is not kept.
func Weighed[K comparable, V any](most int64, weight func(K, V) int64) *Map[K, V] {
	return &Map[K, V]{most: most, weight: weight, order: list.New(), items: map[K]*list.Element{}}
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

// Weight tells how much all entries weigh.
func (m *Map[K, V]) Weight() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

func (m *Map[K, V]) put(key K, value V) {
	if e, ok := m.items[key]; ok {
		m.remove(e)
	}
	weight := m.weight(key, value)
	if weight > m.most {
		return
	}
	m.items[key] = m.order.PushFront(entry[K, V]{key, value, weight})
	m.held += weight
	for m.held > m.most {
		m.remove(m.order.Back())
	}
}

func (m *Map[K, V]) remove(e *list.Element) {
	gone := m.order.Remove(e).(entry[K, V])
	delete(m.items, gone.key)
	m.held -= gone.weight
}

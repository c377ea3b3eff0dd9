package lru_test

import (
	"sync"
	"testing"

	"sregistry/app/lru"
)

func TestForgetsWhatWasUsedLongestAgo(t *testing.T) {
	t.Parallel()
	m := lru.New[string, int](2)
	m.Put("a", 1)
	m.Put("b", 2)
	m.Get("a")
	m.Put("c", 3)
	if _, ok := m.Get("b"); ok {
		t.Error("b is still there")
	}
	for key, want := range map[string]int{"a": 1, "c": 3} {
		if got, ok := m.Get(key); !ok || got != want {
			t.Errorf("%s: %d, %v", key, got, ok)
		}
	}
}

func TestPutReplaces(t *testing.T) {
	t.Parallel()
	m := lru.New[string, int](2)
	m.Put("b", 0)
	m.Put("a", 1)
	m.Put("a", 2)
	if got, _ := m.Get("a"); got != 2 {
		t.Errorf("a is %d", got)
	}
	if _, ok := m.Get("b"); !ok {
		t.Error("what replaced a took the room of b")
	}
}

func TestAllCallersShareOneValue(t *testing.T) {
	t.Parallel()
	m := lru.New[string, *int](8)
	made := 0
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { m.GetOrPut("a", func() *int { made++; return new(int) }) })
	}
	wg.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}

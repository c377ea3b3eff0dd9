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

func TestWeightsAreBounded(t *testing.T) {
	t.Parallel()
	m := lru.Weighed(10, func(k, v string) int64 { return int64(len(k) + len(v)) })
	m.Put("a", "123")
	m.Put("b", "123")
	m.Put("c", "too long to be kept")
	if _, ok := m.Get("c"); ok || m.Weight() != 8 {
		t.Errorf("the weight is %d", m.Weight())
	}
	m.Put("a", "12345") // in the place of a shorter one, which takes b's
	for key, want := range map[string]bool{"a": true, "b": true} {
		if _, ok := m.Get(key); ok != want {
			t.Errorf("%s: %v", key, ok)
		}
	}
	m.Put("d", "1234567")
	if _, ok := m.Get("d"); !ok || m.Weight() != 8 {
		t.Errorf("after a heavy one the weight is %d", m.Weight())
	}
	m.Put("d", "much too long to be kept")
	if _, ok := m.Get("d"); ok || m.Weight() != 0 {
		t.Errorf("a value that was replaced by one which is not kept: %v, %d", ok, m.Weight())
	}
}

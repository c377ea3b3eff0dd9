package registry

import (
	"time"

	"sregistry/app/access"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// The bounds of the cache of lookups. Together they stay below 16 MiB.
const (
	maxCached     = 1024
	maxCachedBody = 16 << 10 // bytes of a manifest
	cacheTTL      = time.Second
)

// lookupKey is a question that a pull begins with. The answer depends on the user only by
// his role; what he may do with it is decided anew every time.
type lookupKey struct {
	user      int64
	path      ref.Path
	reference ref.Reference
	arch      string
}

// cached is an answer, and the state of the database that it was read from.
type cached[V any] struct {
	epoch uint64
	at    time.Time
	place store.Place
	value V
}

// lookupCache caches the answers to lookups until anything is written: a thousand nodes that
// start one job ask the same within a second. An answer is not used any more once a
// change was acknowledged. Other processes change accounts only, which identity minds;
// that answers grow old all the same is for whoever changes the file by hand.
type lookupCache[V any] struct {
	items *lru.Map[lookupKey, cached[V]]
	fits  func(V) bool // whether an answer is small enough to be kept
}

func newLookupCache[V any](fits func(V) bool) lookupCache[V] {
	return lookupCache[V]{lru.New[lookupKey, cached[V]](maxCached), fits}
}

// get answers a lookup for an actor, from the cache or by load, which has to ask for
// permission itself. Errors are not cached.
func (m lookupCache[V]) get(s *Service, actor model.Actor, l lookupKey, load func() (store.Place, V, error)) (V, error) {
	epoch := s.db.Epoch() // before the reading: what is written meanwhile makes the answer old
	now := time.Now()
	if kept, ok := m.items.Get(l); ok && kept.epoch == epoch && now.Sub(kept.at) < cacheTTL {
		if err := s.allow(actor, access.Read, kept.place); err != nil {
			var none V
			return none, err
		}
		return kept.value, nil
	}
	p, v, err := load()
	if err == nil && m.fits(v) {
		m.items.Put(l, cached[V]{epoch, now, p, v})
	}
	return v, err
}

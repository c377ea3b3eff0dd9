package registry

import (
	"time"

	"sregistry/app/access"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// The bounds of each of the two caches of lookups.
const (
	maxCached = 4 << 20 // bytes
	cacheTTL  = time.Second
	// cachedSize is what an answer takes in memory besides its texts, in bytes, with the
	// question.
	cachedSize = 1 << 10
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
}

// newLookupCache makes a cache of answers of which size tells the bytes of their texts.
func newLookupCache[V any](size func(V) int) lookupCache[V] {
	return lookupCache[V]{lru.Weighed(maxCached, func(l lookupKey, c cached[V]) int64 {
		return cachedSize + int64(size(c.value)+len(l.reference.Tag)+len(l.arch)+len(l.path.String()))
	})}
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
	if err == nil {
		m.items.Put(l, cached[V]{epoch, now, p, v})
	}
	return v, err
}

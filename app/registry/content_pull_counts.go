package registry

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// pullsEvery is how often counted pulls are written; a crash loses so much of them.
	pullsEvery = 5 * time.Second
	// maxPullKeys bounds the blobs whose pulls are kept in memory, of about 200 bytes each.
	maxPullKeys = 1 << 14
	// pullsBatch is how many of them one transaction writes.
	pullsBatch = 500
)

// pullKey is what is counted by itself.
type pullKey struct {
	container int64
	digest    digest.Digest
	day       int64
}

// partialKey is what one client's partial pulls are counted by.
type partialKey struct {
	pullKey
	client string
}

// PullCounter counts in memory, so that no download waits for the database. When there are more
// keys than it may keep before they are written, the newest are not counted.
type PullCounter struct {
	db     *store.DB
	log    *slog.Logger
	mu     sync.Mutex
	counts map[pullKey]*store.PullCount
	// partial are the partial pulls that were counted lately.
	partial *lru.Map[partialKey, struct{}]
}

func newPullCounter(db *store.DB, log *slog.Logger) *PullCounter {
	return &PullCounter{db: db, log: log, partial: lru.New[partialKey, struct{}](maxPullKeys)}
}

func (p *PullCounter) add(container int64, d digest.Digest, at time.Time) {
	key := pullKey{container, d, store.DayOf(at)}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.counts[key]
	if c == nil {
		if len(p.counts) >= maxPullKeys {
			return
		}
		if p.counts == nil {
			p.counts = map[pullKey]*store.PullCount{}
		}
		c = &store.PullCount{Container: container, Digest: d, Day: key.day}
		p.counts[key] = c
	}
	c.Count++
	c.Last = at
}

// take empties the memory.
func (p *PullCounter) take() []store.PullCount {
	p.mu.Lock()
	counts := p.counts
	p.counts = nil
	p.mu.Unlock()
	list := make([]store.PullCount, 0, len(counts))
	for _, c := range counts {
		list = append(list, *c)
	}
	return list
}

// Count counts that the last byte of a container's blob was sent. It is a pull of an
// image if the blob is the image's mark: the file of an image file, the config of an image
// of layers, the first layer of any other. Manifests do not count. It never waits.
func (p *PullCounter) Count(container int64, d digest.Digest) { p.add(container, d, time.Now()) }

// CountPartial counts a pull of which only parts were asked for, as clients do that
// resume, or pull in parallel. A client and image count once a day at most: anybody can ask
// for the last byte a thousand times, and retention keeps what is pulled. It never waits.
func (p *PullCounter) CountPartial(actor model.Actor, container int64, d digest.Digest) {
	client := actor.Source
	if !actor.IsAnonymous() {
		client = fmt.Sprint("user ", actor.UserID)
	}
	now := time.Now()
	first := false
	p.partial.GetOrPut(partialKey{pullKey{container, d, store.DayOf(now)}, client}, func() struct{} { first = true; return struct{}{} })
	if first {
		p.add(container, d, now)
	}
}

// Run writes what Pulls.Count counts, every few seconds until ctx is done, and then
// what is left.
func (p *PullCounter) Run(ctx context.Context) {
	flushEvery(ctx, pullsEvery, func() {
		if err := p.Flush(context.WithoutCancel(ctx)); err != nil {
			p.log.Error("pulls could not be counted", "error", err)
		}
	})
}

// Flush writes what Pulls.Count has counted so far. What cannot be written is lost.
func (p *PullCounter) Flush(ctx context.Context) error {
	const op = "registry.Pulls.Flush"
	for list := p.take(); len(list) > 0; {
		n := min(len(list), pullsBatch)
		if err := p.db.Update(ctx, func(tx *store.Tx) error { return tx.AddPulls(ctx, list[:n]) }); err != nil {
			return errs.Wrap(op, err)
		}
		list = list[n:]
	}
	return nil
}

// since gives the number of the day that begins the last days, of which today is one.
func since(tx *store.Tx, days int) int64 { return store.DayOf(tx.Now) - int64(days) + 1 }

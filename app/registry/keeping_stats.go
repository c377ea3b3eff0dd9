package registry

import (
	"context"
	"sync"
	"time"

	"sregistry/app/model"
	"sregistry/app/store"
)

// statsTTL is how long figures are good: counting all blobs is not for every scrape.
const statsTTL = 15 * time.Second

// Stats are numbers about what is kept and what waits, for those who watch the server.
type Stats struct {
	model.Health
	Uploads    int // that are under way
	Waiting    int // deliveries to webhooks
	Writes     uint64
	WriteWait  time.Duration // all that changes have waited for their turn
	LastSwept  time.Time     // when a sweep ended last; zero since the start if none did
	SweptTotal SweepResult   // since the start
}

// statsCache are the last Stats, and the counts since the start.
type statsCache struct {
	mu    sync.Mutex
	at    time.Time
	last  Stats
	swept SweepResult
	sweep time.Time
}

// Stats gives the present ones, some seconds old at most. Who may see them is not asked
// here: whoever serves them asks AuthorizeMonitoring.
func (k *Keeper) Stats(ctx context.Context) (Stats, error) {
	k.stats.mu.Lock()
	defer k.stats.mu.Unlock()
	if time.Since(k.stats.at) < statsTTL {
		return k.stats.last, nil
	}
	h, err := k.health(ctx)
	if err != nil {
		return Stats{}, err
	}
	f := Stats{Health: h, LastSwept: k.stats.sweep, SweptTotal: k.stats.swept}
	f.Writes, f.WriteWait = k.db.Writes()
	err = k.db.View(ctx, func(tx *store.Tx) (err error) {
		if f.Uploads, err = tx.CountUploads(ctx); err != nil {
			return err
		}
		f.Waiting, err = tx.CountWaitingDeliveries(ctx)
		return err
	})
	if err != nil {
		return Stats{}, err
	}
	k.stats.last, k.stats.at = f, time.Now()
	return f, nil
}

// addSweep adds to the figures what a sweep let go.
func (k *Keeper) addSweep(done SweepResult) {
	k.stats.mu.Lock()
	defer k.stats.mu.Unlock()
	k.stats.swept.add(done)
	k.stats.sweep = time.Now()
}

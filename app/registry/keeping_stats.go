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
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	if time.Since(s.stats.at) < statsTTL {
		return s.stats.last, nil
	}
	h, err := s.health(ctx)
	if err != nil {
		return Stats{}, err
	}
	f := Stats{Health: h, LastSwept: s.stats.sweep, SweptTotal: s.stats.swept}
	f.Writes, f.WriteWait = s.db.Writes()
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		if f.Uploads, err = tx.CountUploads(ctx); err != nil {
			return err
		}
		f.Waiting, err = tx.CountWaitingDeliveries(ctx)
		return err
	})
	if err != nil {
		return Stats{}, err
	}
	s.stats.last, s.stats.at = f, time.Now()
	return f, nil
}

// addSweepStats adds to the figures what a sweep let go.
func (s *Service) addSweepStats(done SweepResult) {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	s.stats.swept.add(done)
	s.stats.sweep = time.Now()
}

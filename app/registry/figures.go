package registry

import (
	"context"
	"sync"
	"time"

	"sregistry/app/model"
	"sregistry/app/store"
)

// figuresFor is how long figures are good: counting all blobs is not for every scrape.
const figuresFor = 15 * time.Second

// Figures are numbers about what is kept and what waits, for those who watch the server.
type Figures struct {
	model.Health
	Uploads    int // that are under way
	Waiting    int // deliveries to webhooks
	Writes     uint64
	WriteWait  time.Duration // all that changes have waited for their turn
	LastSwept  time.Time     // when a sweep ended last; zero since the start if none did
	SweptTotal SweepResult   // since the start
}

// figures are the last Figures, and what they count by themselves.
type figures struct {
	mu    sync.Mutex
	at    time.Time
	last  Figures
	swept SweepResult
	sweep time.Time
}

// Figures gives the present ones, some seconds old at most. Who may see them is not asked
// here: whoever serves them asks AuthorizeMonitoring.
func (s *Service) Figures(ctx context.Context) (Figures, error) {
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	if time.Since(s.figures.at) < figuresFor {
		return s.figures.last, nil
	}
	h, err := s.health(ctx)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Health: h, LastSwept: s.figures.sweep, SweptTotal: s.figures.swept}
	f.Writes, f.WriteWait = s.db.Writes()
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		if f.Uploads, err = tx.CountUploads(ctx); err != nil {
			return err
		}
		f.Waiting, err = tx.CountWaiting(ctx)
		return err
	})
	if err != nil {
		return Figures{}, err
	}
	s.figures.last, s.figures.at = f, time.Now()
	return f, nil
}

// addSweepStats adds to the figures what a sweep let go.
func (s *Service) addSweepStats(done SweepResult) {
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	s.figures.swept.add(done)
	s.figures.sweep = time.Now()
}

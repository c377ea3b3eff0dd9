package identity

import (
	"context"
	"sync"
	"time"

	"sregistry/app/store"
)

// tokenUseInterval is how often the times at which tokens were last used are written.
const tokenUseInterval = time.Minute

// tokenUse collects when tokens were last used, so that no request waits for a write. It
// holds only tokens that exist, so that it cannot grow beyond their number.
type tokenUse struct {
	mu    sync.Mutex
	times map[string]time.Time // by token id
}

func (u *tokenUse) note(token string, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.times[token] = at
}

// take gives what was collected, and begins anew.
func (u *tokenUse) take() map[string]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.times
	u.times = map[string]time.Time{}
	return taken
}

// keepWritingTokenUse writes what was collected now and then.
func (s *Service) keepWritingTokenUse(ctx context.Context) {
	tick := time.NewTicker(tokenUseInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.writeTokenUse(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("the last use of tokens was not written", "error", err)
			}
		}
	}
}

// writeTokenUse writes what was collected so far. If that fails it is lost, which nobody
// will miss.
func (s *Service) writeTokenUse(ctx context.Context) error {
	times := s.used.take()
	if len(times) == 0 {
		return nil
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		for id, at := range times {
			if err := tx.TokenUsed(ctx, id, at); err != nil {
				return err
			}
		}
		return nil
	})
}

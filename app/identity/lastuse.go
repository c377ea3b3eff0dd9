package identity

import (
	"context"
	"sync"
	"time"

	"sregistry/app/store"
)

// lastUseInterval is how often the times at which tokens were last used are written.
const lastUseInterval = time.Minute

// lastUse collects when tokens, or sessions, were last used, so that no request waits for a
// write. It holds only what exists, so that it cannot grow beyond their number.
type lastUse struct {
	mu    sync.Mutex
	times map[string]time.Time // by id
}

func (u *lastUse) note(id string, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.times == nil {
		u.times = map[string]time.Time{}
	}
	u.times[id] = at
}

// take gives what was collected, and begins anew.
func (u *lastUse) take() map[string]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.times
	u.times = nil
	return taken
}

// keepWriting writes, until ctx is done, what requests leave to be written: when tokens and
// sessions were used, and hashes that take the place of others.
func (s *Service) keepWriting(ctx context.Context) {
	tick := time.NewTicker(lastUseInterval)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case h := <-s.hashes:
			err = s.upgrade(ctx, h)
		case <-s.sessionSeen:
			err = s.writeSessionUse(ctx)
		case <-tick.C:
			err = s.writeTokenUse(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the last use of a token or a session was not written", "error", err)
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

// writeSessionUse does the same for sessions, which thereby live longer.
func (s *Service) writeSessionUse(ctx context.Context) error {
	times := s.sessions.take()
	if len(times) == 0 {
		return nil
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		for id, at := range times {
			if err := tx.TouchSession(ctx, id, at, at.Add(sessionLife)); err != nil {
				return err
			}
		}
		return nil
	})
}

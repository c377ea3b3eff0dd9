package registry

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// The bounds of what is recorded of denied tries, which cost whoever makes them nothing.
// Like ones become one row with a count. Those of callers without an account and those of
// users have each their own bounds, so that strangers cannot crowd out what users do.
const (
	deniedEvery = 10 * time.Second // how long a try waits for like ones
	deniedKinds = 500              // held in memory at a time, of each sort
	deniedBurst = 500              // rows that may be written at once, of each sort
	deniedRate  = 20               // rows a minute, over time, of each sort
	// strangersKept is how many rows of callers without an account are kept: some 20 MB.
	strangersKept = 100_000
)

// denials are the denied tries that are still to be written.
type denials struct {
	mu               sync.Mutex
	strangers, users crowd
}

// crowd are the denied tries of one sort of callers.
type crowd struct {
	seen  map[likeness]model.Event
	rows  *rate.Limiter
	extra model.Event // stands for those that there was no room for
}

// likeness is what makes two denied tries one event.
type likeness struct {
	actor, collection              int64
	action, target, source, reason string
	token                          string
}

func newDenials() *denials {
	sort := func() crowd {
		return crowd{seen: map[likeness]model.Event{}, rows: rate.NewLimiter(rate.Every(time.Minute/deniedRate), deniedBurst)}
	}
	return &denials{strangers: sort(), users: sort()}
}

func (d *denials) of(e model.Event) *crowd {
	if e.ActorID == 0 {
		return &d.strangers
	}
	return &d.users
}

// RecordDenial notes that an actor was kept from something. It is written later, together with
// like tries, by RunDenials: nobody can make the database work, or fill the disk, by
// asking for what he may not have. What was noted last may be lost if the server dies.
func (s *Service) RecordDenial(e model.Event) {
	e.Denied, e.At, e.Count = true, time.Now(), 1
	s.denials.mu.Lock()
	defer s.denials.mu.Unlock()
	s.denials.of(e).note(e)
}

func (c *crowd) note(e model.Event) {
	key := likeness{e.ActorID, e.Collection, e.Action, e.Target, e.Source, e.Details["reason"], e.Token}
	old, known := c.seen[key]
	switch {
	case known:
		e.Count += old.Count
	case len(c.seen) >= deniedKinds:
		e.Count += c.extra.Count
		c.extra = model.Event{At: e.At, Action: "various", Denied: true, Count: e.Count}
		return
	}
	c.seen[key] = e
}

// take gives what may be written now, the oldest first.
func (c *crowd) take(now time.Time) []model.Event {
	var out []model.Event
	if c.extra.Count > 0 && c.rows.AllowN(now, 1) {
		out = append(out, c.extra)
		c.extra = model.Event{}
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.seen), func(a, b likeness) int { return c.seen[a].At.Compare(c.seen[b].At) }) {
		if !c.rows.AllowN(now, 1) {
			break
		}
		out = append(out, c.seen[key])
		delete(c.seen, key)
	}
	return out
}

// RunDenials writes what Denied notes, until ctx is done, and then what is left.
func (s *Service) RunDenials(ctx context.Context) {
	flushEvery(ctx, deniedEvery, func() {
		if err := s.FlushDenials(context.WithoutCancel(ctx)); err != nil {
			s.log.Error("denied tries were not recorded", "error", err)
		}
	})
}

// FlushDenials does once what RunDenials does again and again. What cannot be written is
// lost.
func (s *Service) FlushDenials(ctx context.Context) error {
	s.denials.mu.Lock()
	now := time.Now()
	batch := slices.Concat(s.denials.strangers.take(now), s.denials.users.take(now))
	s.denials.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	return errs.Wrap("registry.FlushDenials", s.db.Update(ctx, func(tx *store.Tx) error {
		for _, e := range batch {
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

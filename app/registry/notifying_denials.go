package registry

import (
	"context"
	"log/slog"
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
	denialInterval = 10 * time.Second // how long a try waits for like ones
	maxDenialKinds = 500              // held in memory at a time, of each sort
	denialBurst    = 500              // rows that may be written at once, of each sort
	denialRate     = 20               // rows a minute, over time, of each sort
	// maxAnonymousDenials is how many rows of callers without an account are kept: some 20 MB.
	maxAnonymousDenials = 100_000
)

// DenialLog writes denied requests to the audit log: those that are still to be written
// are held in memory.
type DenialLog struct {
	db               *store.DB
	log              *slog.Logger
	mu               sync.Mutex
	anonymous, users denialBuffer
}

// denialBuffer are the denied tries of one sort of callers.
type denialBuffer struct {
	seen     map[denialKey]model.Event
	rows     *rate.Limiter
	overflow model.Event // stands for those beyond the bound
}

// denialKey is what makes two denied tries one event.
type denialKey struct {
	actor, collection              int64
	action, target, source, reason string
	token                          string
}

func newDenials(db *store.DB, log *slog.Logger) *DenialLog {
	sort := func() denialBuffer {
		return denialBuffer{seen: map[denialKey]model.Event{}, rows: rate.NewLimiter(rate.Every(time.Minute/denialRate), denialBurst)}
	}
	return &DenialLog{db: db, log: log, anonymous: sort(), users: sort()}
}

func (d *DenialLog) of(e model.Event) *denialBuffer {
	if e.ActorID == 0 {
		return &d.anonymous
	}
	return &d.users
}

// Record notes that an actor was kept from something. It is written later, together with
// like tries, by Denials.Run: nobody can make the database work, or fill the disk, by
// asking for what he may not have. What was noted last may be lost if the server dies.
func (d *DenialLog) Record(e model.Event) {
	e.Denied, e.At, e.Count = true, time.Now(), 1
	d.mu.Lock()
	defer d.mu.Unlock()
	d.of(e).add(e)
}

func (c *denialBuffer) add(e model.Event) {
	key := denialKey{e.ActorID, e.Collection, e.Action, e.Target, e.Source, e.Details["reason"], e.Token}
	old, known := c.seen[key]
	switch {
	case known:
		e.Count += old.Count
	case len(c.seen) >= maxDenialKinds:
		e.Count += c.overflow.Count
		c.overflow = model.Event{At: e.At, Action: "various", Denied: true, Count: e.Count}
		return
	}
	c.seen[key] = e
}

// drain gives what may be written now, the oldest first.
func (c *denialBuffer) drain(now time.Time) []model.Event {
	var out []model.Event
	if c.overflow.Count > 0 && c.rows.AllowN(now, 1) {
		out = append(out, c.overflow)
		c.overflow = model.Event{}
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.seen), func(a, b denialKey) int { return c.seen[a].At.Compare(c.seen[b].At) }) {
		if !c.rows.AllowN(now, 1) {
			break
		}
		out = append(out, c.seen[key])
		delete(c.seen, key)
	}
	return out
}

// Run writes what Denials.Record notes, until ctx is done, and then what is left.
func (d *DenialLog) Run(ctx context.Context) {
	flushEvery(ctx, denialInterval, func() {
		if err := d.Flush(context.WithoutCancel(ctx)); err != nil {
			d.log.Error("denied tries were not recorded", "error", err)
		}
	})
}

// Flush is one round of Denials.Run. What cannot be written is
// lost.
func (d *DenialLog) Flush(ctx context.Context) error {
	d.mu.Lock()
	now := time.Now()
	batch := slices.Concat(d.anonymous.drain(now), d.users.drain(now))
	d.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	return errs.Wrap("registry.Denials.Flush", d.db.Update(ctx, func(tx *store.Tx) error {
		for _, e := range batch {
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

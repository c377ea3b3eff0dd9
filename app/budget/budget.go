// Package budget bounds the memory that all requests together hold: every body that is held
// whole, every answer, and what is read to make one. Whoever is about to hold much takes it
// from the budget first, and waits for a turn if others hold it; the request gives everything
// back when its answer is written. It knows nothing of HTTP.
//
// Entry points: New for a server; Budget.Open for the share of one request, and With to hand
// it on; Take wherever something large is about to be read or made.
//
// Requests that need little have a lane of their own, so that they do not wait behind those
// that need much. The trap: whoever holds something in the large lane never waits there for
// more, for two that did would wait for each other; so take at once what is needed at most,
// and let go with Trim.
package budget

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"sregistry/app/errs"
)

const (
	// Free is what every request may hold without asking, in bytes: what its connection takes
	// is as much.
	Free = 16 << 10
	// Small is what a request may hold at most in the lane for small ones.
	Small = 256 << 10
	// Least is the smallest budget that serves.
	Least = 16 << 20
	// patience is how long a request waits for its turn, unless Patient says otherwise.
	patience = 10 * time.Second
	// again is when a request that waited in vain should come back.
	again = 5 * time.Second
)

// smallPart is the part of a budget that is the lane for small requests.
const smallPart = 5

// Budget is so many bytes. It is safe for use by many goroutines.
type Budget struct {
	large, small lane
	refused      atomic.Uint64
}

// lane is a part of a budget. Its requests are served in the order in which they come.
type lane struct {
	size int64
	held atomic.Int64
	turn *semaphore.Weighted
}

// New makes a budget of that many bytes; no less than Least.
func New(bytes int64) *Budget {
	bytes = max(bytes, Least)
	b := &Budget{}
	b.small.size = bytes / smallPart
	b.large.size = bytes - b.small.size
	b.small.turn, b.large.turn = semaphore.NewWeighted(b.small.size), semaphore.NewWeighted(b.large.size)
	return b
}

// Held tells how many bytes are taken now.
func (b *Budget) Held() int64 { return b.small.held.Load() + b.large.held.Load() }

// Refused tells how many requests waited in vain.
func (b *Budget) Refused() uint64 { return b.refused.Load() }

// Size is how many bytes there are.
func (b *Budget) Size() int64 { return b.small.size + b.large.size }

// Share is what one request holds of a budget.
type Share struct {
	of       *Budget
	mu       sync.Mutex
	lane     *lane // nil while it holds no more than is free
	held     int64 // in the lane
	patience time.Duration
}

// Open makes the share of a request, which holds nothing yet. It has to be closed.
func (b *Budget) Open() *Share { return &Share{of: b, patience: patience} }

// Patient has the request wait longer for its turn: much was done for it already.
func (s *Share) Patient(wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.patience = wait
}

// Take has the share hold so many bytes in all, unless it holds more, and waits for them.
// Errors: Unavailable if they do not come, Canceled.
func (s *Share) Take(ctx context.Context, bytes int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(ctx, bytes)
}

// More is Take of so many bytes besides those that it holds.
func (s *Share) More(ctx context.Context, bytes int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lane == nil { // what is free may be held already
		bytes += Free
	}
	return s.take(ctx, s.held+bytes)
}

func (s *Share) take(ctx context.Context, bytes int64) error {
	if bytes <= max(s.held, Free) {
		return nil
	}
	to := &s.of.large
	if bytes <= Small {
		to = &s.of.small
	}
	if s.lane == &s.of.large { // there it stays until it needs nothing
		to = s.lane
	}
	// The largest share is the whole lane: who needs more has it alone.
	bytes = min(bytes, to.size)
	if s.lane == to {
		return s.grow(ctx, bytes)
	}
	if err := s.await(ctx, to, bytes); err != nil {
		return err
	}
	s.release()
	s.lane, s.held = to, bytes
	return nil
}

// grow takes more in the lane in which the share holds something. It does not wait there; a
// small share that finds no more among the small ones waits among the large ones.
func (s *Share) grow(ctx context.Context, bytes int64) error {
	const op = "budget.grow"
	if bytes <= s.held {
		return nil
	}
	if s.lane.turn.TryAcquire(bytes - s.held) {
		s.lane.held.Add(bytes - s.held)
		s.held = bytes
		return nil
	}
	if s.lane == &s.of.large {
		return s.of.refuse(op, nil)
	}
	if err := s.await(ctx, &s.of.large, bytes); err != nil {
		return err
	}
	s.release()
	s.lane, s.held = &s.of.large, bytes
	return nil
}

// await waits for the turn of so many bytes in a lane.
func (s *Share) await(ctx context.Context, in *lane, bytes int64) error {
	const op = "budget.await"
	if !in.turn.TryAcquire(bytes) {
		limited, stop := context.WithTimeout(ctx, s.patience)
		defer stop()
		if err := in.turn.Acquire(limited, bytes); err != nil {
			if ctx.Err() != nil {
				return errs.Wrap(op, ctx.Err())
			}
			return s.of.refuse(op, err)
		}
	}
	in.held.Add(bytes)
	return nil
}

// refuse is the answer to who waited in vain.
func (b *Budget) refuse(op string, cause error) error {
	b.refused.Add(1)
	return &errs.Error{Op: op, Kind: errs.Unavailable, Retry: again, Cause: cause,
		Text: "The server is busy with large requests. Try again in a few seconds."}
}

// Settle has the share hold exactly so many bytes from now on. It does not wait: they are in
// memory already. Errors: Unavailable.
func (s *Share) Settle(bytes int64) error {
	s.Trim(bytes)
	return s.Grow(bytes)
}

// Grow is Take for somebody who holds something that is not counted, and so does not wait.
// Errors: Unavailable.
func (s *Share) Grow(bytes int64) error {
	const op = "budget.Grow"
	s.mu.Lock()
	defer s.mu.Unlock()
	if bytes <= max(s.held, Free) {
		return nil
	}
	to := s.lane
	switch {
	case bytes > Small:
		to = &s.of.large
	case to == nil:
		to = &s.of.small
	}
	bytes = min(bytes, to.size)
	more := bytes
	if s.lane == to {
		more = max(bytes-s.held, 0)
	}
	if !to.turn.TryAcquire(more) {
		return s.of.refuse(op, nil)
	}
	to.held.Add(more)
	if s.lane != to {
		s.release()
	}
	s.lane, s.held = to, max(bytes, s.held)
	return nil
}

// Trim lets go of all but so many bytes, once what was needed to make them is gone.
func (s *Share) Trim(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lane == nil || bytes >= s.held {
		return
	}
	if bytes <= Free {
		s.release()
		return
	}
	s.lane.turn.Release(s.held - bytes)
	s.lane.held.Add(bytes - s.held)
	s.held = bytes
}

// Close lets go of everything.
func (s *Share) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
}

func (s *Share) release() {
	if s.lane == nil {
		return
	}
	s.lane.turn.Release(s.held)
	s.lane.held.Add(-s.held)
	s.lane, s.held = nil, 0
}

type key struct{}

// With gives a context that hands a share on.
func With(ctx context.Context, s *Share) context.Context { return context.WithValue(ctx, key{}, s) }

// From gives the share that a context hands on; nil if it has none, as that of work in the
// background.
func From(ctx context.Context) *Share {
	s, _ := ctx.Value(key{}).(*Share)
	return s
}

// Take has the share of a context hold so many bytes in all; see Share.Take. Without a share
// nothing is counted.
func Take(ctx context.Context, bytes int64) error {
	if s := From(ctx); s != nil {
		return s.Take(ctx, bytes)
	}
	return nil
}

// More is Take of so many bytes besides those that the share holds.
func More(ctx context.Context, bytes int64) error {
	if s := From(ctx); s != nil {
		return s.More(ctx, bytes)
	}
	return nil
}

// Borrow is More for a while: the share holds what it held before once giveBack is called.
func Borrow(ctx context.Context, bytes int64) (giveBack func(), err error) {
	s := From(ctx)
	if s == nil {
		return func() {}, nil
	}
	before := s.Held()
	if err := s.More(ctx, bytes); err != nil {
		return nil, err
	}
	return func() { s.Trim(before) }, nil
}

// Held tells how many bytes a share holds; 0 for none.
func (s *Share) Held() int64 {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

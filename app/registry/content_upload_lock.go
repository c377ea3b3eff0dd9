package registry

import (
	"context"
	"io"
	"sync"
	"time"

	"sregistry/app/errs"
)

// settleTimeout is enough to read what a closed line has left in the kernel, and to make it
// durable.
const settleTimeout = time.Second

// uploadLocks are the requests which write to uploads just now, one for each.
//
// A client whose line went dead comes back while the server still waits for the rest of
// its last request. The new request takes the upload over: the old one is interrupted, if it
// does not end by itself, makes durable what it has, and goes. A new request whose client has
// left meanwhile, or sends nothing, interrupts nobody.
type uploadLocks struct {
	mu     sync.Mutex
	active map[string]*uploadLock
}

type uploadLock struct {
	body io.Reader
	done chan struct{}
	// brief says that it is no request, and ends in a moment.
	brief bool
}

// interrupter is a body of which another goroutine can make a waiting Read fail.
type interrupter interface{ Interrupt() }

// awaiter is a body that can be waited for without being read. net/http notices that a
// client has left only by reading on.
type awaiter interface{ Await() error }

// present reports whether the client of a request is still there: an error says that it is
// not, or that none of its body comes.
func present(ctx context.Context, body io.Reader) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b, ok := body.(awaiter); ok {
		return b.Await()
	}
	return nil
}

// acquire makes a request the only writer to an upload, until it calls leave. Errors:
// Conflict if there is one that cannot be interrupted, Canceled.
func (w *uploadLocks) acquire(ctx context.Context, id string, body io.Reader) (leave func(), err error) {
	const op = "registry.acquire"
	for {
		old, mine := w.tryAcquire(id, &uploadLock{body: body})
		if mine != nil {
			return func() { w.release(id, mine) }, nil
		}
		i, ok := old.body.(interrupter)
		if !ok && !old.brief {
			return nil, errs.E(op, errs.Conflict, "Another request is writing to this upload. Wait for it to end.")
		}
		if ok && !old.waitReleased(ctx) {
			if err := present(ctx, body); err != nil {
				return nil, errs.Wrap(op, err)
			}
			i.Interrupt()
		}
		select {
		case <-old.done:
		case <-ctx.Done():
			return nil, errs.Wrap(op, ctx.Err())
		}
	}
}

// alone calls fn while no request can write to an upload; if one does already, it calls
// nothing. A request that comes meanwhile waits, so fn has to be brief.
func (w *uploadLocks) alone(id string, fn func() error) error {
	_, mine := w.tryAcquire(id, &uploadLock{brief: true})
	if mine == nil {
		return nil
	}
	defer w.release(id, mine)
	return fn()
}

// waitIdle waits a moment for the writer of an upload, if there is one, to end by itself.
func (w *uploadLocks) waitIdle(ctx context.Context, id string) {
	w.mu.Lock()
	old := w.active[id]
	w.mu.Unlock()
	if old != nil {
		old.waitReleased(ctx)
	}
}

// waitReleased reports whether a writer ends by itself within a moment. One whose line was closed
// has yet to read what had come by then; who is interrupted loses that.
func (w *uploadLock) waitReleased(ctx context.Context) bool {
	moment := time.NewTimer(settleTimeout)
	defer moment.Stop()
	select {
	case <-w.done:
		return true
	case <-moment.C:
	case <-ctx.Done():
	}
	return false
}

// tryAcquire gives who writes to an upload, or makes a newcomer the one who does.
func (w *uploadLocks) tryAcquire(id string, newcomer *uploadLock) (old, mine *uploadLock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.active[id]; old != nil {
		return old, nil
	}
	if w.active == nil {
		w.active = map[string]*uploadLock{}
	}
	newcomer.done = make(chan struct{})
	w.active[id] = newcomer
	return nil, newcomer
}

func (w *uploadLocks) release(id string, mine *uploadLock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.active, id)
	close(mine.done)
}

package httpx

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// bodyStall is how long a body may stand still. One that moves may take hours.
const bodyStall = 2 * time.Minute

// bodyDeadline gives up a request whose body has stood still for that long. The time runs from
// the beginning, even for a body that no handler reads: net/http reads some of it before it
// sends the answer, and would wait for that for ever.
func bodyDeadline(stall time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.Body != nil && r.Body != http.NoBody {
				// net/http looks at its own body when it answers, for whether it has to be read
				// first, and whether the caller waits to be asked for it. Of another kind it
				// would think so always.
				own := r.Body
				defer func() { r.Body = own }()
				b := &body{ReadCloser: own, connection: http.NewResponseController(c.Response()), stall: stall, size: r.ContentLength}
				r.Body = b
				if err := b.extend(time.Now()); err != nil {
					return err
				}
				if event, ok := c.Get(eventKey).(*request); ok {
					event.body = b
				}
			}
			return next(c)
		}
	}
}

// body moves the deadline of its connection along as it is read.
type body struct {
	io.ReadCloser
	connection  *http.ResponseController
	stall       time.Duration
	size        int64
	moved       time.Time // when the deadline was last moved
	until       time.Time // when it has to have come; zero is any time
	read        int64
	ended       bool
	first       [1]byte // what Await has read; ahead says whether it is to be given yet
	ahead       bool
	interrupted atomic.Bool
}

// Size gives how many bytes were announced; -1 if that was not said.
func (b *body) Size() int64 { return b.size }

// Await waits until a byte of the body has come, or its end, and leaves it to be read.
// Errors: those of Read.
func (b *body) Await() error {
	if b.ahead || b.ended || b.read > 0 {
		return nil
	}
	n, err := b.Read(b.first[:])
	b.ahead = n > 0
	if err == io.EOF {
		err = nil
	}
	return err
}

// Interrupt makes a Read that waits, and all after it, fail. Another goroutine may call
// it.
func (b *body) Interrupt() {
	b.interrupted.Store(true)
	// An error says that there is no connection left, and so no Read that waits.
	_ = b.connection.SetReadDeadline(time.Unix(1, 0))
}

// endBy has the body come by a moment, however it moves.
func (b *body) endBy(t time.Time) {
	b.until = t
	if !b.ended {
		_ = b.extend(time.Now()) // an error is that of the next Read, too
	}
}

// extend moves the deadline of the connection along. Errors: Canceled if there is none left.
func (b *body) extend(now time.Time) error {
	b.moved = now
	deadline := now.Add(b.stall)
	if !b.until.IsZero() && b.until.Before(deadline) {
		deadline = b.until
	}
	if err := b.connection.SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errs.Because("httpx.body.extend", errs.Canceled, err, "The connection was lost.")
	}
	return nil
}

// Read reads on. Errors: Canceled if the rest does not come.
func (b *body) Read(p []byte) (int, error) {
	const op = "httpx.body.Read"
	if b.ahead && len(p) > 0 {
		b.ahead = false
		return copy(p, b.first[:]), nil
	}
	// At the end net/http takes the deadline away and begins to watch for the caller's
	// leaving. A new deadline would look like that while the handler still works.
	if b.ended {
		return 0, io.EOF
	}
	// Not on every read: that is a system call, almost.
	if now := time.Now(); now.Sub(b.moved) > b.stall/8 {
		if err := b.extend(now); err != nil {
			return 0, errs.Wrap(op, err)
		}
	}
	if b.interrupted.Load() {
		return 0, errs.E(op, errs.Canceled, "Another request went on with this upload.")
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch {
	case err == nil:
		return n, nil
	case err == io.EOF:
		b.ended = true
		return n, io.EOF
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, err
	}
	return n, errs.Because(op, errs.Canceled, err, "The request was cut off after %d bytes; send it again.", b.read)
}

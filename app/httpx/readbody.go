package httpx

import (
	"io"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
	"sregistry/app/errs"
)

// A body that is held whole has to come within bodyTime, and at bodySpeed at least, in bytes a
// second: one that moves by a byte a minute would hold what has come for days.
const (
	bodyTime  = 30 * time.Second
	bodySpeed = 64 << 10
)

// ReadBody reads the body of a request into memory, most bytes of it at most. It takes from
// the budget what the body holds as it comes, so that one which does not come costs nothing,
// and before much of it comes that many times its length, for what is then made of it.
// Errors: TooLarge, Canceled, Unavailable if there is no room for it.
func ReadBody(c echo.Context, most, times int64) ([]byte, error) {
	return readBody(c, most, times, bodyTime+time.Duration(most)*time.Second/bodySpeed)
}

// readBody is ReadBody of one that has to come within a time.
func readBody(c echo.Context, most, times int64, within time.Duration) ([]byte, error) {
	const op = "httpx.readBody"
	r := c.Request()
	announced := r.ContentLength
	if announced > most {
		return nil, tooLarge(op, most)
	}
	if b, ok := r.Body.(*body); ok {
		b.endBy(time.Now().Add(within))
	}
	first := int64(4 << 10)
	if announced >= 0 {
		first = min(announced+1, budget.Free) // one more, for the end to be seen
	}
	text := make([]byte, 0, first)
	for {
		if len(text) == cap(text) {
			var err error
			if text, err = widen(c, text, announced, most, times); err != nil {
				return nil, errs.Wrap(op, err)
			}
		}
		n, err := r.Body.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if int64(len(text)) > most {
			return nil, tooLarge(op, most)
		}
		if err == io.EOF {
			return text, errs.Wrap(op, budget.Take(c.Request().Context(), times*int64(len(text))))
		}
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
}

// widen gives what has come of a body more room: by steps as long as it is small, and then
// for all that may come, so that nobody who holds much waits for more.
func widen(c echo.Context, text []byte, announced, most, times int64) ([]byte, error) {
	all := announced
	if all < 0 {
		all = most
	}
	now := int64(cap(text))
	to := min(4*now, all+1)
	need := now + to
	if need > budget.Small {
		to = all + 1
		need = max(times*all, now+to)
	}
	if err := budget.Take(c.Request().Context(), need); err != nil {
		return nil, err
	}
	return append(make([]byte, 0, to), text...), nil
}

func tooLarge(op string, most int64) error {
	return errs.E(op, errs.TooLarge, "The body is larger than the %d bytes that are allowed here.", most)
}

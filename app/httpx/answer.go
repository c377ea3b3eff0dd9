package httpx

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
	"sregistry/app/errs"
)

// An answer that is held whole costs memory for as long as its reader takes; so it has to be
// read within answerTime, and at answerSpeed at least, in bytes a second.
const (
	answerTime  = 20 * time.Second
	answerSpeed = 64 << 10
)

// JSON answers with a value as JSON. What takes more memory than budget.Small, with what it
// is made of, has to be taken from the budget before it is made. Errors: Unavailable if there
// is no room for it.
func JSON(c echo.Context, status int, value any) error {
	const op = "httpx.JSON"
	return errs.Wrap(op, json.NewEncoder(&encoded{c, status}).Encode(value))
}

// encoded is written to once by an encoder, with all that it has encoded.
type encoded struct {
	c      echo.Context
	status int
}

func (e *encoded) Write(text []byte) (int, error) {
	if err := Bytes(e.c, e.status, echo.MIMEApplicationJSON, text); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Text answers with a sentence or some.
func Text(c echo.Context, status int, text string) error {
	return Bytes(c, status, echo.MIMETextPlainCharsetUTF8, []byte(text))
}

// Bytes answers with a body that is in memory: it counts from now on as all that the request
// holds, until it is written. Errors: Unavailable if there is no room for it, Canceled if the
// caller does not take it.
func Bytes(c echo.Context, status int, contentType string, body []byte) error {
	return write(c, status, contentType, body, answerTime+time.Duration(len(body))*time.Second/answerSpeed)
}

// write is Bytes for a caller who has to take the body within a time.
func write(c echo.Context, status int, contentType string, body []byte, within time.Duration) error {
	const op = "httpx.write"
	if s := budget.From(c.Request().Context()); s != nil {
		if err := s.Settle(int64(len(body))); err != nil {
			return errs.Wrap(op, err)
		}
	}
	w := c.Response()
	h := w.Header()
	h.Set(echo.HeaderContentType, contentType)
	if h.Get(echo.HeaderContentLength) == "" {
		h.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	}
	timed := len(body) > budget.Free && c.Request().Method != http.MethodHead
	connection := http.NewResponseController(w)
	if timed {
		// A connection without deadlines is one of a test.
		_ = connection.SetWriteDeadline(time.Now().Add(within))
	}
	w.WriteHeader(status)
	_, err := w.Write(body)
	if timed && err == nil {
		if err = connection.Flush(); err == nil {
			_ = connection.SetWriteDeadline(time.Time{})
		}
	}
	if err != nil {
		return errs.Because(op, errs.Canceled, err, "The answer was cut off: its reader took too long, or left.")
	}
	return nil
}

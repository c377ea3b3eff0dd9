package httpx_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
)

// A body can be waited for without losing any of it, and who left before the first byte of it
// is known to have left.
func TestBodyIsAwaited(t *testing.T) {
	t.Parallel()
	type seen struct {
		err  error
		body string
	}
	got := make(chan seen, 1)
	read := func(bytes int64) echo.HandlerFunc {
		return func(c echo.Context) error {
			var body io.Reader = c.Request().Body
			if bytes > 0 {
				body = httpx.Exactly(body, bytes, io.ErrUnexpectedEOF)
			}
			a := body.(interface{ Await() error })
			err := errors.Join(a.Await(), a.Await()) // a second time it has come already
			text, failed := io.ReadAll(body)
			got <- seen{errors.Join(err, failed), string(text)}
			return c.NoContent(http.StatusNoContent)
		}
	}
	e, _ := router(t, []httpx.Route{{Method: "POST", Path: "/all", Action: "test", Handler: read(0)},
		{Method: "POST", Path: "/part", Action: "test", Handler: read(3)}})
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	for _, c := range []struct {
		path, length, sent string
		want               string
		fails              bool
	}{
		{"/all", "Content-Length: 5", "hello", "hello", false},
		{"/all", "Content-Length: 1", "h", "h", false},
		{"/all", "Transfer-Encoding: chunked", "0\r\n\r\n", "", false},
		{"/all", "Content-Length: 5", "", "", true},
		{"/part", "Content-Length: 5", "hello", "hel", false},
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n%s", c.path, c.length, c.sent); err != nil {
			t.Fatal(err)
		}
		if c.fails {
			conn.Close()
		}
		if s := <-got; s.body != c.want || (s.err != nil) != c.fails {
			t.Errorf("%+v: %q, %v", c, s.body, s.err)
		}
		conn.Close()
	}
}

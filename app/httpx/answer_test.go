package httpx_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/httpx"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestAnswersOfEveryForm(t *testing.T) {
	t.Parallel()
	e := limited(nil,
		httpx.Route{Method: "GET", Path: "/json", Action: "test", Handler: func(c echo.Context) error {
			return httpx.JSON(c, 201, map[string]any{"a": json.RawMessage(`{ "b" : "<" }`)})
		}},
		httpx.Route{Method: "GET", Path: "/text", Action: "test", Handler: func(c echo.Context) error { return httpx.Text(c, 202, "hello") }},
		httpx.Route{Method: "GET", Path: "/bytes", Action: "test", Handler: func(c echo.Context) error { return httpx.Bytes(c, 203, "a/b", []byte("bytes")) }},
		httpx.Route{Method: "HEAD", Path: "/bytes", Action: "test", Handler: func(c echo.Context) error { return httpx.Bytes(c, 203, "a/b", []byte("bytes")) }},
		httpx.Route{Method: "GET", Path: "/none", Action: "test", Handler: func(c echo.Context) error { return httpx.JSON(c, 200, func() {}) }},
	)
	for _, c := range []struct {
		method, path, body, kind string
		status                   int
	}{
		{"GET", "/json", `{"a":{"b":"\u003c"}}` + "\n", "application/json", 201},
		{"GET", "/json?pretty", `{"a":{"b":"\u003c"}}` + "\n", "application/json", 201}, // which echo would have made larger
		{"GET", "/text", "hello", "text/plain; charset=UTF-8", 202},
		{"GET", "/bytes", "bytes", "a/b", 203},
		{"GET", "/none", "door: Something went wrong here", "text/plain; charset=UTF-8", 500},
	} {
		w := ask(e, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || !strings.HasPrefix(w.Body.String(), c.body) || w.Header().Get("Content-Type") != c.kind || c.status < 300 && w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
			t.Errorf("%+v: %d %q %v", c, w.Code, w.Body, w.Header())
		}
	}
}

// repeated is a page of so many bytes.
type repeated int

func (p repeated) Render(_ context.Context, w io.Writer) error {
	for range int(p) / 100 {
		if _, err := io.WriteString(w, strings.Repeat("x", 100)); err != nil {
			return err
		}
	}
	return nil
}

// Answers that nobody takes hold no more than there is; who comes in vain is told to come
// again; who asks for little is answered all the same; and when those have gone who take
// nothing, nothing is held.
func TestUnreadAnswersAreBounded(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	b := budget.New(20 << 20) // 16 for large ones
	e := limited(b,
		httpx.Route{Method: "GET", Path: "/large", Action: "test", Handler: func(c echo.Context) error {
			if err := budget.Take(c.Request().Context(), size); err != nil {
				return err
			}
			return httpx.Bytes(c, 200, "a/b", make([]byte, size))
		}},
		httpx.Route{Method: "GET", Path: "/surprise", Action: "test", Handler: func(c echo.Context) error {
			return httpx.Bytes(c, 200, "a/b", make([]byte, size))
		}},
		httpx.Route{Method: "GET", Path: "/page", Action: "test", Handler: func(c echo.Context) error { return httpx.Render(c, 200, repeated(size)) }},
		httpx.Route{Method: "GET", Path: "/small", Action: "test", Handler: func(c echo.Context) error { return httpx.Text(c, 200, "small") }},
	)
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	begin := func(path string, buffer int) net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.(*net.TCPConn).SetReadBuffer(buffer); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path); err != nil {
			t.Fatal(err)
		}
		return c
	}
	get := func(path string) net.Conn { return begin(path, 1<<20) }
	var unread []net.Conn
	for range 4 {
		unread = append(unread, begin("/large", 4<<10)) // so that the kernel takes little in its place
	}
	until(t, "all is held", func() bool { return b.Held() == 16<<20 })
	for _, path := range []string{"/surprise", "/page"} {
		if text, err := io.ReadAll(get(path)); err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 503") || !strings.Contains(string(text), "Retry-After: 5") {
			t.Errorf("%s, with no room: %.300q, %v", path, text, err)
		}
	}
	if text, err := io.ReadAll(get("/small")); err != nil || !strings.HasSuffix(string(text), "small") {
		t.Errorf("a small answer beside large ones: %q, %v", text, err)
	}
	waits := get("/large")
	unread[0].Close()
	if text, err := io.ReadAll(waits); err != nil || len(text) < size {
		t.Errorf("who waited got %d bytes, %v", len(text), err)
	}
	for _, c := range unread {
		c.Close()
	}
	until(t, "all is given back", func() bool { return b.Held() == 0 })
	for path, least := range map[string]int{"/surprise": size, "/page": size - 100} {
		if text, err := io.ReadAll(get(path)); err != nil || len(text) < least {
			t.Errorf("%s, with room again: %d bytes, %v", path, len(text), err)
		}
	}
}

// Who takes an answer, or sends a body, more slowly than memory may be held for is cut off,
// however steadily bytes move; the connection of who does not is used again.
func TestHeldBytesDoNotWaitForEver(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	b := budget.New(0)
	failed := make(chan error, 1)
	e := limited(b,
		httpx.Route{Method: "GET", Path: "/slow", Action: "test", Handler: func(c echo.Context) error {
			err := httpx.BytesWithin(c, make([]byte, size), 50*time.Millisecond)
			failed <- err
			return err
		}},
		httpx.Route{Method: "GET", Path: "/quick", Action: "test", Handler: func(c echo.Context) error {
			return httpx.BytesWithin(c, make([]byte, 100<<10), time.Minute)
		}},
		httpx.Route{Method: "POST", Path: "/slow", Action: "test", Handler: func(c echo.Context) error {
			_, err := httpx.ReadBodyWithin(c, size, 50*time.Millisecond)
			failed <- err
			return err
		}})
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	for name, say := range map[string]string{
		"an answer": "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n",
		"a body":    "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhello",
	} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, say); err != nil {
			t.Fatal(err)
		}
		if err := <-failed; !errs.Is(err, errs.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		until(t, "all is given back", func() bool { return b.Held() == 0 })
	}
	client := http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	for range 3 {
		answer, err := client.Get("http://" + l.Addr().String() + "/quick")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, answer.Body); n != 100<<10 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		answer.Body.Close()
	}
}

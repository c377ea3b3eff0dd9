package httpx_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// limited makes a router with a budget.
func limited(b *budget.Budget, routes ...httpx.Route) *echo.Echo {
	e := httpx.New(httpx.Settings{Log: discard(), Errors: plain("nowhere"), Budget: b})
	httpx.Mount(e, plain("door"), routes)
	return e
}

func TestBodyIsReadWholeWithinItsBound(t *testing.T) {
	t.Parallel()
	const most = 1 << 20
	b := budget.New(16 << 20)
	var got []byte
	var held int64
	var failed error
	e := limited(b, httpx.Route{Method: "POST", Path: "/x", Action: "test", Handler: func(c echo.Context) error {
		got, failed = httpx.ReadBody(c, most, 3)
		held = b.Held()
		return failed
	}})
	for _, size := range []int{0, 1, 100, 4095, 4096, 4097, 16 << 10, 16<<10 + 1, 50_000, 65_536, 200_000, most - 1, most, most + 1, 2 * most} {
		body := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		for name, from := range map[string]io.Reader{"as it is": bytes.NewReader(body), "without its length": io.MultiReader(bytes.NewReader(body)),
			"by the half": iotest.HalfReader(bytes.NewReader(body)), "its end at once": iotest.DataErrReader(bytes.NewReader(body))} {
			ask(e, httptest.NewRequest("POST", "/x", from))
			switch {
			case size > most:
				if !errs.Is(failed, errs.TooLarge) {
					t.Errorf("%d bytes %s: %v", size, name, failed)
				}
			case failed != nil || !bytes.Equal(got, body):
				t.Errorf("%d bytes %s: %d came, %v", size, name, len(got), failed)
			case size > budget.Free && held < int64(3*size):
				t.Errorf("%d bytes %s: only %d are counted", size, name, held)
			}
			if b.Held() != 0 {
				t.Fatalf("%d bytes are held after the request", b.Held())
			}
		}
	}
	ask(e, httptest.NewRequest("POST", "/x", iotest.ErrReader(io.ErrClosedPipe)))
	if failed == nil {
		t.Error("a broken body")
	}
}

// Of bodies that do not come, only what has come is held; and who sends a small one is not
// kept waiting by those who hold everything.
func TestBodiesThatDoNotComeHoldLittle(t *testing.T) {
	t.Parallel()
	const clients, most = 100, 4 << 20
	b := budget.New(16 << 20)
	e := limited(b, httpx.Route{Method: "POST", Path: "/x", Action: "test", Handler: func(c echo.Context) error {
		text, err := httpx.ReadBody(c, most, 2)
		if err != nil {
			return err
		}
		return httpx.Text(c, 200, fmt.Sprint(len(text)))
	}})
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	send := func(announced, sent int) net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := fmt.Fprintf(c, "POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", announced, strings.Repeat("x", sent)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	for range clients {
		send(most, 10)
	}
	whole := send(most, most)
	answer, err := io.ReadAll(whole)
	if err != nil || !strings.HasSuffix(string(answer), fmt.Sprint(most)) {
		t.Errorf("a whole body beside those that do not come: %.200q, %v", answer, err)
	}
	if held := b.Held(); held != 0 {
		t.Errorf("bodies of which nothing came hold %d bytes", held)
	}
	hog := send(most, most-1) // which leaves no room for another
	until(t, "the large one has its turn", func() bool { return b.Held() >= 2*most })
	answer, err = io.ReadAll(send(1000, 1000))
	if err != nil || !strings.HasSuffix(string(answer), "1000") {
		t.Errorf("a small body beside a large one: %.200q, %v", answer, err)
	}
	hog.Close()
	until(t, "all is given back", func() bool { return b.Held() == 0 })
}

// until waits for something that another goroutine does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

package httpx_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// serve runs a server until the test ends, or stop is called, which gives what Serve gave.
func serve(t testing.TB, h http.Handler, l net.Listener, grace time.Duration) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() {
		ended <- httpx.Serve(ctx, httpx.NewServer(h, slog.New(slog.DiscardHandler)), l, grace, slog.New(slog.DiscardHandler))
		close(ended)
	}()
	stop = func() error {
		cancel()
		return <-ended
	}
	t.Cleanup(func() { stop() })
	return stop
}

func impatient(t *testing.T, stall time.Duration) net.Listener {
	t.Helper()
	l, err := httpx.ListenImpatiently(t.Context(), stall)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestRequestsUnderWayFinishBeforeTheEnd(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan bool), make(chan bool)
	e, _ := router(t, get("/x", func(c echo.Context) error {
		begun <- true
		<-finish
		return c.String(200, "done")
	}))
	l := impatient(t, time.Minute)
	stop := serve(t, e, l, time.Minute)
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + l.Addr().String() + "/x")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		answer <- string(text)
	}()
	<-begun
	time.AfterFunc(50*time.Millisecond, func() { close(finish) })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if got := <-answer; got != "done" {
		t.Error(got)
	}
}

func TestEndDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	begun := make(chan bool)
	e, _ := router(t, get("/x", func(c echo.Context) error {
		begun <- true
		<-c.Request().Context().Done()
		return c.Request().Context().Err()
	}))
	l := impatient(t, time.Minute)
	stop := serve(t, e, l, 50*time.Millisecond)
	go http.Get("http://" + l.Addr().String() + "/x")
	<-begun
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestListenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	l := impatient(t, time.Minute)
	defer l.Close()
	if _, err := httpx.Listen(t.Context(), l.Addr().String()); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Message(err), "in use") {
		t.Error(err)
	}
	if _, err := httpx.Listen(t.Context(), "nonsense"); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
}

// upload makes a route that reads a body with some patience, then works for a while.
func upload(t *testing.T, stall, work time.Duration, done chan<- error) string {
	t.Helper()
	e := echo.New()
	e.POST("/x", func(c echo.Context) error {
		_, err := io.Copy(io.Discard, c.Request().Body)
		if err == nil {
			time.Sleep(stall / 2)
			_, err = io.Copy(io.Discard, c.Request().Body) // some readers look again
		}
		select {
		case <-c.Request().Context().Done():
			err = c.Request().Context().Err()
		case <-time.After(work):
		}
		done <- err
		return c.NoContent(204)
	}, httpx.BodyDeadline(stall))
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	return l.Addr().String()
}

func TestBodyThatStandsStillIsGivenUp(t *testing.T) {
	t.Parallel()
	done := make(chan error, 1)
	address := upload(t, 200*time.Millisecond, 0, done)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
	if err := <-done; !errs.Is(err, errs.Canceled) {
		t.Error(err)
	}
}

// A body that the handler does not look at is waited for by net/http itself, which has to
// end, too.
func TestBodyThatNobodyReadsIsGivenUp(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.POST("/x", func(c echo.Context) error { return c.NoContent(http.StatusBadRequest) }, httpx.BodyDeadline(200*time.Millisecond))
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil { // the test's own patience
		t.Fatal(err)
	}
	io.WriteString(c, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
	answer, err := io.ReadAll(c)
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 400 ")) {
		t.Errorf("%q, %v", answer, err)
	}
}

// Who waits to be asked for his body, or has a large one still to send, is refused at once:
// he need not send what nobody reads, and learns why before the connection is closed.
func TestRefusalDoesNotWaitForTheBody(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.POST("/x", func(c echo.Context) error { return c.NoContent(http.StatusBadRequest) }, httpx.BodyDeadline(time.Minute))
	l := impatient(t, time.Minute)
	serve(t, e, l, 0)
	for _, header := range []string{"Expect: 100-continue\r\nContent-Length: 100", "Content-Length: 4000000"} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil { // the test's own patience
			t.Fatal(err)
		}
		io.WriteString(c, "POST /x HTTP/1.1\r\nHost: x\r\n"+header+"\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %v, %v", header, answer, err)
		}
	}
}

func TestSlowBodyMayTakeItsTime(t *testing.T) {
	t.Parallel()
	const stall = time.Second
	done := make(chan error, 1)
	address := upload(t, stall, 2*stall, done)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n")
	for range 12 { // three times the stall in all
		time.Sleep(stall / 4)
		io.WriteString(c, "x")
	}
	if err := <-done; err != nil {
		t.Errorf("a body that moves, and work after it: %v", err)
	}
}

func TestShortBodyIsCanceled(t *testing.T) {
	t.Parallel()
	var failed error
	e, log := router(t, []httpx.Route{{Method: "POST", Path: "/x", Action: "test", Handler: func(c echo.Context) error {
		_, failed = io.ReadAll(c.Request().Body)
		return failed
	}}})
	r, err := http.NewRequest("POST", "/x", io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)))
	if err != nil {
		t.Fatal(err)
	}
	ask(e, r)
	if !errs.Is(failed, errs.Canceled) || int(log.last(t)["status"].(float64)) != httpx.StatusCanceled {
		t.Error(failed, log)
	}
}

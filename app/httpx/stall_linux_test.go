package httpx_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
)

// A caller that takes nothing must not hold its connection and file for ever, and one
// that takes little by little must not be dropped.
func TestCallerThatTakesNothingIsDropped(t *testing.T) {
	t.Parallel()
	path, content := file(t, 32<<20)
	routes := blobRoutes(path)
	handler, ended := routes[0].Handler, make(chan error, 1)
	routes[0].Handler = func(c echo.Context) error {
		err := handler(c)
		ended <- err
		return err
	}
	e, _ := router(t, routes)
	l, err := httpx.ListenImpatiently(t.Context(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, e, l, 0)
	for _, takes := range []bool{false, true} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		for got := 0; takes && got < len(content); { // in some two seconds
			n, err := io.CopyN(io.Discard, c, 2<<20)
			if got += int(n); err != nil && err != io.EOF {
				t.Fatal(err)
			}
			time.Sleep(120 * time.Millisecond)
		}
		if err := <-ended; (err == nil) != takes {
			t.Errorf("takes %v: %v", takes, err)
		}
	}
}

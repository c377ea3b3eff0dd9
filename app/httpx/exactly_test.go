package httpx_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"sregistry/app/httpx"
)

func TestExactly(t *testing.T) {
	t.Parallel()
	short := errors.New("short")
	for _, test := range []struct {
		bytes int64
		want  string
		err   error
	}{{0, "", nil}, {4, "hell", nil}, {5, "hello", nil}, {6, "hello", short}} {
		for name, body := range map[string]io.Reader{
			"as it is":         strings.NewReader("hello"),
			"a byte at a time": iotest.OneByteReader(strings.NewReader("hello")),
			"its end at once":  iotest.DataErrReader(strings.NewReader("hello")),
		} {
			if got, err := io.ReadAll(httpx.Exactly(body, test.bytes, short)); string(got) != test.want || err != test.err {
				t.Errorf("%d bytes, %s: %q, %v", test.bytes, name, got, err)
			}
		}
	}
	broken := iotest.ErrReader(io.ErrClosedPipe)
	if _, err := io.ReadAll(httpx.Exactly(broken, 5, short)); err != io.ErrClosedPipe {
		t.Errorf("a broken body: %v", err)
	}
}

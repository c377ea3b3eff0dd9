package httpx

import "io"

// Exactly reads so many bytes of a body that does not say its length, whatever follows;
// should it end before, reading fails by the error short.
func Exactly(body io.Reader, bytes int64, short error) io.Reader {
	e := &exactly{body, bytes, short}
	if l, ok := body.(line); ok {
		return &exactlyOf{e, l}
	}
	return e
}

// line is what the body of a request can do besides being read.
type line interface {
	Await() error
	Interrupt()
}

// exactlyOf is exactly of such a body.
type exactlyOf struct {
	*exactly
	line
}

type exactly struct {
	body  io.Reader
	left  int64
	short error
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.body.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = e.short
	}
	return n, err
}

package hub

import (
	"bufio"
	"bytes"
	"io"
	"math"

	"sregistry/app/errs"
)

const (
	// readAhead is how much of a body is read at a time. Package multipart would ask for
	// 4 KiB, and so 262,144 times for a GiB.
	readAhead = 128 << 10
	// tailSize is enough for the last boundary, and white space after it.
	tailSize = 2 * maxBoundary
	// unbounded lifts the bound.
	unbounded = math.MaxInt64
)

// bounded is the body of a form, of which only so much is let through as is due, and of
// which the end is remembered. It bounds what package multipart keeps in memory of a
// caller who has not shown yet who he is.
type bounded struct {
	body *bufio.Reader
	left int64
	tail []byte
}

func newBounded(body io.Reader, most int64) *bounded {
	return &bounded{body: bufio.NewReaderSize(body, readAhead), left: most, tail: make([]byte, 0, tailSize)}
}

// allow lets this many more bytes through, and no others.
func (b *bounded) allow(most int64) { b.left = most }

// Read reads on. Errors: TooLarge beyond the bound, and the body's.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		if _, err := b.body.Peek(1); err != nil {
			return 0, err
		}
		return 0, errs.E("hub.bounded.Read", errs.TooLarge, "The form holds too much beside its file; send the fields collection, name and tag, and then file1.")
	}
	n, err := b.body.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.remember(p[:n])
	return n, err
}

// remember keeps the last bytes that came through.
func (b *bounded) remember(p []byte) {
	if len(p) >= tailSize {
		b.tail = append(b.tail[:0], p[len(p)-tailSize:]...)
		return
	}
	if drop := len(b.tail) + len(p) - tailSize; drop > 0 {
		b.tail = append(b.tail[:0], b.tail[drop:]...)
	}
	b.tail = append(b.tail, p...)
}

// endsWith reports whether the last that came through, but for white space, was a word.
func (b *bounded) endsWith(word string) bool {
	return bytes.HasSuffix(bytes.TrimRight(b.tail, " \t\r\n"), []byte(word))
}

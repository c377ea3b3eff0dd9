package hub

import (
	"bufio"

	"sregistry/app/errs"
)

// readAhead is how much of a body is read at a time. Package multipart would ask for
// 4 KiB, and so 262,144 times for a GiB.
const readAhead = 128 << 10

// bounded is what comes before the file of a form, of which only so much is let through
// as is due: it bounds what package multipart keeps in memory of a caller who has not
// shown yet who he is. It gives a line at a time, so that package multipart, which reads
// ahead, has read nothing of the file when it has read its headers.
type bounded struct {
	body *bufio.Reader
	left int
}

// Read reads on, to the end of the line. Errors: TooLarge beyond the bound, and the body's.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errs.E("hub.bounded.Read", errs.TooLarge, "The form holds too much beside its file; send the fields collection, name and tag, and then file1.")
	}
	for n := range min(len(p), b.left) {
		c, err := b.body.ReadByte()
		if err != nil {
			b.left -= n
			return n, err
		}
		if p[n] = c; c == '\n' {
			b.left -= n + 1
			return n + 1, nil
		}
	}
	n := min(len(p), b.left)
	b.left -= n
	return n, nil
}

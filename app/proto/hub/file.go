package hub

import (
	"bufio"
	"bytes"
	"io"

	"sregistry/app/errs"
)

// maxEnd is how much may come after the last boundary of a form, in bytes: white space.
const maxEnd = 1 << 10

// fileBody is the content of the last part of a form (RFC 2046, section 5.1.1), read in
// the pieces that the body comes in: package multipart would hand on 4 KiB at a time,
// which costs a quarter of a second for a GiB.
type fileBody struct {
	body  *bufio.Reader
	delim []byte // the line end and boundary that end the content
	begun bool
}

// Read reads on. It gives io.EOF only where the whole form ends, and nothing follows.
func (f *fileBody) Read(p []byte) (int, error) {
	if !f.begun {
		f.begun = true
		// A file without content has no line end before its boundary.
		if start, _ := f.body.Peek(len(f.delim) - 2); bytes.Equal(start, f.delim[2:]) {
			f.body.Discard(len(start))
			return 0, f.end()
		}
	}
	for {
		seen, err := f.body.Peek(max(f.body.Buffered(), len(f.delim)))
		if at := bytes.Index(seen, f.delim); at == 0 {
			f.body.Discard(len(f.delim))
			return 0, f.end()
		} else if at > 0 {
			return f.body.Read(p[:min(len(p), at)])
		}
		// What may be the beginning of the boundary waits for the rest of it.
		if whole := len(seen) - len(f.delim) + 1; whole > 0 {
			return f.body.Read(p[:min(len(p), whole)])
		}
		if err == io.EOF {
			return 0, io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
	}
}

// end gives io.EOF if what follows the boundary is the end of the form.
func (f *fileBody) end() error {
	const op = "hub.fileBody.end"
	rest, err := io.ReadAll(io.LimitReader(f.body, maxEnd+1))
	switch last, ok := bytes.CutPrefix(rest, []byte("--")); {
	case err != nil:
		return err
	case !ok && len(bytes.TrimSpace(rest)) == 0:
		return io.ErrUnexpectedEOF
	case !ok:
		return errs.E(op, errs.Invalid, "The form goes on after the part %q, which has to be the last.", filePart)
	case len(rest) > maxEnd:
		return errs.E(op, errs.TooLarge, "Too much follows the end of the form; send nothing there.")
	case len(bytes.TrimSpace(last)) > 0:
		return errs.E(op, errs.Invalid, "Something follows the end of the form; send nothing there.")
	}
	return io.EOF
}

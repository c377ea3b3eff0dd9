package hub

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"sregistry/app/errs"
)

// The bounds of a form, in bytes.
const (
	// maxFields is how much may come before the content of the file: all the fields, and
	// the headers of all the parts.
	maxFields = 64 << 10
	// maxEnd is how much may come after it: the last boundary.
	maxEnd = 1 << 10
	// maxBoundary is that of RFC 2046, section 5.1.1.
	maxBoundary = 70
)

// filePart is the name of the part which holds the image.
const filePart = "file1"

// form is an upload: its fields, which have been read, and its file, which is read from
// it. The file ends well only if the form does, with nothing behind it; so an upload that
// broke off anywhere is never taken for a whole one.
type form struct {
	fields map[string]string
	body   *bounded
	parts  *multipart.Reader
	file   *multipart.Part
	last   string // the boundary that ends the form
	ended  error  // once it has
	length int64  // of all of it, as announced; -1 if it was not
}

// readForm reads a form as far as the content of its file. Errors: Invalid, TooLarge,
// Canceled.
func readForm(r *http.Request) (*form, error) {
	const op = "hub.readForm"
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	boundary := parameters["boundary"]
	if err != nil || kind != "multipart/form-data" || boundary == "" || len(boundary) > maxBoundary {
		return nil, errs.E(op, errs.Invalid, "The upload is not a form; send multipart/form-data with the fields collection, name and tag, and then file1.")
	}
	body := newBounded(r.Body, maxFields)
	f := &form{fields: map[string]string{}, body: body, parts: multipart.NewReader(body, boundary), last: "--" + boundary + "--", length: r.ContentLength}
	for {
		part, err := f.parts.NextRawPart()
		if err == io.EOF {
			return nil, errs.E(op, errs.Invalid, "The form has no part %q with the image; put it last.", filePart)
		}
		if err != nil {
			return nil, formFault(op, err)
		}
		field := part.FormName()
		if field == filePart {
			f.file = part
			body.allow(unbounded)
			return f, nil
		}
		if _, twice := f.fields[field]; twice {
			return nil, errs.E(op, errs.Invalid, "The form has the field %q twice.", errs.Clip(field))
		}
		text, err := io.ReadAll(part) // no more than maxFields come
		if err != nil {
			return nil, formFault(op, err)
		}
		f.fields[field] = string(text)
	}
}

// Size gives how many bytes the file has at least, as far as the length of the form tells.
func (f *form) Size() int64 { return max(0, f.length-maxFields-maxEnd) }

// Read reads the content of the file.
func (f *form) Read(p []byte) (int, error) {
	const op = "hub.form.Read"
	if f.ended != nil {
		return 0, f.ended
	}
	n, err := f.file.Read(p)
	if err == io.EOF {
		err = f.end()
	}
	if err != nil && err != io.EOF {
		err = formFault(op, err)
	}
	f.ended = err
	return n, err
}

// end gives io.EOF if the form ends where its file does.
func (f *form) end() error {
	const op = "hub.form.end"
	f.body.allow(maxEnd)
	part, err := f.parts.NextRawPart()
	if err == nil {
		return errs.E(op, errs.Invalid, "The form has the part %q after %q, which has to be the last.", errs.Clip(part.FormName()), filePart)
	}
	if err != io.EOF {
		return err
	}
	// What package multipart has not read of the body it does not look at.
	if _, err := io.Copy(io.Discard, f.body); err != nil {
		return err
	}
	if !f.body.endsWith(f.last) {
		return errs.E(op, errs.Invalid, "Something follows the end of the form; send nothing there.")
	}
	return io.EOF
}

// formFault gives an error of package multipart its kind and a sentence.
func formFault(op string, err error) error {
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Wrap(op, err)
	}
	return errs.Because(op, errs.Invalid, err, "The form is not whole, or not well made; send it again.")
}

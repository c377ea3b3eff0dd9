package httpx

import (
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// Blob describes a file that is to be sent.
type Blob struct {
	Digest string // of its content; the ETag
	Type   string // its media type
	Name   string // under which to save it; empty to leave that to the caller
	// Whole is called when all of the file was sent, and Part when a part of it that ends
	// with the last byte was. Either may be nil.
	Whole, Part func()
}

// ServeBlob answers GET or HEAD with a file, or the parts of it that were asked for, or
// that it has not changed (RFC 9110, sections 13 and 14). The caller has decided that it
// may be read, and closes it. Errors: Canceled if the client left before the end,
// RangeInvalid if nothing of the file is in the range that was asked for.
//
// The bytes go from file to connection within the kernel. For that, the *os.File itself
// must reach the ReadFrom of net/http's own ResponseWriter, which echo's hides.
func ServeBlob(c echo.Context, f *os.File, b Blob) error {
	const op = "httpx.ServeBlob"
	response := c.Response()
	h := response.Header()
	h.Set("ETag", `"`+b.Digest+`"`)
	h.Set(echo.HeaderContentType, b.Type) // or net/http would read the file to guess it
	if b.Name != "" {
		h.Set(echo.HeaderContentDisposition, Attachment(b.Name))
	}
	if h.Get(echo.HeaderCacheControl) == "" {
		h.Set(echo.HeaderCacheControl, "private, no-cache") // to be asked again: rights end
	}
	dropEmptyRanges(c.Request().Header)
	w := &fileWriter{ResponseWriter: response.Writer}
	http.ServeContent(w, c.Request(), "", time.Time{}, f)
	if w.status == http.StatusRequestedRangeNotSatisfiable {
		return unsatisfiable(h, f)
	}
	response.Committed, response.Status, response.Size = w.status != 0, w.status, w.sent
	switch {
	case w.err == nil && w.whole(c.Request()):
		if sent := w.last(c.Request(), b); sent != nil {
			sent()
		}
		return nil
	case w.err == nil || errors.Is(w.err, syscall.EIO):
		return errs.Wrap(op, fmt.Errorf("%s could be read for %d bytes only: %w", f.Name(), w.sent, errors.Join(io.ErrUnexpectedEOF, w.err)))
	}
	return errs.Because(op, errs.Canceled, w.err, "The download was cut off after %d bytes.", w.sent)
}

// dropEmptyRanges takes from a request's ranges the suffixes of no bytes: they cannot be
// satisfied (RFC 9110, section 14.1.2), but net/http answers them with a part of nothing. If
// none is left, one stays that it refuses.
func dropEmptyRanges(h http.Header) {
	list, ok := strings.CutPrefix(h.Get("Range"), "bytes=")
	if !ok {
		return
	}
	var left []string
	for one := range strings.SplitSeq(list, ",") {
		if suffix, ok := strings.CutPrefix(strings.TrimSpace(one), "-"); !ok || suffix == "" || strings.Trim(suffix, "0") != "" {
			left = append(left, one)
		}
	}
	if len(left) == 0 {
		left = []string{strconv.FormatInt(math.MaxInt64, 10) + "-"}
	}
	h.Set("Range", "bytes="+strings.Join(left, ","))
}

// unsatisfiable is the error for which the door has a form of its own; Content-Range is set.
func unsatisfiable(h http.Header, f *os.File) error {
	const op = "httpx.unsatisfiable"
	for _, key := range []string{echo.HeaderContentType, echo.HeaderContentDisposition, echo.HeaderContentLength, "ETag", "Accept-Ranges"} {
		h.Del(key)
	}
	info, err := f.Stat()
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.E(op, errs.RangeInvalid, "The file has %d bytes, and none of them is in the requested range.", info.Size())
}

// Attachment is the Content-Disposition of what is to be saved under a name.
func Attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// fileWriter is net/http's ResponseWriter, which it hands a file on to untouched, and
// notes what became of it.
type fileWriter struct {
	http.ResponseWriter
	status int
	sent   int64
	err    error
}

func (w *fileWriter) WriteHeader(status int) {
	w.status = status
	if status != http.StatusRequestedRangeNotSatisfiable {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *fileWriter) Write(b []byte) (int, error) {
	if w.status == http.StatusRequestedRangeNotSatisfiable {
		return len(b), nil // net/http's own words
	}
	n, err := w.ResponseWriter.Write(b)
	w.note(int64(n), err)
	return n, err
}

// ReadFrom is what io.Copy calls.
func (w *fileWriter) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(w.ResponseWriter, r)
	w.note(n, err)
	return n, err
}

func (w *fileWriter) note(n int64, err error) {
	w.sent += n
	if w.err == nil {
		w.err = err
	}
}

// whole reports whether as much was sent as was announced; a file that shrank would pass
// for a success otherwise.
func (w *fileWriter) whole(r *http.Request) bool {
	announced := w.Header().Get("Content-Length")
	return r.Method == http.MethodHead || announced == "" || announced == strconv.FormatInt(w.sent, 10)
}

// last gives whom to call after an answer that ends with the file's last byte; nil for any
// other. A download in many parts has one such answer.
func (w *fileWriter) last(r *http.Request, b Blob) func() {
	if r.Method != http.MethodGet {
		return nil
	}
	switch w.status {
	case http.StatusOK:
		return b.Whole
	case http.StatusPartialContent:
	default:
		return nil
	}
	part, size, _ := strings.Cut(strings.TrimPrefix(w.Header().Get("Content-Range"), "bytes "), "/") // "bytes 0-9/10"
	begin, end, _ := strings.Cut(part, "-")
	at, err := strconv.ParseInt(end, 10, 64)
	if err != nil || w.sent == 0 || strconv.FormatInt(at+1, 10) != size {
		return nil
	}
	if begin == "0" {
		return b.Whole
	}
	return b.Part
}

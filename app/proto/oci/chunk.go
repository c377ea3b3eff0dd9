package oci

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"sregistry/app/errs"
)

// chunk is the body of a request that goes on with an upload.
type chunk struct {
	// offset is where it begins, and end where it has to end; both are -1 for a stream
	// that goes on where the upload stands, for as long as it likes.
	offset, end int64
	body        io.Reader
}

// readChunk reads what a request says of its body. The specification has a Content-Range
// of its own, "<start>-<end>", the end included; that of RFC 9110, "bytes <start>-<end>/*",
// is understood too.
func readChunk(r *http.Request) (chunk, error) {
	const op = "oci.readChunk"
	header := r.Header.Get("Content-Range")
	if header == "" {
		return chunk{offset: -1, end: -1, body: r.Body}, nil
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(header, "bytes "), "bytes="), "/")
	from, to, _ := strings.Cut(text, "-")
	start, badStart := strconv.ParseUint(from, 10, 62)
	last, badEnd := strconv.ParseUint(to, 10, 62)
	if badStart != nil || badEnd != nil || last < start {
		return chunk{}, errs.E(op, errs.Invalid, "The Content-Range is not of the form START-END; END is the last byte.")
	}
	part := chunk{offset: int64(start), end: int64(last) + 1, body: r.Body}
	length := part.end - part.offset
	switch r.ContentLength {
	case length:
	case -1: // a body that does not say its length
		part.body = io.LimitReader(r.Body, length)
	default:
		return chunk{}, coded("SIZE_INVALID", errs.E(op, errs.Invalid,
			"The Content-Range is of %d bytes, but the body has %d.", length, r.ContentLength))
	}
	return part, nil
}

// check holds the place where an upload stands after the chunk to the one that was
// announced.
func (p chunk) check(offset int64) error {
	if p.end < 0 || offset == p.end {
		return nil
	}
	return coded("SIZE_INVALID", errs.E("oci.chunk", errs.Invalid,
		"The chunk ended at byte %d, and should have at %d; go on from there.", offset, p.end))
}

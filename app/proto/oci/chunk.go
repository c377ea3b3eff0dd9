package oci

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// chunk is the body of a request that continues an upload.
type chunk struct {
	// offset is where it begins; -1 for a stream that goes on where the upload stands.
	offset int64
	body   io.Reader
}

// readChunk reads what a request says of its body. The specification has a Content-Range
// of its own, "<start>-<end>", the end included; that of RFC 9110, "bytes <start>-<end>/*",
// is understood too.
func readChunk(r *http.Request) (chunk, error) {
	const op = "oci.readChunk"
	header := r.Header.Get("Content-Range")
	if header == "" {
		return chunk{-1, r.Body}, nil
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(header, "bytes "), "bytes="), "/")
	from, to, _ := strings.Cut(text, "-")
	start, badStart := strconv.ParseUint(from, 10, 62)
	last, badEnd := strconv.ParseUint(to, 10, 62)
	if badStart != nil || badEnd != nil || last < start {
		return chunk{}, errs.E(op, errs.Invalid, "The Content-Range is not of the form START-END; END is the last byte.")
	}
	part := chunk{int64(start), r.Body}
	length := int64(last - start + 1)
	switch r.ContentLength {
	case length:
	case -1: // a body that does not say its length
		part.body = httpx.Exactly(r.Body, length, coded("SIZE_INVALID", errs.E(op, errs.Invalid,
			"The body has fewer than the %d bytes of its Content-Range; ask where the upload stands, and go on from there.", length)))
	default:
		return chunk{}, coded("SIZE_INVALID", errs.E(op, errs.Invalid,
			"The Content-Range is of %d bytes, but the body has %d.", length, r.ContentLength))
	}
	return part, nil
}

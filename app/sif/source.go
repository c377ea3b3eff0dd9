package sif

import (
	"context"
	"errors"
	"io"

	"sregistry/app/errs"
)

// source is the file, read within its size and a budget. It keeps apart the two ways in
// which a read can fail: the image asks for what is not there, or the reader below fails.
type source struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	left int64
	// failure is the first error that is no fault of the image.
	failure error
}

// ReadAt is io.ReaderAt, except that a read is either whole or an error.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	const op = "sif.source.ReadAt"
	if s.failure != nil {
		return 0, s.failure
	}
	if s.failure = s.ctx.Err(); s.failure != nil {
		return 0, s.failure
	}
	n := int64(len(p))
	if off < 0 || off > s.size || n > s.size-off {
		return 0, errs.E(op, errs.Invalid, "it refers to bytes beyond the end of the file")
	}
	if n > s.left {
		return 0, errs.E(op, errs.Invalid, "there is more of it than is read in one inspection")
	}
	s.left -= n
	got, err := s.r.ReadAt(p, off)
	if got == len(p) {
		return got, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the file is shorter than the caller said: not the image's word
	}
	s.failure = err
	return got, err
}

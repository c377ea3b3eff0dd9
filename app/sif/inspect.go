package sif

import (
	"context"
	"fmt"
	"io"
	"strings"

	"sregistry/app/errs"
)

// Inspect reads what is inside an image: r is the file and size its length in bytes. It
// reads within the bounds of limits.go, however large the file is.
//
// Errors: Invalid, with a sentence, for a file that is not an image, that is cut short, or
// whose header contradicts the file; Canceled if ctx ends; Internal if r cannot be read.
// An image whose inside cannot be read is not an error: the report's notes tell.
func Inspect(ctx context.Context, r io.ReaderAt, size int64) (*Report, error) {
	const op = "sif.Inspect"
	in := &inspection{
		file:   &source{ctx: ctx, r: r, size: size, left: maxRead},
		text:   maxAllText,
		report: &Report{},
	}
	err := in.run()
	if in.file.failure != nil { // a bad disk or a caller that left is no fault of the image
		return nil, errs.Wrap(op, in.file.failure)
	}
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	return in.report, nil
}

// inspection is one run of Inspect.
type inspection struct {
	file   *source
	text   int  // what is left of maxAllText
	noted  bool // that nothing is left
	report *Report
}

// run tells the formats apart and fills the report.
func (in *inspection) run() error {
	head, err := in.head()
	if err != nil {
		return err
	}
	if isSIF(head) {
		return in.readSIF(head)
	}
	launch := launchLine(head)
	in.report.Launch = strings.TrimSpace(clean(launch))
	start := int64(len(launch))
	switch {
	case isSquashfs(head[start:]):
		return in.readSquashfs(head[start:], start)
	case isExt3(head[start:]):
		return in.readExt3(head[start:], start)
	}
	return notAnImage(head)
}

// note adds a sentence to the report.
func (in *inspection) note(format string, args ...any) {
	notes := &in.report.Notes
	switch {
	case len(*notes) < maxNotes:
		*notes = append(*notes, fmt.Sprintf(format, args...))
	case len(*notes) == maxNotes:
		*notes = append(*notes, "There is more to say about this image than fits here.")
	}
}

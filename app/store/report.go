package store

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// ReportLength gives the length of a report, in bytes; 0 for a file that is no image.
func (t *Tx) ReportLength(ctx context.Context, content digest.Digest) (int64, error) {
	return one(ctx, t, "store.ReportLength", value[int64], "SELECT coalesce((SELECT octet_length(report) FROM reports WHERE digest = ?), 0)", content)
}

// Report gives what is inside an image file, as JSON. Errors: NotFound for a file that is
// no image.
func (t *Tx) Report(ctx context.Context, content digest.Digest) ([]byte, error) {
	s, err := one(ctx, t, "store.Report", value[string], "SELECT report FROM reports WHERE digest = ?", content)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.E("store.Report", errs.NotFound, "Nothing is known of the inside of this image.")
	}
	return []byte(s), err
}

// SetReport keeps what is inside an image file.
func (t *Tx) SetReport(ctx context.Context, content digest.Digest, report []byte) error {
	return t.run(ctx, "store.SetReport", "INSERT INTO reports (digest, report) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET report = ?2",
		content, string(report))
}

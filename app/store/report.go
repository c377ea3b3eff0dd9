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
	if err := t.run(ctx, "store.SetReport", "INSERT INTO reports (digest, report) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET report = ?2",
		content, string(report)); err != nil {
		return err
	}
	return t.weighBlob(ctx, content)
}

// weighBlob counts the rows about a blob with it. That is not done by triggers, since each of
// many rows would count for everybody who holds the blob.
func (t *Tx) weighBlob(ctx context.Context, d digest.Digest) error {
	return t.run(ctx, "store.weighBlob", "UPDATE blobs SET metadata = (SELECT bytes FROM blob_metadata WHERE digest = ?1) WHERE digest = ?1", d)
}

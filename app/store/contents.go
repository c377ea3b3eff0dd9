package store

import (
	"context"

	"github.com/opencontainers/go-digest"
)

// ContentsFrom gives the digests of image files in a container which begin with some
// hexadecimal digits of a SHA-256 sum, two at most: enough to know whether it is one.
func (t *Tx) ContentsFrom(ctx context.Context, container int64, digits string) ([]digest.Digest, error) {
	first := "sha256:" + digits
	return all(ctx, t, "store.ContentsFrom", value[digest.Digest], `SELECT DISTINCT content FROM images
	  WHERE container_id = ?1 AND deleted_at = 0 AND content >= ?2 AND content < ?2 || 'g' AND content <> '' ORDER BY content LIMIT 2`, container, first)
}

package registry

import (
	"context"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// minDigits is how many digits of a digest have to be known: few enough for the shub
// clients, which write an MD5's 32, and too many to find a digest by trying.
const minDigits = 32

// ExpandDigest finds the digest of an image's file by the hexadecimal digits that it
// begins with, for clients whose references are too short for all. Whoever may see the
// container may ask. Errors: NotFound, even if two images begin alike; Unauthenticated.
func (s *Service) ExpandDigest(ctx context.Context, actor model.Actor, path ref.Path, digits string) (digest.Digest, error) {
	const op = "registry.ExpandDigest"
	var found []digest.Digest
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		if len(digits) >= minDigits && strings.Trim(digits, "0123456789abcdef") == "" {
			found, err = tx.ContentsFrom(ctx, p.Container, digits)
		}
		if err == nil && len(found) != 1 {
			return missing(op, p.ContainerOf.String()+"@"+digits)
		}
		return err
	})
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	return found[0], nil
}

package registry

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Referrer is an image that says something about another one; see the store.
type Referrer = store.Referrer

// The bounds of one answer of Referrers, so that it stays a manifest that clients take.
const (
	maxReferrers     = 1000
	maxReferrersSize = 2 << 20 // bytes of annotations
)

// Referrers lists what refers to a manifest of a container, which need not be there, in
// the order in which it came; an empty type stands for every one. After is the cursor of
// the list before, 0 for the first; more is the cursor of the next one, or 0. Whoever may
// see the container may ask. To others, as where there is none, the list is empty, since
// the specification forbids to say that there is nothing. Errors: Unauthenticated.
func (s *Service) Referrers(ctx context.Context, actor model.Actor, path ref.Path, subject digest.Digest, artifactType string, after int64) (list []Referrer, more int64, err error) {
	const op = "registry.Referrers"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		err = s.allow(actor, access.Read, p)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if list, err = tx.Referrers(ctx, p.Container, subject, artifactType, after, maxReferrers, maxReferrersSize); err != nil || len(list) == 0 {
			return err
		}
		last := list[len(list)-1].ID
		rest, err := tx.Referrers(ctx, p.Container, subject, artifactType, last, 1, maxReferrersSize)
		if len(rest) > 0 {
			more = last
		}
		return err
	})
	return list, more, errs.Wrap(op, err)
}

package registry

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/budget"
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
	referrerSize     = 512     // bytes that one takes besides
)

// listFactor is how many times its length a list takes in memory while it is read from the
// database, and written as JSON.
const listFactor = 4

// Referrers lists what refers to a manifest of a container, which need not be there, in
// the order in which it came; an empty type stands for every one. After is the cursor of
// the list before, 0 for the first; more is the cursor of the next one, or 0. Whoever may
// see the container may ask. To others, as where there is none, the list is empty, since
// the specification forbids to say that there is nothing. Errors: Unauthenticated.
func (s *Service) Referrers(ctx context.Context, actor model.Actor, path ref.Path, subject digest.Digest, artifactType string, after int64) (list []Referrer, more int64, err error) {
	const op = "registry.Referrers"
	var ids []int64
	var size int64
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
		all, sizes, err := tx.ReferrerSizes(ctx, p.Container, subject, artifactType, after, maxReferrers+1)
		ids, size = firstReferrers(all, sizes)
		if len(ids) < len(all) {
			more = ids[len(ids)-1]
		}
		return err
	})
	if err == nil && len(ids) > 0 { // no transaction waits for memory
		err = budget.Take(ctx, listFactor*(size+int64(len(ids))*referrerSize))
	}
	if err == nil && len(ids) > 0 {
		err = s.db.View(ctx, func(tx *store.Tx) error {
			list, err = tx.Referrers(ctx, ids)
			return err
		})
	}
	return list, more, errs.Wrap(op, err)
}

// firstReferrers gives as many as one answer lists, at least one if there are any, and the
// bytes of their annotations.
func firstReferrers(ids, sizes []int64) (first []int64, size int64) {
	for at := range ids {
		if at == maxReferrers || at > 0 && size+sizes[at] > maxReferrersSize {
			return ids[:at], size
		}
		size += sizes[at]
	}
	return ids, size
}

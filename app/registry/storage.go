package registry

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// maxHoldings bounds what is told of one place.
	maxHoldings = 200
	// holdingsAge is how old figures on storage may be before they are counted again.
	holdingsAge = time.Minute
	// maxCounted bounds the places whose figures are remembered.
	maxCounted = 64
)

// counted are the figures of a place, and when they were counted.
type counted struct {
	mu   sync.Mutex // held while they are counted, so that it is done once
	at   time.Time
	list []model.Holding
}

// Storage tells what takes up the registry's room, the largest first, at most 200: with
// an empty place the namespaces, in a namespace its collections, in a collection, named
// in full, its containers. The figures may be a minute old, since to count all of them
// costs a look at every container; their quotas are those of now. For admins. Errors:
// Forbidden, Unauthenticated.
func (s *Service) Storage(ctx context.Context, actor model.Actor, place string) ([]model.Holding, error) {
	const op = "registry.Storage"
	if err := admin(op, actor); err != nil {
		return nil, err
	}
	list, err := s.counted(ctx, place)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		quotas, err := s.quotasOf(ctx, tx, place, list)
		for at := range list {
			h := &list[at]
			h.Quota, h.Limitable = quotas[h.Name]
		}
		return err
	})
	return list, errs.Wrap(op, err)
}

// counted gives the figures of a place, in a list that is the caller's own.
func (s *Service) counted(ctx context.Context, place string) ([]model.Holding, error) {
	c := s.holdings.GetOrPut(place, func() *counted { return &counted{} })
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) < holdingsAge {
		return slices.Clone(c.list), nil
	}
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		c.list, err = holdings(ctx, tx, place)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.at = time.Now()
	return slices.Clone(c.list), nil
}

// quotasOf gives the quotas of what can have one, by name.
func (s *Service) quotasOf(ctx context.Context, tx *store.Tx, place string, list []model.Holding) (map[string]int64, error) {
	names := make([]string, len(list))
	for at, h := range list {
		names[at] = h.Name
	}
	switch {
	case place == "":
		return tx.NamespaceQuotas(ctx, names, s.Settings().UserQuota)
	case !strings.Contains(place, "/"):
		return tx.CollectionQuotas(ctx, names, place)
	}
	return nil, nil
}

func holdings(ctx context.Context, tx *store.Tx, place string) ([]model.Holding, error) {
	namespace, collection, within := strings.Cut(place, "/")
	switch {
	case place == "":
		return tx.NamespaceHoldings(ctx, maxHoldings)
	case !within:
		return tx.CollectionHoldings(ctx, namespace, maxHoldings)
	}
	return tx.ContainerHoldings(ctx, namespace, collection, maxHoldings)
}

// Samples tells what the registry held on each of the last days, the oldest first, as far
// as it was noted. For admins. Errors: Forbidden, Unauthenticated.
func (s *Service) Samples(ctx context.Context, actor model.Actor, days int) (list []model.Sample, err error) {
	const op = "registry.Samples"
	if err := admin(op, actor); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.Samples(ctx, tx.Now.AddDate(0, 0, 1-days))
		return err
	})
	return list, errs.Wrap(op, err)
}

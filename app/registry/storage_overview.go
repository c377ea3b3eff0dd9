package registry

import (
	"context"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// maxStorageUsages bounds what is told of one place.
const maxStorageUsages = 200

// Storage lists what uses the registry's storage, the largest first, at most 200, with
// their quotas: with an empty place the namespaces, in a namespace its collections, in a
// collection, named in full, its containers. For admins. Errors: Forbidden,
// Unauthenticated.
func (s *Service) Storage(ctx context.Context, actor model.Actor, place string) (list []model.StorageUsage, err error) {
	const op = "registry.Storage"
	if err := requireAdmin(op, actor); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if list, err = storageUsages(ctx, tx, place); err != nil {
			return err
		}
		quotas, err := s.quotasOf(ctx, tx, place, list)
		for at := range list {
			h := &list[at]
			h.Quota, h.HasQuota = quotas[h.Name]
		}
		return err
	})
	return list, errs.Wrap(op, err)
}

// quotasOf gives the quotas of what can have one, by name.
func (s *Service) quotasOf(ctx context.Context, tx *store.Tx, place string, list []model.StorageUsage) (map[string]int64, error) {
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

func storageUsages(ctx context.Context, tx *store.Tx, place string) ([]model.StorageUsage, error) {
	namespace, collection, within := strings.Cut(place, "/")
	switch {
	case place == "":
		return tx.NamespaceStorage(ctx, maxStorageUsages)
	case !within:
		return tx.CollectionStorage(ctx, namespace, maxStorageUsages)
	}
	return tx.ContainerStorage(ctx, namespace, collection, maxStorageUsages)
}

// Samples tells what the registry held on each of the last days, the oldest first, as far
// as it was noted. For admins. Errors: Forbidden, Unauthenticated.
func (s *Service) Samples(ctx context.Context, actor model.Actor, days int) (list []model.Sample, err error) {
	const op = "registry.Samples"
	if err := requireAdmin(op, actor); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.Samples(ctx, tx.Now.AddDate(0, 0, 1-days))
		return err
	})
	return list, errs.Wrap(op, err)
}

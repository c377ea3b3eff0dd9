package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Usage gives how much storage a collection uses, each blob counted once, and its
// quota. Whoever may see it may ask. Errors: NotFound, Unauthenticated.
func (s *Service) Usage(ctx context.Context, actor model.Actor, path ref.Path) (u model.Usage, err error) {
	const op = "registry.Usage"
	err = s.readCollection(ctx, actor, access.Read, path, func(tx *store.Tx, c model.Collection) (err error) {
		l, err := s.quotas(ctx, tx, c.Name)
		u = l.Collection
		return err
	})
	return u, errs.Wrap(op, err)
}

// EffectiveUsage is Usage of the collection or, if less of that remains and it is the actor's
// to know of, of its namespace. Errors: those of Usage.
func (s *Service) EffectiveUsage(ctx context.Context, actor model.Actor, path ref.Path) (model.Usage, error) {
	const op = "registry.EffectiveUsage"
	c, err := s.Collection(ctx, actor, path)
	if err != nil {
		return model.Usage{}, errs.Wrap(op, err)
	}
	u, err := s.Usage(ctx, actor, path)
	if err != nil {
		return u, errs.Wrap(op, err)
	}
	n, err := s.NamespaceUsage(ctx, actor, c.Name.Namespace)
	if errs.Is(err, errs.Forbidden) {
		return u, nil
	}
	if err == nil && n.Remaining() < u.Remaining() {
		u = n
	}
	return u, errs.Wrap(op, err)
}

// NamespaceUsage gives how much storage a namespace uses, and its quota: to the
// user whose it is, to the team's owners, and to admins. Errors: NotFound, Forbidden,
// Unauthenticated.
func (s *Service) NamespaceUsage(ctx context.Context, actor model.Actor, name string) (u model.Usage, err error) {
	const op = "registry.NamespaceUsage"
	if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
		return u, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		u, err = s.namespaceUsage(ctx, tx, actor, name)
		return err
	})
	return u, errs.Wrap(op, err)
}

func (s *Service) namespaceUsage(ctx context.Context, tx *store.Tx, actor model.Actor, name string) (model.Usage, error) {
	const op = "registry.namespaceUsage"
	_, owned, err := tx.NamespaceOf(ctx, name, actor.UserID)
	if err != nil {
		return model.Usage{}, err
	}
	if access.CanSeeUsage(actor, owned) != access.Allow {
		return model.Usage{}, errs.E(op, errs.Forbidden, "How much room %s takes up is for its owners and for administrators to know.", name)
	}
	return tx.NamespaceUsage(ctx, name, s.Settings().UserQuota)
}

// knownUsage is namespaceUsage for pages: nil for whoever may not know.
func (s *Service) knownUsage(ctx context.Context, tx *store.Tx, actor model.Actor, name string) (*model.Usage, error) {
	u, err := s.namespaceUsage(ctx, tx, actor, name)
	if errs.Is(err, errs.Forbidden) || errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return &u, err
}

// Usages lists how much storage namespaces use, and the collections that have a quota, by
// name: to admins all, to others what is theirs, their teams' and the collections that
// they own. Errors: Forbidden, Unauthenticated.
func (s *Service) Usages(ctx context.Context, actor model.Actor, p model.Page) (list []model.Quota, next string, err error) {
	const op = "registry.Usages"
	if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
		return nil, "", err
	}
	if access.CanSeeUsage(actor, true) != access.Allow {
		return nil, "", errs.E(op, errs.Forbidden, "Your token does not reach that far; use one for all collections.")
	}
	everybody := access.CanSeeUsage(actor, false) == access.Allow
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		rows, err := tx.Usages(ctx, s.Settings().UserQuota, everybody, actor.UserID, p)
		list, next = cutQuotas(p, rows, model.QuotasByName)
		return err
	})
	return list, next, errs.Wrap(op, err)
}

// cutQuotas makes a page of rows, and the cursor of the next.
func cutQuotas(p model.Page, rows []store.QuotaRow, order model.QuotaOrder) (list []model.Quota, next string) {
	rows, next = model.Cut(p, rows, func(q store.QuotaRow) string { return store.QuotaCursor(order, q) })
	for _, row := range rows {
		list = append(list, row.Quota)
	}
	return list, next
}

// Quotas lists all quotas that hold, of namespaces and of collections, with what is taken of
// them. Admins may ask. Errors: Invalid for a bad cursor, Forbidden,
// Unauthenticated.
func (s *Service) Quotas(ctx context.Context, actor model.Actor, order model.QuotaOrder, p model.Page) (list []model.Quota, next string, err error) {
	const op = "registry.Quotas"
	if err := requireAdmin(op, actor); err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Quotas(ctx, s.Settings().UserQuota, order, p)
		list, next = cutQuotas(p, rows, order)
		return err
	})
	return list, next, errs.Wrap(op, err)
}

// AuthorizeQuotas reports whether an actor may set quotas. Errors: Forbidden, Unauthenticated.
func (s *Service) AuthorizeQuotas(actor model.Actor) error {
	return requireAdmin("registry.AuthorizeQuotas", actor)
}

// UsageOf is NamespaceUsage for the name of a namespace, and Usage for that of a
// collection. Errors: theirs.
func (s *Service) UsageOf(ctx context.Context, actor model.Actor, name ref.Path) (model.Usage, error) {
	const op = "registry.UsageOf"
	var namespace bool
	err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		namespace, err = tx.IsNamespace(ctx, name.First())
		return err
	})
	var u model.Usage
	switch {
	case err != nil:
	case namespace && name.String() == name.First():
		u, err = s.NamespaceUsage(ctx, actor, name.First())
	default:
		u, err = s.Usage(ctx, actor, name)
	}
	return u, errs.Wrap(op, err)
}

// SetQuota limits the storage of a namespace, or of a collection, in bytes; 0 is
// no limit, and nil for a namespace what the settings say. What is there already stays,
// even if it is more. Admins may. Errors: NotFound, Invalid, Forbidden, Unauthenticated.
func (s *Service) SetQuota(ctx context.Context, actor model.Actor, name ref.Path, bytes *int64) (u model.Usage, err error) {
	const op = "registry.SetQuota"
	if err := requireAdmin(op, actor); err != nil {
		return u, err
	}
	if bytes != nil && *bytes < 0 {
		return u, errs.E(op, errs.Invalid, "A quota cannot be negative; 0 is no limit.")
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		namespace, err := tx.IsNamespace(ctx, name.First())
		if err != nil {
			return err
		}
		if !namespace || name.String() != name.First() {
			u, err = s.setCollectionQuota(ctx, tx, actor, name, bytes)
			return err
		}
		if err := tx.SetNamespaceQuota(ctx, name.First(), bytes); err != nil {
			return err
		}
		if err := tx.Record(ctx, actor.Did(model.QuotaSet, name.First(), "quota", quotaText(bytes))); err != nil {
			return err
		}
		u, err = tx.NamespaceUsage(ctx, name.First(), s.Settings().UserQuota)
		return err
	})
	return u, errs.Wrap(op, err)
}

func (s *Service) setCollectionQuota(ctx context.Context, tx *store.Tx, actor model.Actor, name ref.Path, bytes *int64) (model.Usage, error) {
	c, err := s.managedCollection(ctx, tx, actor, name)
	if err != nil {
		return model.Usage{}, err
	}
	var quota int64
	if bytes != nil {
		quota = *bytes
	}
	if err := tx.SetCollectionQuota(ctx, c.ID, quota); err != nil {
		return model.Usage{}, err
	}
	if err := tx.Record(ctx, actor.Did(model.QuotaSet, c.Name.Full(), "quota", quotaText(&quota)).In(c.ID)); err != nil {
		return model.Usage{}, err
	}
	l, err := s.quotas(ctx, tx, c.Name)
	return l.Collection, err
}

// quotaText writes a quota for the record.
func quotaText(bytes *int64) string {
	switch {
	case bytes == nil:
		return "default"
	case *bytes == 0:
		return "none"
	}
	return size(*bytes)
}

package store

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// Quotas are those that hold in a collection, and what is used of them. NamespaceID is 0
// for one that does not exist.
type Quotas struct {
	NamespaceID           int64
	Namespace, Collection model.Usage
}

// Limited reports whether any quota holds.
func (l Quotas) Limited() bool { return l.Namespace.Quota > 0 || l.Collection.Quota > 0 }

// Remaining gives how many bytes more there may be.
func (l Quotas) Remaining() int64 { return min(l.Namespace.Remaining(), l.Collection.Remaining()) }

// quotaOf is the quota of a namespace n, where ?1 is that of a user's if nothing else was
// set.
const quotaOf = "coalesce(n.quota, iif(n.kind = 'user', ?1, 0))"

// QuotasOf gives the quotas that hold for what is pushed to a collection, which need not
// exist yet. A user's namespace without a quota of its own has userQuota.
func (t *Tx) QuotasOf(ctx context.Context, c ref.Collection, userQuota int64) (Quotas, error) {
	l, err := one(ctx, t, "store.Quotas", func(row scanner) (Quotas, error) {
		l := Quotas{Namespace: model.Usage{Name: c.Namespace}, Collection: model.Usage{Name: usageName(c)}}
		n, k := &l.Namespace, &l.Collection
		return l, row.Scan(&l.NamespaceID, &n.Quota, &n.Used, &n.Metadata, &n.Reserved, &n.Default, &k.Quota, &k.Used, &k.Metadata, &k.Reserved)
	}, "SELECT n.id, "+quotaOf+`, n.used, n.metadata, n.reserved, n.quota IS NULL, coalesce(c.quota, 0), coalesce(c.used, 0), coalesce(c.metadata, 0), coalesce(c.reserved, 0)
	  FROM names n LEFT JOIN collections c ON c.namespace_id = n.id AND c.name = ?3
	 WHERE n.name = ?2 AND n.kind <> 'collection'`, userQuota, c.Namespace, c.Name)
	if errs.Is(err, errs.NotFound) {
		return Quotas{}, nil
	}
	return l, err
}

// usageName is the name of a collection where its usage is shown: the short one, but of a
// default collection that is its whole namespace's.
func usageName(c ref.Collection) string {
	if c.Name == ref.Default {
		return c.Full()
	}
	return c.String()
}

// NamespaceUsage gives the storage that a namespace uses. Errors: NotFound.
func (t *Tx) NamespaceUsage(ctx context.Context, name string, userQuota int64) (model.Usage, error) {
	const op = "store.NamespaceUsage"
	u, err := one(ctx, t, op, scanUsage, usageColumns+" WHERE n.name = ?2 AND n.kind <> 'collection'", userQuota, name)
	if errs.Is(err, errs.NotFound) {
		return u, errs.E(op, errs.NotFound, "There is no user or team %q.", name)
	}
	return u, err
}

const usageColumns = "SELECT n.name, " + quotaOf + ", n.used, n.metadata, n.reserved, n.quota IS NULL FROM names n"

func scanUsage(row scanner) (model.Usage, error) {
	var u model.Usage
	return u, row.Scan(&u.Name, &u.Quota, &u.Used, &u.Metadata, &u.Reserved, &u.Default)
}

// SetNamespaceQuota limits the storage of a namespace; nil gives it back what the settings
// say.
func (t *Tx) SetNamespaceQuota(ctx context.Context, name string, bytes *int64) error {
	return t.run(ctx, "store.SetNamespaceQuota", "UPDATE names SET quota = ? WHERE name = ? AND kind <> 'collection'", bytes, name)
}

// SetCollectionQuota limits the storage of a collection; 0 is no limit.
func (t *Tx) SetCollectionQuota(ctx context.Context, id, bytes int64) error {
	return t.run(ctx, "store.SetCollectionQuota", "UPDATE collections SET quota = ? WHERE id = ?", bytes, id)
}

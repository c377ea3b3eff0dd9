package store

import (
	"context"
	"fmt"
	"math"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// usages is the storage that namespaces use, and the collections that have a quota.
const usages = `(
  SELECT n.name AS namespace, '' AS collection, n.id AS namespace_id, 0 AS collection_id,
         iif(n.kind = 'user' AND NOT EXISTS (SELECT 1 FROM users u WHERE u.name_id = n.id), 'orphan', n.kind) AS kind,
         ` + quotaOf + ` AS quota, n.used AS used, n.metadata AS metadata, n.reserved AS reserved, n.quota IS NULL AS standard
    FROM names n WHERE n.kind <> 'collection'
  UNION ALL
  SELECT n.name, c.name, n.id, c.id, 'collection', c.quota, c.used, c.metadata, c.reserved, 0
    FROM collections c JOIN names n ON n.id = c.namespace_id WHERE c.quota > 0 AND c.deleted_at = 0)`

// quotasInForce are all quotas that hold, of namespaces and of collections, with the ten
// thousandth parts that are taken of them: as whole numbers, so that a cursor can name
// one.
const quotasInForce = `(SELECT *, CAST(10000.0 * (used + reserved) / quota AS INTEGER) AS share FROM ` + usages + ` WHERE quota > 0)`

// QuotaRow is a quota with its place in the order of the fullest.
type QuotaRow struct {
	model.Quota
	share int64
}

// Quotas gives those that hold, one more than the page holds. QuotaCursor makes the
// cursor. Errors: Invalid for one that is none.
func (t *Tx) Quotas(ctx context.Context, userQuota int64, order model.QuotaOrder, p model.Page) ([]QuotaRow, error) {
	const op = "store.Quotas"
	where, share, after := "(-share, namespace, collection) > (-?2, ?3, ?4) ORDER BY -share, namespace, collection", int64(math.MaxInt64), p.After
	switch {
	case order == model.QuotasByName:
		where = "(namespace, collection) > (?3, ?4) ORDER BY namespace, collection"
	case after != "":
		if n, err := fmt.Sscanf(after, "%d:%s", &share, &after); n != 2 || err != nil {
			return nil, errs.E(op, errs.Invalid, "The cursor is not one that was given with a list of quotas.")
		}
	}
	namespace, collection, _ := strings.Cut(after, "/")
	return all(ctx, t, op, scanQuota, "SELECT namespace, collection, kind, quota, used, metadata, reserved, standard, share FROM "+quotasInForce+" WHERE "+where+" LIMIT ?5",
		userQuota, share, namespace, collection, p.Size()+1)
}

// Usages gives the storage that namespaces use, and the collections that have a quota, by
// name, one more than the page holds: everybody's, or those that are a user's as
// NamespaceOf says, and the collections that he owns. QuotaCursor makes the cursor.
func (t *Tx) Usages(ctx context.Context, userQuota int64, everybody bool, user int64, p model.Page) ([]QuotaRow, error) {
	namespace, collection, _ := strings.Cut(p.After, "/")
	return all(ctx, t, "store.Usages", scanQuota, `SELECT namespace, collection, kind, quota, used, metadata, reserved, standard, 0 FROM `+usages+` measured
	  WHERE (namespace, collection) > (?2, ?3)
	    AND (?4 OR collection_id = 0 AND `+ownedBy("namespace_id", "?5")+`
	         OR EXISTS (SELECT 1 FROM roles r WHERE r.collection_id = measured.collection_id AND r.user_id = ?5 AND r.role = 2))
	  ORDER BY namespace, collection LIMIT ?6`, userQuota, namespace, collection, everybody, user, p.Size()+1)
}

func scanQuota(row scanner) (QuotaRow, error) {
	var q QuotaRow
	c := &q.Collection
	err := row.Scan(&c.Namespace, &c.Name, &q.Kind, &q.Quota.Quota, &q.Used, &q.Metadata, &q.Reserved, &q.Default, &q.share)
	if c.Name == "" {
		q.Name, *c = c.Namespace, ref.Collection{}
	} else {
		q.Name = usageName(*c)
	}
	return q, err
}

// QuotaCursor is the cursor that stands for a quota in a list of Quotas.
func QuotaCursor(order model.QuotaOrder, q QuotaRow) string {
	name := q.Name
	if q.Kind == model.CollectionQuota {
		name = q.Collection.Full()
	}
	if order == model.QuotasByName {
		return name
	}
	return fmt.Sprintf("%d:%s", q.share, name)
}

// NamespaceQuotas gives what namespaces may take up, by their names; 0 is no limit. What is
// no namespace is left out.
func (t *Tx) NamespaceQuotas(ctx context.Context, names []string, userQuota int64) (map[string]int64, error) {
	return t.quotas(ctx, "SELECT n.name, "+quotaOf+" FROM names n WHERE n.name IN (SELECT value FROM json_each(?2)) AND n.kind <> 'collection'",
		userQuota, list(names))
}

// CollectionQuotas is NamespaceQuotas for collections of a namespace, by their full names.
func (t *Tx) CollectionQuotas(ctx context.Context, names []string, namespace string) (map[string]int64, error) {
	return t.quotas(ctx, `SELECT n.name || '/' || c.name AS full, c.quota FROM names n JOIN collections c ON c.namespace_id = n.id
	  WHERE n.name = ?1 AND c.deleted_at = 0 AND full IN (SELECT value FROM json_each(?2))`, namespace, list(names))
}

func (t *Tx) quotas(ctx context.Context, text string, args ...any) (map[string]int64, error) {
	found := map[string]int64{}
	err := t.each(ctx, "store.quotas", text, args, func(row scanner) error {
		var name string
		var quota int64
		err := row.Scan(&name, &quota)
		found[name] = quota
		return err
	})
	return found, err
}

package store

import (
	"context"

	"sregistry/app/model"
)

func scanHolding(row scanner) (model.Holding, error) {
	var h model.Holding
	return h, row.Scan(&h.Name, &h.Images, &h.Bytes)
}

// NamespaceHoldings gives what namespaces take up, the largest first, at most limit.
func (t *Tx) NamespaceHoldings(ctx context.Context, limit int) ([]model.Holding, error) {
	return all(ctx, t, "store.NamespaceHoldings", scanHolding,
		"SELECT n.name, n.images, n.used FROM names n WHERE n.used > 0 ORDER BY n.used DESC, n.name LIMIT ?", limit)
}

// CollectionHoldings gives what the collections of a namespace take up, the largest
// first, at most limit.
func (t *Tx) CollectionHoldings(ctx context.Context, namespace string, limit int) ([]model.Holding, error) {
	return all(ctx, t, "store.CollectionHoldings", scanHolding, `SELECT n.name || '/' || c.name, c.images, c.used
	  FROM names n JOIN collections c ON c.namespace_id = n.id
	 WHERE n.name = ? AND c.used > 0 ORDER BY c.used DESC, c.name LIMIT ?`, namespace, limit)
}

// ContainerHoldings gives what the containers of a collection take up, the largest first,
// at most limit.
func (t *Tx) ContainerHoldings(ctx context.Context, namespace, collection string, limit int) ([]model.Holding, error) {
	return all(ctx, t, "store.ContainerHoldings", scanHolding, `SELECT n.name || '/' || c.name || '/' || k.name, k.images, k.used
	  FROM names n JOIN collections c ON c.namespace_id = n.id JOIN containers k ON k.collection_id = c.id
	 WHERE n.name = ? AND c.name = ? AND k.used > 0 ORDER BY k.used DESC, k.name LIMIT ?`, namespace, collection, limit)
}

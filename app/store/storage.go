package store

import (
	"context"

	"sregistry/app/model"
)

func scanStorageUsage(row scanner) (model.StorageUsage, error) {
	var h model.StorageUsage
	return h, row.Scan(&h.Name, &h.Images, &h.Bytes)
}

// NamespaceStorage gives what namespaces take up, the largest first, at most limit.
func (t *Tx) NamespaceStorage(ctx context.Context, limit int) ([]model.StorageUsage, error) {
	return all(ctx, t, "store.NamespaceStorage", scanStorageUsage,
		"SELECT n.name, n.images, n.used FROM names n WHERE n.used > 0 ORDER BY n.used DESC, n.name LIMIT ?", limit)
}

// CollectionStorage gives what the collections of a namespace take up, the largest
// first, at most limit.
func (t *Tx) CollectionStorage(ctx context.Context, namespace string, limit int) ([]model.StorageUsage, error) {
	return all(ctx, t, "store.CollectionStorage", scanStorageUsage, `SELECT n.name || '/' || c.name, c.images, c.used
	  FROM names n JOIN collections c ON c.namespace_id = n.id
	 WHERE n.name = ? AND c.used > 0 ORDER BY c.used DESC, c.name LIMIT ?`, namespace, limit)
}

// ContainerStorage gives what the containers of a collection take up, the largest first,
// at most limit.
func (t *Tx) ContainerStorage(ctx context.Context, namespace, collection string, limit int) ([]model.StorageUsage, error) {
	return all(ctx, t, "store.ContainerStorage", scanStorageUsage, `SELECT n.name || '/' || c.name || '/' || k.name, k.images, k.used
	  FROM names n JOIN collections c ON c.namespace_id = n.id JOIN containers k ON k.collection_id = c.id
	 WHERE n.name = ? AND c.name = ? AND k.used > 0 ORDER BY k.used DESC, k.name LIMIT ?`, namespace, collection, limit)
}

package store

import "context"

// maxMiscounts bounds the wrong counts that are told: one fault may spoil many.
const maxMiscounts = 20

// miscounts are the queries of Miscounted, one for each kind of count that triggers keep. A
// query counts anew, and gives a sentence for every row that has another number.
var miscounts = []string{
	// The rows of an image, of a blob, a container, a collection and a namespace.
	`SELECT 'The image ' || i.digest || ' of container ' || i.container_id || ' is said to have ' || i.metadata || ' bytes of metadata, and has ' || x.bytes || '.'
	  FROM images i JOIN image_metadata x ON x.image_id = i.id WHERE i.metadata <> x.bytes`,
	`SELECT 'The blob ' || b.digest || ' is said to have ' || b.metadata || ' bytes of metadata, and has ' || x.bytes || '.'
	  FROM blobs b JOIN blob_metadata x ON x.digest = b.digest WHERE b.metadata <> x.bytes`,
	`SELECT 'The deletion ' || d.id || ' is said to have ' || d.metadata || ' bytes of metadata, and has ' || x.bytes || '.'
	  FROM deletions d JOIN (SELECT id, 512 + 256 * (SELECT count(*) FROM deletion_tags t WHERE t.deletion_id = deletions.id) AS bytes FROM deletions) x ON x.id = d.id
	 WHERE d.metadata <> x.bytes`,
	`SELECT 'The container ' || n.name || '/' || c.name || '/' || k.name || ' is said to have ' || k.metadata || ' bytes of metadata, and has ' || x.bytes || '.'
	  FROM containers k JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	  JOIN container_metadata x ON x.container_id = k.id WHERE k.metadata <> x.bytes`,
	`SELECT 'The collection ' || n.name || '/' || c.name || ' is said to have ' || c.metadata || ' bytes of metadata, and has ' || x.bytes || '.'
	  FROM collections c JOIN names n ON n.id = c.namespace_id JOIN collection_metadata x ON x.collection_id = c.id WHERE c.metadata <> x.bytes`,
	`SELECT 'The namespace ' || n.name || ' is said to have ' || n.metadata || ' bytes of metadata, and has ' || x.bytes || '.'
	  FROM names n JOIN (SELECT n.id, coalesce(sum(c.metadata), 0) AS bytes FROM names n LEFT JOIN collections c ON c.namespace_id = n.id GROUP BY 1) x ON x.id = n.id
	 WHERE n.metadata <> x.bytes`,

	// What a collection uses: each blob once, whichever of its containers hold it, and metadata.
	`SELECT 'The collection ' || n.name || '/' || c.name || ' is said to use ' || c.used || ' bytes, and uses ' || c.metadata + coalesce(x.bytes, 0) || '.'
	  FROM collections c JOIN names n ON n.id = c.namespace_id LEFT JOIN (
	       SELECT h.collection_id AS id, sum(b.size + b.metadata) AS bytes FROM (
	              SELECT DISTINCT k.collection_id, y.digest FROM container_blobs y JOIN containers k ON k.id = y.container_id) h
	         JOIN blobs b ON b.digest = h.digest GROUP BY 1) x ON x.id = c.id
	 WHERE c.used <> c.metadata + coalesce(x.bytes, 0)`,

	// What a namespace uses, likewise.
	`SELECT 'The namespace ' || n.name || ' is said to use ' || n.used || ' bytes, and uses ' || n.metadata + coalesce(x.bytes, 0) || '.'
	  FROM names n LEFT JOIN (
	       SELECT h.namespace_id AS id, sum(b.size + b.metadata) AS bytes FROM (
	              SELECT DISTINCT c.namespace_id, y.digest FROM container_blobs y JOIN containers k ON k.id = y.container_id
	                JOIN collections c ON c.id = k.collection_id) h
	         JOIN blobs b ON b.digest = h.digest GROUP BY 1) x ON x.id = n.id
	 WHERE n.used <> n.metadata + coalesce(x.bytes, 0)`,

	// What uploads reserve of a collection's quota.
	`SELECT 'The collection ' || n.name || '/' || c.name || ' is said to have ' || c.reserved || ' bytes reserved, and has ' || coalesce(x.bytes, 0) || '.'
	  FROM collections c JOIN names n ON n.id = c.namespace_id
	  LEFT JOIN (SELECT collection_id AS id, sum(reserved) AS bytes FROM uploads GROUP BY 1) x ON x.id = c.id
	 WHERE c.reserved <> coalesce(x.bytes, 0)`,

	// What uploads reserve of a namespace's quota.
	`SELECT 'The namespace ' || n.name || ' is said to have ' || n.reserved || ' bytes reserved, and has ' || coalesce(x.bytes, 0) || '.'
	  FROM names n LEFT JOIN (SELECT namespace_id AS id, sum(reserved) AS bytes FROM uploads GROUP BY 1) x ON x.id = n.id
	 WHERE n.reserved <> coalesce(x.bytes, 0)`,

	// How many containers of a collection hold a blob.
	`SELECT 'The blob ' || z.digest || ' is said to have ' || z.holders || ' holders in collection ' || z.collection_id || ', and has another number.'
	  FROM collection_blobs z LEFT JOIN (
	       SELECT k.collection_id AS id, y.digest AS digest, count(*) AS n
	         FROM container_blobs y JOIN containers k ON k.id = y.container_id GROUP BY 1, 2) x ON x.id = z.collection_id AND x.digest = z.digest
	 WHERE z.holders <> coalesce(x.n, 0)`,

	// Images and bytes of a container.
	`SELECT 'The container ' || n.name || '/' || c.name || '/' || k.name || ' is said to have ' || k.images || ' images and ' || k.used || ' bytes, and has '
	       || coalesce(x.images, 0) || ' and ' || k.metadata + coalesce(y.bytes, 0) || '.'
	  FROM containers k JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	  LEFT JOIN (SELECT container_id AS id, count(*) AS images FROM images WHERE deleted_at = 0 GROUP BY 1) x ON x.id = k.id
	  LEFT JOIN (SELECT h.container_id AS id, sum(b.size + b.metadata) AS bytes FROM container_blobs h JOIN blobs b ON b.digest = h.digest GROUP BY 1) y ON y.id = k.id
	 WHERE (k.images, k.used) <> (coalesce(x.images, 0), k.metadata + coalesce(y.bytes, 0))`,

	// Containers and images of a collection.
	`SELECT 'The collection ' || n.name || '/' || c.name || ' is said to have ' || c.containers || ' containers and ' || c.images || ' images, and has '
	       || coalesce(x.containers, 0) || ' and ' || coalesce(y.images, 0) || '.'
	  FROM collections c JOIN names n ON n.id = c.namespace_id
	  LEFT JOIN (SELECT collection_id AS id, count(*) AS containers FROM containers WHERE deleted_at = 0 GROUP BY 1) x ON x.id = c.id
	  LEFT JOIN (SELECT k.collection_id AS id, count(*) AS images FROM images i JOIN containers k ON k.id = i.container_id
	              WHERE i.deleted_at = 0 GROUP BY 1) y ON y.id = c.id
	 WHERE (c.containers, c.images) <> (coalesce(x.containers, 0), coalesce(y.images, 0))`,

	// Images of a namespace.
	`SELECT 'The namespace ' || n.name || ' is said to have ' || n.images || ' images, and has ' || coalesce(x.images, 0) || '.'
	  FROM names n LEFT JOIN (
	       SELECT c.namespace_id AS id, count(*) AS images FROM images i JOIN containers k ON k.id = i.container_id JOIN collections c ON c.id = k.collection_id
	        WHERE i.deleted_at = 0 GROUP BY 1) x ON x.id = n.id
	 WHERE n.images <> coalesce(x.images, 0)`,

	// Collections and containers of the lists of what is public and what is not.
	`SELECT 'The lists of what is ' || iif(l.public, 'public', 'private') || ' are said to have ' || l.collections || ' collections and '
	       || l.containers || ' containers, and have ' || x.collections || ' and ' || x.containers || '.'
	  FROM listed l JOIN (
	       SELECT l.public, count(DISTINCT c.id) AS collections, count(k.id) AS containers
	         FROM listed l LEFT JOIN collections c ON c.public = l.public AND c.deleted_at = 0
	          AND (c.name <> 'default' OR EXISTS (SELECT 1 FROM containers k WHERE k.collection_id = c.id AND k.deleted_at = 0))
	         LEFT JOIN containers k ON k.collection_id = c.id AND k.deleted_at = 0 GROUP BY 1) x ON x.public = l.public
	 WHERE (l.collections, l.containers) <> (x.collections, x.containers)`,

	// Images of a collection that have a label's key.
	`SELECT 'The collection ' || n.name || '/' || c.name || ' is said to have ' || y.images || ' images with the label ' || y.key || ', and has ' || coalesce(x.images, 'none') || '.'
	  FROM collection_keys y JOIN collections c ON c.id = y.collection_id JOIN names n ON n.id = c.namespace_id LEFT JOIN (
	       SELECT v.collection_id AS id, l.key, sum(v.images) AS images FROM collection_labels v JOIN labels l ON l.id = v.label_id GROUP BY 1, 2) x
	    ON x.id = y.collection_id AND x.key = y.key
	 WHERE y.images <> coalesce(x.images, -1)`,

	// The registry's blobs and their bytes.
	`SELECT 'There are said to be ' || s.blobs || ' blobs of ' || s.bytes || ' bytes, and there are ' || x.blobs || ' of ' || x.bytes || '.'
	  FROM stock s JOIN (SELECT count(*) AS blobs, coalesce(sum(size), 0) AS bytes FROM blobs) x WHERE (s.blobs, s.bytes) <> (x.blobs, x.bytes)`,
}

// Miscounted gives a sentence for every count that is not what counting everything anew
// finds, at most maxMiscounts of them. It reads the whole database.
func (t *Tx) Miscounted(ctx context.Context) ([]string, error) {
	var wrong []string
	for _, text := range miscounts {
		found, err := all(ctx, t, "store.Miscounted", value[string], text+" LIMIT ?", maxMiscounts-len(wrong))
		if err != nil {
			return nil, err
		}
		if wrong = append(wrong, found...); len(wrong) == maxMiscounts {
			break
		}
	}
	return wrong, nil
}

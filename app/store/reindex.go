package store

import "context"

// reindexing makes anew everything that, as schema.sql says, is derived from other rows: what
// things are found by, and counts. Counts go upwards: containers, collections, namespaces.
var reindexing = []string{
	"INSERT INTO search_collections (search_collections) VALUES ('delete-all')",
	"INSERT INTO search_containers (search_containers) VALUES ('delete-all')",
	"INSERT INTO search_tags (search_tags) VALUES ('delete-all')",
	"INSERT INTO search_definitions (search_definitions) VALUES ('delete-all')",
	"INSERT INTO search_labels (search_labels) VALUES ('delete-all')",
	"DELETE FROM collection_labels",
	"DELETE FROM collection_keys",
	"DELETE FROM labels",
	"DELETE FROM label_keys",
	"UPDATE images SET indexed = coalesce((SELECT octet_length(substr(json_extract(r.report, '$.definition'), 1, 16384)) FROM reports r WHERE r.digest = images.content), 0)",
	"UPDATE images SET metadata = (SELECT bytes FROM image_metadata WHERE image_id = images.id)",
	"UPDATE blobs SET metadata = (SELECT bytes FROM blob_metadata WHERE digest = blobs.digest)",
	"UPDATE deletions SET metadata = 512 + 256 * (SELECT count(*) FROM deletion_tags x WHERE x.deletion_id = deletions.id)",
	"UPDATE containers SET metadata = (SELECT bytes FROM container_metadata WHERE container_id = containers.id)",
	"UPDATE collections SET metadata = (SELECT bytes FROM collection_metadata WHERE collection_id = collections.id)",
	"UPDATE names SET metadata = (SELECT coalesce(sum(c.metadata), 0) FROM collections c WHERE c.namespace_id = names.id)",
	"UPDATE collections SET used = metadata", // to which the next ones add what is held
	"UPDATE names SET used = metadata",
	"DELETE FROM collection_blobs",
	"DELETE FROM namespace_blobs",
	`INSERT INTO collection_blobs (collection_id, digest, holders)
	 SELECT k.collection_id, x.digest, count(*) FROM container_blobs x JOIN containers k ON k.id = x.container_id GROUP BY 1, 2`,
	`UPDATE containers SET
	   public = (SELECT c.public FROM collections c WHERE c.id = containers.collection_id),
	   stars = (SELECT count(*) FROM stars s WHERE s.container_id = containers.id),
	   used = metadata + (SELECT coalesce(sum(b.size + b.metadata), 0) FROM container_blobs h JOIN blobs b ON b.digest = h.digest WHERE h.container_id = containers.id),
	   images = (SELECT count(*) FROM images i WHERE i.container_id = containers.id AND i.deleted_at = 0)`,
	`UPDATE collections SET images = (SELECT coalesce(sum(k.images), 0) FROM containers k WHERE k.collection_id = collections.id),
	   containers = (SELECT count(*) FROM containers k WHERE k.collection_id = collections.id AND k.deleted_at = 0)`,
	"UPDATE names SET images = (SELECT coalesce(sum(c.images), 0) FROM collections c WHERE c.namespace_id = names.id)",
	`UPDATE listed SET (collections, containers) = (SELECT count(*), coalesce(sum(c.containers), 0) FROM collections c
	  WHERE c.public = listed.public AND c.deleted_at = 0 AND ` + shown + `)`,
	"UPDATE stock SET (blobs, bytes) = (SELECT count(*), coalesce(sum(size), 0) FROM blobs)",
	`INSERT INTO search_collections (rowid, text)
	 SELECT c.id, n.name || '/' || c.name || ' ' || c.description FROM collections c JOIN names n ON n.id = c.namespace_id`,
	`INSERT INTO search_containers (rowid, text)
	 SELECT k.id, n.name || '/' || c.name || '/' || k.name
	   FROM containers k JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id`,
	`INSERT INTO search_tags (rowid, text)
	 SELECT g.id, n.name || '/' || c.name || '/' || k.name || ':' || g.name
	   FROM tags g JOIN containers k ON k.id = g.container_id JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id`,
	`INSERT INTO search_definitions (rowid, text)
	 SELECT i.id, substr(json_extract(r.report, '$.definition'), 1, 16384)
	   FROM images i JOIN reports r ON r.digest = i.content WHERE json_extract(r.report, '$.definition') <> ''`,
	`INSERT INTO labels (key, value)
	 SELECT DISTINCT x.key, x.value FROM image_labels x JOIN images i ON i.id = x.image_id WHERE i.loose_since = 0 AND i.deleted_at = 0`,
	`INSERT INTO collection_labels (collection_id, label_id, images)
	 SELECT k.collection_id, l.id, count(*)
	   FROM images i JOIN containers k ON k.id = i.container_id JOIN image_labels x ON x.image_id = i.id
	   JOIN labels l ON l.key = x.key AND l.value = x.value
	  WHERE i.loose_since = 0 AND i.deleted_at = 0 GROUP BY 1, 2`,
}

// Reindex makes the indexes of the search and all that is counted anew. It is only needed
// if they were damaged: they are kept with every change.
func (t *Tx) Reindex(ctx context.Context) error {
	for _, text := range reindexing {
		if err := t.run(ctx, "store.Reindex", text); err != nil {
			return err
		}
	}
	return nil
}

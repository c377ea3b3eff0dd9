-- Which database this is, so that another one beside the same files is noticed.
CREATE TABLE lineage (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    registry      TEXT    NOT NULL,              -- drawn when the database was made; its copies have it too
    mark          TEXT    NOT NULL DEFAULT '',   -- the last one; a new one is drawn now and then
    previous      TEXT    NOT NULL DEFAULT '',   -- the one before, in case the folder did not get the last
    generation    INTEGER NOT NULL DEFAULT 0,    -- how many marks were drawn
    arrived_at    INTEGER NOT NULL DEFAULT 0,    -- since when it is in use beside files that it may not know; 0 if it knows them all
    key_check     TEXT    NOT NULL DEFAULT ''    -- made with the server's key, which is known again by it
) STRICT;
INSERT INTO lineage (id, registry) VALUES (1, lower(hex(randomblob(16))));

-- How the server's reading of all files goes. A disk that is gone must not make a loss of
-- every file on it.
CREATE TABLE scrub_state (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    in_a_row      INTEGER NOT NULL DEFAULT 0,    -- blobs that were found damaged since the last whole one
    paused_at     INTEGER NOT NULL DEFAULT 0     -- since when no more are marked, because they were too many; 0 if they are
) STRICT;
INSERT INTO scrub_state (id) VALUES (1);

-- What an image is, as far as it was found out by what is in it.
ALTER TABLE images ADD COLUMN runnable INTEGER NOT NULL DEFAULT 1 CHECK (runnable IN (0, 1));
ALTER TABLE images ADD COLUMN oci_sif INTEGER NOT NULL DEFAULT 0 CHECK (oci_sif IN (0, 1));
ALTER TABLE images ADD COLUMN generated INTEGER NOT NULL DEFAULT 0 CHECK (generated IN (0, 1));
UPDATE images SET runnable = 0 WHERE kind = 'sif' AND media_type = 'application/vnd.oci.image.manifest.v1+json'
   AND CASE WHEN json_valid(CAST(manifest AS TEXT)) THEN json_extract(CAST(manifest AS TEXT), '$.config.mediaType') END = 'application/vnd.sylabs.sif.config.v1+json';
UPDATE images SET oci_sif = 1 WHERE kind = 'oci' AND arch <> ''
   AND CASE WHEN json_valid(CAST(manifest AS TEXT)) THEN json_extract(CAST(manifest AS TEXT), '$.layers[0].mediaType') END = 'application/vnd.sylabs.image.layer.v1.squashfs';
UPDATE images SET oci_sif = 1 WHERE kind = 'artifact'
   AND CASE WHEN json_valid(CAST(manifest AS TEXT)) THEN json_extract(CAST(manifest AS TEXT), '$.layers[0].mediaType') END = 'application/vnd.sylabs.image.layer.v1.squashfs'
   AND CASE WHEN json_valid(CAST(manifest AS TEXT)) THEN json_extract(CAST(manifest AS TEXT), '$.artifactType') IS 'application/vnd.sylabs.data-container.v1'
        OR json_extract(CAST(manifest AS TEXT), '$.config.mediaType') IS 'application/vnd.sylabs.data-container.config.v1+json' END;
UPDATE images SET generated = 1 WHERE kind = 'index' AND (id IN (SELECT image_id FROM tag_images WHERE arch = '*') OR pushed_by IS NULL AND loose_since > 0);
UPDATE tag_images SET arch = (SELECT i.arch FROM images i WHERE i.id = tag_images.image_id)
 WHERE arch = '' AND image_id IN (SELECT id FROM images WHERE oci_sif = 1);

-- Tags that belong to an image.
ALTER TABLE tags ADD COLUMN subject TEXT NOT NULL GENERATED ALWAYS AS (
        CASE WHEN (name GLOB 'sha256-*.sig' AND length(name) = 75 OR name GLOB 'sha256-*.att' AND length(name) = 75 OR name GLOB 'sha256-*.sbom' AND length(name) = 76)
              AND substr(name, 8, 64) NOT GLOB '*[^0-9a-f]*'
             THEN 'sha256:' || substr(name, 8, 64) ELSE '' END) VIRTUAL;
CREATE INDEX tags_by_subject ON tags (container_id, subject) WHERE subject <> '';

-- Reservations that outlive their writers.
ALTER TABLE uploads ADD COLUMN wanted TEXT NOT NULL DEFAULT '';
ALTER TABLE uploads ADD COLUMN broken INTEGER NOT NULL DEFAULT 0 CHECK (broken IN (0, 1));
CREATE INDEX uploads_by_user ON uploads (user_id);
CREATE INDEX uploads_by_namespace ON uploads (namespace_id) WHERE reserved > 0;
ALTER TABLE container_blobs ADD COLUMN user_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE container_blobs ADD COLUMN abandoned_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX container_blobs_abandoned ON container_blobs (abandoned_at) WHERE abandoned_at > 0;

-- Metadata counts.
ALTER TABLE names ADD COLUMN metadata INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN metadata INTEGER NOT NULL DEFAULT 0;
ALTER TABLE containers ADD COLUMN metadata INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blobs ADD COLUMN metadata INTEGER NOT NULL DEFAULT 0;
ALTER TABLE images ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE images ADD COLUMN metadata INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deletions ADD COLUMN metadata INTEGER NOT NULL DEFAULT 512;
CREATE VIEW image_metadata (image_id, bytes) AS
    SELECT i.id, 1024 + octet_length(i.manifest) + octet_length(i.annotations) + octet_length(i.description) + 3 * i.indexed
           + 200 * (SELECT count(*) FROM image_blobs y WHERE y.image_id = i.id)
           + (SELECT coalesce(sum(200 + 8 * (octet_length(x.key) + octet_length(x.value))), 0) FROM image_labels x WHERE x.image_id = i.id)
      FROM images i;
CREATE VIEW blob_metadata (digest, bytes) AS
    SELECT b.digest, coalesce((SELECT 512 + octet_length(r.report) FROM reports r WHERE r.digest = b.digest), 0)
           + (SELECT coalesce(sum(1024 + octet_length(s.text) + octet_length(s.covers)), 0) FROM signatures s WHERE s.digest = b.digest)
      FROM blobs b;
CREATE VIEW container_metadata (container_id, bytes) AS
    SELECT k.id, 2048 + (SELECT coalesce(sum(i.metadata), 0) FROM images i WHERE i.container_id = k.id)
           + 1024 * (SELECT count(*) FROM container_blobs h WHERE h.container_id = k.id)
           + 1024 * (SELECT count(*) FROM tags g WHERE g.container_id = k.id)
           + coalesce((SELECT octet_length(r.text) FROM container_readmes r WHERE r.container_id = k.id), 0)
      FROM containers k;
CREATE VIEW collection_metadata (collection_id, bytes) AS
    SELECT c.id, 8 * octet_length(c.description) + (SELECT coalesce(sum(k.metadata), 0) FROM containers k WHERE k.collection_id = c.id)
           + (SELECT coalesce(sum(d.metadata), 0) FROM deletions d WHERE d.collection_id = c.id)
      FROM collections c;
UPDATE images SET indexed = coalesce((SELECT octet_length(substr(json_extract(r.report, '$.definition'), 1, 16384)) FROM reports r WHERE r.digest = images.content), 0);
UPDATE images SET metadata = (SELECT bytes FROM image_metadata WHERE image_id = images.id);
UPDATE blobs SET metadata = (SELECT bytes FROM blob_metadata WHERE digest = blobs.digest);
UPDATE deletions SET metadata = 512 + 256 * (SELECT count(*) FROM deletion_tags x WHERE x.deletion_id = deletions.id);
UPDATE containers SET metadata = (SELECT bytes FROM container_metadata WHERE container_id = containers.id);
UPDATE containers SET used = metadata + (SELECT coalesce(sum(b.size + b.metadata), 0) FROM container_blobs h JOIN blobs b ON b.digest = h.digest WHERE h.container_id = containers.id);
UPDATE collections SET metadata = (SELECT bytes FROM collection_metadata WHERE collection_id = collections.id);
UPDATE collections SET used = metadata + (SELECT coalesce(sum(b.size + b.metadata), 0) FROM collection_blobs h JOIN blobs b ON b.digest = h.digest WHERE h.collection_id = collections.id);
UPDATE names SET metadata = (SELECT coalesce(sum(c.metadata), 0) FROM collections c WHERE c.namespace_id = names.id);
UPDATE names SET used = metadata + (SELECT coalesce(sum(b.size + b.metadata), 0) FROM namespace_blobs h JOIN blobs b ON b.digest = h.digest WHERE h.namespace_id = names.id);
DROP TRIGGER container_blobs_held;
DROP TRIGGER container_blobs_dropped;
DROP TRIGGER collection_blobs_held;
DROP TRIGGER collection_blobs_dropped;
DROP TRIGGER namespace_blobs_held;
DROP TRIGGER namespace_blobs_dropped;
CREATE TRIGGER container_blobs_held AFTER INSERT ON container_blobs BEGIN
    UPDATE containers SET used = used + (SELECT size + metadata FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.container_id;
    INSERT INTO collection_blobs (collection_id, digest, holders)
    SELECT k.collection_id, NEW.digest, 1 FROM containers k WHERE k.id = NEW.container_id
    ON CONFLICT DO UPDATE SET holders = holders + 1;
END;
CREATE TRIGGER container_blobs_dropped AFTER DELETE ON container_blobs BEGIN
    UPDATE containers SET used = used - (SELECT size + metadata FROM blobs WHERE digest = OLD.digest) WHERE id = OLD.container_id;
    UPDATE collection_blobs SET holders = holders - 1
     WHERE digest = OLD.digest AND collection_id = (SELECT k.collection_id FROM containers k WHERE k.id = OLD.container_id);
END;
CREATE TRIGGER collection_blobs_held AFTER INSERT ON collection_blobs BEGIN
    UPDATE collections SET used = used + (SELECT size + metadata FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.collection_id;
    INSERT INTO namespace_blobs (namespace_id, digest, holders)
    SELECT c.namespace_id, NEW.digest, 1 FROM collections c WHERE c.id = NEW.collection_id
    ON CONFLICT DO UPDATE SET holders = holders + 1;
END;
CREATE TRIGGER collection_blobs_dropped AFTER UPDATE OF holders ON collection_blobs WHEN NEW.holders = 0 BEGIN
    DELETE FROM collection_blobs WHERE collection_id = NEW.collection_id AND digest = NEW.digest;
    UPDATE collections SET used = used - (SELECT size + metadata FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.collection_id;
    UPDATE namespace_blobs SET holders = holders - 1
     WHERE digest = NEW.digest AND namespace_id = (SELECT c.namespace_id FROM collections c WHERE c.id = NEW.collection_id);
END;
CREATE TRIGGER namespace_blobs_held AFTER INSERT ON namespace_blobs BEGIN
    UPDATE names SET used = used + (SELECT size + metadata FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER namespace_blobs_dropped AFTER UPDATE OF holders ON namespace_blobs WHEN NEW.holders = 0 BEGIN
    DELETE FROM namespace_blobs WHERE namespace_id = NEW.namespace_id AND digest = NEW.digest;
    UPDATE names SET used = used - (SELECT size + metadata FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER images_weighed AFTER UPDATE OF metadata ON images WHEN NEW.metadata <> OLD.metadata BEGIN
    UPDATE containers SET metadata = metadata + NEW.metadata - OLD.metadata WHERE id = NEW.container_id;
END;
CREATE TRIGGER images_unweighed AFTER DELETE ON images BEGIN
    UPDATE containers SET metadata = metadata - OLD.metadata WHERE id = OLD.container_id;
END;
CREATE TRIGGER container_blobs_weighed AFTER INSERT ON container_blobs BEGIN
    UPDATE containers SET metadata = metadata + 1024 WHERE id = NEW.container_id;
END;
CREATE TRIGGER container_blobs_unweighed AFTER DELETE ON container_blobs BEGIN
    UPDATE containers SET metadata = metadata - 1024 WHERE id = OLD.container_id;
END;
CREATE TRIGGER tags_weighed AFTER INSERT ON tags BEGIN
    UPDATE containers SET metadata = metadata + 1024 WHERE id = NEW.container_id;
END;
CREATE TRIGGER tags_unweighed AFTER DELETE ON tags BEGIN
    UPDATE containers SET metadata = metadata - 1024 WHERE id = OLD.container_id;
END;
CREATE TRIGGER readmes_weighed AFTER INSERT ON container_readmes BEGIN
    UPDATE containers SET metadata = metadata + octet_length(NEW.text) WHERE id = NEW.container_id;
END;
CREATE TRIGGER readmes_reweighed AFTER UPDATE OF text ON container_readmes BEGIN
    UPDATE containers SET metadata = metadata + octet_length(NEW.text) - octet_length(OLD.text) WHERE id = NEW.container_id;
END;
CREATE TRIGGER readmes_unweighed AFTER DELETE ON container_readmes BEGIN
    UPDATE containers SET metadata = metadata - octet_length(OLD.text) WHERE id = OLD.container_id;
END;
CREATE TRIGGER containers_weighed AFTER INSERT ON containers BEGIN
    UPDATE containers SET metadata = metadata + 2048 WHERE id = NEW.id;
END;
CREATE TRIGGER containers_reweighed AFTER UPDATE OF metadata ON containers BEGIN
    UPDATE containers SET used = used + NEW.metadata - OLD.metadata WHERE id = NEW.id;
    UPDATE collections SET metadata = metadata + NEW.metadata - OLD.metadata WHERE id = NEW.collection_id;
END;
CREATE TRIGGER containers_unweighed AFTER DELETE ON containers BEGIN
    UPDATE collections SET metadata = metadata - OLD.metadata WHERE id = OLD.collection_id;
END;
CREATE TRIGGER deletion_tags_weighed AFTER INSERT ON deletion_tags BEGIN
    UPDATE deletions SET metadata = metadata + 256 WHERE id = NEW.deletion_id;
END;
CREATE TRIGGER deletion_tags_unweighed AFTER DELETE ON deletion_tags BEGIN
    UPDATE deletions SET metadata = metadata - 256 WHERE id = OLD.deletion_id;
END;
CREATE TRIGGER deletion_tags_moved AFTER UPDATE OF deletion_id ON deletion_tags BEGIN
    UPDATE deletions SET metadata = metadata - 256 WHERE id = OLD.deletion_id;
    UPDATE deletions SET metadata = metadata + 256 WHERE id = NEW.deletion_id;
END;
CREATE TRIGGER deletions_weighed AFTER INSERT ON deletions BEGIN
    UPDATE collections SET metadata = metadata + NEW.metadata WHERE id = NEW.collection_id;
END;
CREATE TRIGGER deletions_reweighed AFTER UPDATE OF metadata ON deletions BEGIN
    UPDATE collections SET metadata = metadata + NEW.metadata - OLD.metadata WHERE id = NEW.collection_id;
END;
CREATE TRIGGER deletions_unweighed AFTER DELETE ON deletions BEGIN
    UPDATE collections SET metadata = metadata - OLD.metadata WHERE id = OLD.collection_id;
END;
CREATE TRIGGER collections_weighed AFTER INSERT ON collections WHEN NEW.description <> '' BEGIN
    UPDATE collections SET metadata = metadata + 8 * octet_length(NEW.description) WHERE id = NEW.id;
END;
CREATE TRIGGER collections_redescribed AFTER UPDATE OF description ON collections BEGIN
    UPDATE collections SET metadata = metadata + 8 * (octet_length(NEW.description) - octet_length(OLD.description)) WHERE id = NEW.id;
END;
CREATE TRIGGER collections_reweighed AFTER UPDATE OF metadata ON collections BEGIN
    UPDATE collections SET used = used + NEW.metadata - OLD.metadata WHERE id = NEW.id;
    UPDATE names SET metadata = metadata + NEW.metadata - OLD.metadata, used = used + NEW.metadata - OLD.metadata WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER collections_unweighed AFTER DELETE ON collections BEGIN
    UPDATE names SET metadata = metadata - OLD.metadata, used = used - OLD.metadata WHERE id = OLD.namespace_id;
END;
CREATE TRIGGER blobs_weighed AFTER UPDATE OF metadata ON blobs WHEN NEW.metadata <> OLD.metadata BEGIN
    UPDATE containers SET used = used + NEW.metadata - OLD.metadata
     WHERE id IN (SELECT h.container_id FROM container_blobs h WHERE h.digest = NEW.digest);
    UPDATE collections SET used = used + NEW.metadata - OLD.metadata
     WHERE id IN (SELECT k.collection_id FROM container_blobs h JOIN containers k ON k.id = h.container_id WHERE h.digest = NEW.digest);
    UPDATE names SET used = used + NEW.metadata - OLD.metadata
     WHERE id IN (SELECT c.namespace_id FROM container_blobs h JOIN containers k ON k.id = h.container_id JOIN collections c ON c.id = k.collection_id
                   WHERE h.digest = NEW.digest);
END;

DROP INDEX deletions_by_container;
CREATE INDEX deletions_by_container ON deletions (container_id, name);

-- What docker's builder attaches to an image is for no architecture, and says "unknown".
UPDATE images SET arch = '' WHERE arch = 'unknown';
UPDATE image_children SET arch = '' WHERE arch = 'unknown';

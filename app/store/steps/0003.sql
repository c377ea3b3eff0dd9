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
DROP INDEX deletions_by_container;
CREATE INDEX deletions_by_container ON deletions (container_id, name);

-- What docker's builder attaches to an image is for no architecture, and says "unknown".
UPDATE images SET arch = '' WHERE arch = 'unknown';
UPDATE image_children SET arch = '' WHERE arch = 'unknown';

-- From version 1, of the first release, to version 2.

-- Scrub: a blob was hashed when it was committed.
ALTER TABLE blobs ADD COLUMN verified_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blobs ADD COLUMN damaged_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blobs ADD COLUMN damage TEXT NOT NULL DEFAULT '';
UPDATE blobs SET verified_at = created_at;
CREATE INDEX blobs_by_verification ON blobs (verified_at);
CREATE INDEX blobs_damaged ON blobs (digest) WHERE damaged_at > 0;

-- Backup.
CREATE TABLE pins (
    id            TEXT    PRIMARY KEY,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    reached       TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE duties (
    name          TEXT    PRIMARY KEY,
    tried_at      INTEGER NOT NULL DEFAULT 0,
    done_at       INTEGER NOT NULL DEFAULT 0,
    report        TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Settings that change while the registry runs.
CREATE TABLE settings (
    name          TEXT    PRIMARY KEY,
    value         TEXT    NOT NULL,
    changed_at    INTEGER NOT NULL,
    changed_by    INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;

-- Readmes.
CREATE TABLE container_readmes (
    container_id  INTEGER PRIMARY KEY REFERENCES containers (id) ON DELETE CASCADE,
    text          TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    updated_by    INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT;

-- Pulls are counted.
ALTER TABLE containers ADD COLUMN pulls INTEGER NOT NULL DEFAULT 0;
CREATE INDEX containers_by_pulls ON containers (pulls) WHERE pulls > 0;
ALTER TABLE images ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE images ADD COLUMN pulls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE images ADD COLUMN last_pulled_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX images_by_mark ON images (container_id, mark) WHERE mark <> '';
UPDATE images SET mark = CASE kind
  WHEN 'index' THEN ''
  WHEN 'oci' THEN coalesce(json_extract(CAST(manifest AS TEXT), '$.config.digest'), '')
  WHEN 'artifact' THEN coalesce(json_extract(CAST(manifest AS TEXT), '$.layers[0].digest'), '')
  ELSE content END;
CREATE TABLE pulls (
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    day           INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (image_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE container_pulls (
    container_id  INTEGER NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    day           INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (container_id, day)
) STRICT, WITHOUT ROWID;

-- ── Events ─────────────────────────────────────────────────────────────────────────────
-- What was done, by whom and from where, and what somebody was kept from doing. A row is
-- written with the change itself. Names are kept as they were, since events outlive what
-- they are about; so nothing here refers to another table.
CREATE TABLE events (
    id            INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    action        TEXT    NOT NULL,
    target        TEXT    NOT NULL,              -- full name
    collection_id INTEGER NOT NULL DEFAULT 0,    -- that it is about; 0 if none, or if that is gone
    actor_id      INTEGER NOT NULL DEFAULT 0,
    actor         TEXT    NOT NULL DEFAULT '',   -- his name; '' for anonymous and for the registry itself
    via           TEXT    NOT NULL DEFAULT '',   -- the kind of credential
    token         TEXT    NOT NULL DEFAULT '',   -- the id of the token used
    token_name    TEXT    NOT NULL DEFAULT '',
    source        TEXT    NOT NULL DEFAULT '',   -- the address that the request came from
    request       TEXT    NOT NULL DEFAULT '',   -- its id
    denied        INTEGER NOT NULL DEFAULT 0 CHECK (denied IN (0, 1)),
    count         INTEGER NOT NULL DEFAULT 1,    -- of like tries, up to at
    details       TEXT    NOT NULL DEFAULT ''    -- a JSON object of strings; '' for none
) STRICT;
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_actor ON events (actor, at);
CREATE INDEX events_by_target ON events (target);
CREATE INDEX events_by_action ON events (action, at);
CREATE INDEX events_by_collection ON events (collection_id, at) WHERE collection_id > 0;
CREATE INDEX events_denied ON events (actor_id, at) WHERE denied = 1;

-- ── Finding ────────────────────────────────────────────────────────────────────────────
ALTER TABLE containers ADD COLUMN public INTEGER NOT NULL DEFAULT 0 CHECK (public IN (0, 1));
ALTER TABLE containers ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;
CREATE INDEX containers_by_name ON containers (public, name, id, collection_id);
CREATE INDEX containers_by_change ON containers (public, updated_at, id, collection_id);
CREATE INDEX containers_by_stars ON containers (public, stars, id, collection_id);
CREATE INDEX containers_by_use ON containers (public, pulls, id, collection_id);
CREATE INDEX tags_by_change ON tags (container_id, updated_at);
CREATE INDEX collections_by_change ON collections (public, updated_at);
CREATE INDEX images_by_arch ON images (arch, container_id) WHERE arch <> '';
-- What is below is made of what is above, by triggers in the same transaction, and can be
-- made anew at any time (store.Reindex).
--
-- Names are found by any three letters in them, texts by the beginnings of their words.
-- These tables keep only what leads from there to the row of the same number; what is
-- found is compared with that row, and with what the asker may see.
CREATE VIRTUAL TABLE search_collections USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none);
CREATE VIRTUAL TABLE search_containers  USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none);
CREATE VIRTUAL TABLE search_tags        USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none);
CREATE VIRTUAL TABLE search_labels      USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61', prefix = '2 3', detail = none);
CREATE VIRTUAL TABLE search_definitions USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61', prefix = '2 3', detail = none); -- by image

CREATE TRIGGER collections_found AFTER INSERT ON collections BEGIN
    INSERT INTO search_collections (rowid, text)
    SELECT NEW.id, n.name || '/' || NEW.name || ' ' || NEW.description FROM names n WHERE n.id = NEW.namespace_id;
END;
CREATE TRIGGER collections_described AFTER UPDATE OF description ON collections WHEN NEW.description <> OLD.description BEGIN
    INSERT OR REPLACE INTO search_collections (rowid, text)
    SELECT NEW.id, n.name || '/' || NEW.name || ' ' || NEW.description FROM names n WHERE n.id = NEW.namespace_id;
END;
CREATE TRIGGER collections_lost AFTER DELETE ON collections BEGIN
    DELETE FROM search_collections WHERE rowid = OLD.id;
END;
CREATE TRIGGER containers_found AFTER INSERT ON containers BEGIN
    UPDATE containers SET (public, short) = (
        SELECT c.public, CASE WHEN c.name = 'default' AND instr(NEW.name, '/') = 0 THEN n.name || '/' || NEW.name
                              WHEN n.name = 'library' AND c.name <> 'default' THEN c.name || '/' || NEW.name
                              ELSE n.name || '/' || c.name || '/' || NEW.name END
          FROM collections c JOIN names n ON n.id = c.namespace_id WHERE c.id = NEW.collection_id) WHERE id = NEW.id;
    INSERT INTO search_containers (rowid, text)
    SELECT NEW.id, n.name || '/' || c.name || '/' || NEW.name
      FROM collections c JOIN names n ON n.id = c.namespace_id WHERE c.id = NEW.collection_id;
END;
CREATE TRIGGER containers_lost AFTER DELETE ON containers BEGIN
    DELETE FROM search_containers WHERE rowid = OLD.id;
END;
CREATE TRIGGER tags_found AFTER INSERT ON tags BEGIN
    INSERT INTO search_tags (rowid, text)
    SELECT NEW.id, n.name || '/' || c.name || '/' || k.name || ':' || NEW.name
      FROM containers k JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id WHERE k.id = NEW.container_id;
END;
CREATE TRIGGER tags_lost AFTER DELETE ON tags BEGIN
    DELETE FROM search_tags WHERE rowid = OLD.id;
END;
CREATE TRIGGER images_lost AFTER DELETE ON images BEGIN
    DELETE FROM search_definitions WHERE rowid = OLD.id;
END;

-- A label once, however many images bear it. An image counts while something keeps it.
CREATE TABLE labels (
    id            INTEGER PRIMARY KEY,
    key           TEXT    NOT NULL,
    value         TEXT    NOT NULL,
    images        INTEGER NOT NULL DEFAULT 0,
    open          INTEGER NOT NULL DEFAULT 0,    -- those of them in public collections
    UNIQUE (key, value)
) STRICT;
CREATE INDEX labels_open ON labels (key, value) WHERE open > 0;
CREATE INDEX labels_by_any_case ON labels (key COLLATE NOCASE, value COLLATE NOCASE);
CREATE INDEX labels_by_value ON labels (value COLLATE NOCASE);

-- The same, added up for each key.
CREATE TABLE label_keys (
    key           TEXT    PRIMARY KEY,
    images        INTEGER NOT NULL DEFAULT 0,
    open          INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE collection_labels (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    label_id      INTEGER NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
    images        INTEGER NOT NULL,
    PRIMARY KEY (collection_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_labels_by_label ON collection_labels (label_id);
CREATE TABLE collection_keys (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    key           TEXT    NOT NULL,
    images        INTEGER NOT NULL,
    PRIMARY KEY (collection_id, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER images_kept AFTER UPDATE OF loose_since, deleted_at ON images
WHEN NEW.loose_since = 0 AND NEW.deleted_at = 0 AND NOT (OLD.loose_since = 0 AND OLD.deleted_at = 0) BEGIN
    INSERT INTO labels (key, value) SELECT key, value FROM image_labels WHERE image_id = NEW.id ON CONFLICT DO NOTHING;
    INSERT INTO collection_labels (collection_id, label_id, images)
    SELECT k.collection_id, l.id, 1 FROM image_labels x JOIN labels l ON l.key = x.key AND l.value = x.value
      JOIN containers k ON k.id = NEW.container_id WHERE x.image_id = NEW.id
    ON CONFLICT DO UPDATE SET images = images + 1;
END;
CREATE TRIGGER images_loosened AFTER UPDATE OF loose_since, deleted_at ON images
WHEN OLD.loose_since = 0 AND OLD.deleted_at = 0 AND NOT (NEW.loose_since = 0 AND NEW.deleted_at = 0) BEGIN
    UPDATE collection_labels SET images = images - 1
     WHERE collection_id = (SELECT k.collection_id FROM containers k WHERE k.id = OLD.container_id)
       AND label_id IN (SELECT l.id FROM image_labels x JOIN labels l ON l.key = x.key AND l.value = x.value WHERE x.image_id = OLD.id);
END;
CREATE TRIGGER images_removed BEFORE DELETE ON images WHEN OLD.loose_since = 0 AND OLD.deleted_at = 0 BEGIN
    UPDATE collection_labels SET images = images - 1
     WHERE collection_id = (SELECT k.collection_id FROM containers k WHERE k.id = OLD.container_id)
       AND label_id IN (SELECT l.id FROM image_labels x JOIN labels l ON l.key = x.key AND l.value = x.value WHERE x.image_id = OLD.id);
END;
CREATE TRIGGER collection_labels_counted AFTER INSERT ON collection_labels BEGIN
    INSERT INTO collection_keys (collection_id, key, images) SELECT NEW.collection_id, key, NEW.images FROM labels WHERE id = NEW.label_id
    ON CONFLICT DO UPDATE SET images = images + excluded.images;
    UPDATE labels SET images = images + NEW.images,
           open = open + NEW.images * (SELECT public FROM collections WHERE id = NEW.collection_id)
     WHERE id = NEW.label_id;
END;
CREATE TRIGGER collection_labels_recounted AFTER UPDATE OF images ON collection_labels BEGIN
    UPDATE collection_keys SET images = images + NEW.images - OLD.images
     WHERE collection_id = NEW.collection_id AND key = (SELECT key FROM labels WHERE id = NEW.label_id);
    UPDATE labels SET images = images + NEW.images - OLD.images,
           open = open + (NEW.images - OLD.images) * (SELECT public FROM collections WHERE id = NEW.collection_id)
     WHERE id = NEW.label_id;
    DELETE FROM collection_labels WHERE collection_id = NEW.collection_id AND label_id = NEW.label_id AND NEW.images = 0;
END;
CREATE TRIGGER collection_keys_recounted AFTER UPDATE OF images ON collection_keys WHEN NEW.images = 0 BEGIN
    DELETE FROM collection_keys WHERE collection_id = NEW.collection_id AND key = NEW.key;
END;
CREATE TRIGGER labels_found AFTER INSERT ON labels BEGIN
    INSERT INTO search_labels (rowid, text) VALUES (NEW.id, NEW.key || ' ' || substr(NEW.value, 1, 1024));
    INSERT INTO label_keys (key) VALUES (NEW.key) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER labels_counted AFTER UPDATE OF images, open ON labels BEGIN
    UPDATE label_keys SET images = images + NEW.images - OLD.images, open = open + NEW.open - OLD.open WHERE key = NEW.key;
    DELETE FROM label_keys WHERE key = NEW.key AND images = 0;
    DELETE FROM labels WHERE id = NEW.id AND NEW.images = 0;
END;
CREATE TRIGGER labels_lost AFTER DELETE ON labels BEGIN
    DELETE FROM search_labels WHERE rowid = OLD.id;
END;
CREATE TRIGGER collections_opened AFTER UPDATE OF public ON collections WHEN NEW.public <> OLD.public BEGIN
    UPDATE containers SET public = NEW.public WHERE collection_id = NEW.id;
    UPDATE labels SET open = open + (NEW.public - OLD.public)
         * (SELECT x.images FROM collection_labels x WHERE x.collection_id = NEW.id AND x.label_id = labels.id)
     WHERE id IN (SELECT label_id FROM collection_labels WHERE collection_id = NEW.id);
END;

-- The containers that a user wants to find again.
CREATE TABLE stars (
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    container_id  INTEGER NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    since         INTEGER NOT NULL,
    PRIMARY KEY (user_id, container_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stars_by_container ON stars (container_id);
CREATE TRIGGER stars_given AFTER INSERT ON stars BEGIN
    UPDATE containers SET stars = stars + 1 WHERE id = NEW.container_id;
END;
CREATE TRIGGER stars_taken AFTER DELETE ON stars BEGIN
    UPDATE containers SET stars = stars - 1 WHERE id = OLD.container_id;
END;

UPDATE containers SET public = (SELECT c.public FROM collections c WHERE c.id = containers.collection_id);
INSERT INTO search_collections (rowid, text)
SELECT c.id, n.name || '/' || c.name || ' ' || c.description FROM collections c JOIN names n ON n.id = c.namespace_id;
INSERT INTO search_containers (rowid, text)
SELECT k.id, n.name || '/' || c.name || '/' || k.name
  FROM containers k JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id;
INSERT INTO search_tags (rowid, text)
SELECT g.id, n.name || '/' || c.name || '/' || k.name || ':' || g.name
  FROM tags g JOIN containers k ON k.id = g.container_id JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id;
INSERT INTO search_definitions (rowid, text)
SELECT i.id, substr(json_extract(r.report, '$.definition'), 1, 16384)
  FROM images i JOIN reports r ON r.digest = i.content WHERE json_extract(r.report, '$.definition') <> '';
INSERT INTO labels (key, value)
SELECT DISTINCT x.key, x.value FROM image_labels x JOIN images i ON i.id = x.image_id WHERE i.loose_since = 0 AND i.deleted_at = 0;
INSERT INTO collection_labels (collection_id, label_id, images)
SELECT k.collection_id, l.id, count(*)
  FROM images i JOIN containers k ON k.id = i.container_id JOIN image_labels x ON x.image_id = i.id
  JOIN labels l ON l.key = x.key AND l.value = x.value
 WHERE i.loose_since = 0 AND i.deleted_at = 0 GROUP BY 1, 2;
-- Accounts.
ALTER TABLE users ADD COLUMN full_name TEXT NOT NULL DEFAULT '';
CREATE TABLE password_links (
    user_id       INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret_hash   BLOB    NOT NULL UNIQUE,
    expires_at    INTEGER NOT NULL
) STRICT;

-- Deleted things can be brought back.
ALTER TABLE collections ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE containers ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX collections_deleted ON collections (deleted_at) WHERE deleted_at > 0;
CREATE INDEX containers_deleted ON containers (deleted_at) WHERE deleted_at > 0;
CREATE TABLE deletions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT    NOT NULL CHECK (kind IN ('move', 'tag', 'image', 'container', 'collection')),
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    container_id  INTEGER REFERENCES containers (id) ON DELETE CASCADE,
    image_id      INTEGER REFERENCES images (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    deleted_at    INTEGER NOT NULL,
    deleted_by    INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX deletions_by_collection ON deletions (collection_id);
CREATE INDEX deletions_by_container ON deletions (container_id);
CREATE INDEX deletions_by_image ON deletions (image_id);
CREATE INDEX deletions_by_age ON deletions (deleted_at);
CREATE TABLE deletion_tags (
    deletion_id   INTEGER NOT NULL REFERENCES deletions (id) ON DELETE CASCADE,
    tag           TEXT    NOT NULL,
    arch          TEXT    NOT NULL,
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (deletion_id, tag, arch)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletion_tags_by_image ON deletion_tags (image_id);
-- Figures over time.
CREATE TABLE samples (
    day           INTEGER PRIMARY KEY,
    bytes         INTEGER NOT NULL,
    blobs         INTEGER NOT NULL,
    images        INTEGER NOT NULL,
    collections   INTEGER NOT NULL,
    users         INTEGER NOT NULL
) STRICT;

-- Quotas, and what is counted for them.
ALTER TABLE names ADD COLUMN quota INTEGER CHECK (quota >= 0);
ALTER TABLE names ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE names ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN quota INTEGER NOT NULL DEFAULT 0 CHECK (quota >= 0);
ALTER TABLE collections ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN namespace_id INTEGER REFERENCES names (id) ON DELETE SET NULL;
ALTER TABLE uploads ADD COLUMN collection_id INTEGER REFERENCES collections (id) ON DELETE SET NULL;
ALTER TABLE uploads ADD COLUMN resumable INTEGER NOT NULL DEFAULT 1 CHECK (resumable IN (0, 1));
CREATE TABLE collection_blobs (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    digest        TEXT    NOT NULL,
    holders       INTEGER NOT NULL,
    PRIMARY KEY (collection_id, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE namespace_blobs (
    namespace_id  INTEGER NOT NULL REFERENCES names (id) ON DELETE CASCADE,
    digest        TEXT    NOT NULL,
    holders       INTEGER NOT NULL,
    PRIMARY KEY (namespace_id, digest)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER container_blobs_held AFTER INSERT ON container_blobs BEGIN
    UPDATE containers SET used = used + (SELECT size FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.container_id;
    INSERT INTO collection_blobs (collection_id, digest, holders)
    SELECT k.collection_id, NEW.digest, 1 FROM containers k WHERE k.id = NEW.container_id
    ON CONFLICT DO UPDATE SET holders = holders + 1;
END;
CREATE TRIGGER container_blobs_dropped AFTER DELETE ON container_blobs BEGIN
    UPDATE containers SET used = used - (SELECT size FROM blobs WHERE digest = OLD.digest) WHERE id = OLD.container_id;
    UPDATE collection_blobs SET holders = holders - 1
     WHERE digest = OLD.digest AND collection_id = (SELECT k.collection_id FROM containers k WHERE k.id = OLD.container_id);
END;
CREATE TRIGGER collection_blobs_held AFTER INSERT ON collection_blobs BEGIN
    UPDATE collections SET used = used + (SELECT size FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.collection_id;
    INSERT INTO namespace_blobs (namespace_id, digest, holders)
    SELECT c.namespace_id, NEW.digest, 1 FROM collections c WHERE c.id = NEW.collection_id
    ON CONFLICT DO UPDATE SET holders = holders + 1;
END;
CREATE TRIGGER collection_blobs_dropped AFTER UPDATE OF holders ON collection_blobs WHEN NEW.holders = 0 BEGIN
    DELETE FROM collection_blobs WHERE collection_id = NEW.collection_id AND digest = NEW.digest;
    UPDATE collections SET used = used - (SELECT size FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.collection_id;
    UPDATE namespace_blobs SET holders = holders - 1
     WHERE digest = NEW.digest AND namespace_id = (SELECT c.namespace_id FROM collections c WHERE c.id = NEW.collection_id);
END;
CREATE TRIGGER namespace_blobs_held AFTER INSERT ON namespace_blobs BEGIN
    UPDATE names SET used = used + (SELECT size FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER namespace_blobs_dropped AFTER UPDATE OF holders ON namespace_blobs WHEN NEW.holders = 0 BEGIN
    DELETE FROM namespace_blobs WHERE namespace_id = NEW.namespace_id AND digest = NEW.digest;
    UPDATE names SET used = used - (SELECT size FROM blobs WHERE digest = NEW.digest) WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER uploads_begun AFTER INSERT ON uploads WHEN NEW.reserved > 0 BEGIN
    UPDATE collections SET reserved = reserved + NEW.reserved WHERE id = NEW.collection_id;
    UPDATE names SET reserved = reserved + NEW.reserved WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER uploads_grown AFTER UPDATE OF reserved ON uploads BEGIN
    UPDATE collections SET reserved = reserved + NEW.reserved - OLD.reserved WHERE id = NEW.collection_id;
    UPDATE names SET reserved = reserved + NEW.reserved - OLD.reserved WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER uploads_ended AFTER DELETE ON uploads WHEN OLD.reserved > 0 BEGIN
    UPDATE collections SET reserved = reserved - OLD.reserved WHERE id = OLD.collection_id;
    UPDATE names SET reserved = reserved - OLD.reserved WHERE id = OLD.namespace_id;
END;
INSERT INTO collection_blobs (collection_id, digest, holders)
SELECT k.collection_id, x.digest, count(*) FROM container_blobs x JOIN containers k ON k.id = x.container_id GROUP BY 1, 2;

-- Retention.
CREATE TABLE retention_rules (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    place         INTEGER NOT NULL,
    tags          TEXT    NOT NULL,
    last          INTEGER NOT NULL DEFAULT 0,
    newer         INTEGER NOT NULL DEFAULT 0,
    pulled        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (collection_id, place)
) STRICT, WITHOUT ROWID;


-- ── Webhooks ───────────────────────────────────────────────────────────────────────────
-- Addresses that are told of events. The secret by which they know it is derived, as that
-- of a token is. The id is never given twice: the secret depends on it.
CREATE TABLE webhooks (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER REFERENCES collections (id) ON DELETE CASCADE, -- whose events it is told; NULL is all
    url           TEXT    NOT NULL,
    events        TEXT    NOT NULL DEFAULT '',   -- words of actions, by spaces; '' is all
    salt          BLOB    NOT NULL,
    created_by    INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_collection ON webhooks (collection_id);

-- What is to be told, written with the event itself, and what became of it.
CREATE TABLE deliveries (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id    INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id      INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    state         TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    tries         INTEGER NOT NULL DEFAULT 0,
    tried_at      INTEGER NOT NULL DEFAULT 0,
    next_at       INTEGER NOT NULL,              -- when it is tried next, if it waits
    status        INTEGER NOT NULL DEFAULT 0,    -- of the last answer; 0 for none
    problem       TEXT    NOT NULL DEFAULT ''    -- a sentence about the last try, if it failed
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);

-- Counting, and short lists.
CREATE UNIQUE INDEX namespaces ON names (name) WHERE kind <> 'collection';
ALTER TABLE names ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN containers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
ALTER TABLE containers ADD COLUMN short TEXT NOT NULL DEFAULT '';
ALTER TABLE containers ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE containers ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
CREATE INDEX images_listed ON images (container_id, arch) WHERE loose_since = 0 AND deleted_at = 0;
CREATE INDEX tags_frozen ON tags (container_id, name) WHERE frozen = 1;
CREATE INDEX containers_by_short_name ON containers (public, short, id, collection_id);
CREATE TABLE listed (
    public        INTEGER PRIMARY KEY CHECK (public IN (0, 1)),
    collections   INTEGER NOT NULL DEFAULT 0,
    containers    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO listed (public) VALUES (0), (1);
CREATE TABLE stock (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    blobs         INTEGER NOT NULL DEFAULT 0,
    bytes         INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO stock (id) VALUES (1);
UPDATE containers SET
  short = (SELECT CASE WHEN c.name = 'default' AND instr(containers.name, '/') = 0 THEN n.name || '/' || containers.name
                       WHEN n.name = 'library' AND c.name <> 'default' THEN c.name || '/' || containers.name
                       ELSE n.name || '/' || c.name || '/' || containers.name END
             FROM collections c JOIN names n ON n.id = c.namespace_id WHERE c.id = containers.collection_id),
  used = (SELECT coalesce(sum(b.size), 0) FROM container_blobs h JOIN blobs b ON b.digest = h.digest WHERE h.container_id = containers.id),
  images = (SELECT count(*) FROM images i WHERE i.container_id = containers.id);
UPDATE collections SET (containers, images) = (SELECT count(*), coalesce(sum(k.images), 0) FROM containers k WHERE k.collection_id = collections.id);
UPDATE names SET images = (SELECT coalesce(sum(c.images), 0) FROM collections c WHERE c.namespace_id = names.id);
UPDATE listed SET (collections, containers) = (
    SELECT count(*), coalesce(sum(c.containers), 0) FROM collections c
     WHERE c.public = listed.public AND (c.name <> 'default' OR c.containers > 0));
UPDATE stock SET (blobs, bytes) = (SELECT count(*), coalesce(sum(size), 0) FROM blobs);
CREATE TRIGGER images_counted AFTER INSERT ON images WHEN NEW.deleted_at = 0 BEGIN
    UPDATE containers SET images = images + 1 WHERE id = NEW.container_id;
END;
CREATE TRIGGER images_recounted AFTER UPDATE OF deleted_at ON images WHEN (NEW.deleted_at = 0) <> (OLD.deleted_at = 0) BEGIN
    UPDATE containers SET images = images + (NEW.deleted_at = 0) - (OLD.deleted_at = 0) WHERE id = NEW.container_id;
END;
CREATE TRIGGER images_uncounted AFTER DELETE ON images WHEN OLD.deleted_at = 0 BEGIN
    UPDATE containers SET images = images - 1 WHERE id = OLD.container_id;
END;
CREATE TRIGGER containers_counted AFTER INSERT ON containers WHEN NEW.deleted_at = 0 BEGIN
    UPDATE collections SET containers = containers + 1 WHERE id = NEW.collection_id;
END;
CREATE TRIGGER containers_recounted AFTER UPDATE OF deleted_at ON containers BEGIN
    UPDATE collections SET containers = containers + (NEW.deleted_at = 0) - (OLD.deleted_at = 0) WHERE id = NEW.collection_id;
END;
CREATE TRIGGER containers_uncounted AFTER DELETE ON containers WHEN OLD.deleted_at = 0 BEGIN
    UPDATE collections SET containers = containers - 1 WHERE id = OLD.collection_id;
END;
CREATE TRIGGER images_of_collections AFTER UPDATE OF images ON containers BEGIN
    UPDATE collections SET images = images + NEW.images - OLD.images WHERE id = NEW.collection_id;
END;
CREATE TRIGGER images_of_namespaces AFTER UPDATE OF images ON collections BEGIN
    UPDATE names SET images = images + NEW.images - OLD.images WHERE id = NEW.namespace_id;
END;
CREATE TRIGGER collections_counted AFTER INSERT ON collections WHEN NEW.name <> 'default' BEGIN
    UPDATE listed SET collections = collections + 1 WHERE public = NEW.public;
END;
CREATE TRIGGER collections_recounted AFTER UPDATE OF public, deleted_at, containers ON collections BEGIN
    UPDATE listed SET collections = collections - (OLD.name <> 'default' OR OLD.containers > 0), containers = containers - OLD.containers
     WHERE public = OLD.public AND OLD.deleted_at = 0;
    UPDATE listed SET collections = collections + (NEW.name <> 'default' OR NEW.containers > 0), containers = containers + NEW.containers
     WHERE public = NEW.public AND NEW.deleted_at = 0;
END;
CREATE TRIGGER collections_uncounted AFTER DELETE ON collections WHEN OLD.deleted_at = 0 AND OLD.name <> 'default' BEGIN
    UPDATE listed SET collections = collections - 1 WHERE public = OLD.public;
END;
CREATE TRIGGER blobs_counted AFTER INSERT ON blobs BEGIN
    UPDATE stock SET blobs = blobs + 1, bytes = bytes + NEW.size;
END;
CREATE TRIGGER blobs_uncounted AFTER DELETE ON blobs BEGIN
    UPDATE stock SET blobs = blobs - 1, bytes = bytes - OLD.size;
END;

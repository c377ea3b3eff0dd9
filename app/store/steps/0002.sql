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

-- The whole present schema of Sregistry's one database file. A new file is made from it;
-- older ones are brought here by numbered steps. Tables are STRICT. Times are seconds
-- since 1970, UTC. Digests are "sha256:<hex>" or "sha512:<hex>". What is secret is kept
-- as a hash, or not at all: a stolen copy of this file opens nothing.

-- ── Names ──────────────────────────────────────────────────────────────────────────────
-- Users, teams, the registry's own namespace and the registry's own collections share one
-- set of names, so that a written name such as "x/y" has one meaning. A name of kind
-- "collection" is that of a collection in the namespace "library"; all others are
-- namespaces.
CREATE TABLE names (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    kind          TEXT    NOT NULL CHECK (kind IN ('library', 'user', 'team', 'collection')),
    quota         INTEGER CHECK (quota >= 0),    -- bytes that a namespace may take up; 0 is no limit, NULL what the settings say
    used          INTEGER NOT NULL DEFAULT 0,    -- bytes of namespace_blobs, and metadata
    reserved      INTEGER NOT NULL DEFAULT 0,    -- bytes of uploads under way
    images        INTEGER NOT NULL DEFAULT 0,    -- of its collections
    metadata      INTEGER NOT NULL DEFAULT 0     -- bytes of rows that count for it; a part of used
) STRICT;
CREATE UNIQUE INDEX namespaces ON names (name) WHERE kind <> 'collection';

-- ── People ─────────────────────────────────────────────────────────────────────────────
CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    name_id       INTEGER NOT NULL UNIQUE REFERENCES names (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('person', 'robot')),
    password      TEXT    NOT NULL DEFAULT '',   -- argon2id in PHC form; '' for none
    admin         INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    full_name     TEXT    NOT NULL DEFAULT ''    -- as people call him; '' if he did not say
) STRICT;

-- By a link an account gets a password, once: its first, or another in place of one that
-- was forgotten.
CREATE TABLE password_links (
    user_id       INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret_hash   BLOB    NOT NULL UNIQUE,
    expires_at    INTEGER NOT NULL
) STRICT;

-- A token's text is derived from its id, its salt and a key that is not in this file.
CREATE TABLE tokens (
    id            TEXT    PRIMARY KEY,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    salt          BLOB    NOT NULL,
    scope         INTEGER NOT NULL,              -- bits: 1 read, 2 write, 4 delete, 8 manage
    narrowed      INTEGER NOT NULL DEFAULT 0 CHECK (narrowed IN (0, 1)), -- to token_collections
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL DEFAULT 0,    -- 0 is never
    last_used_at  INTEGER NOT NULL DEFAULT 0,    -- written now and then, never while a request waits
    UNIQUE (user_id, name)
) STRICT;

CREATE TABLE token_collections (
    token_id      TEXT    NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    PRIMARY KEY (token_id, collection_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_collections_by_collection ON token_collections (collection_id);

CREATE TABLE sessions (
    secret_hash   BLOB    PRIMARY KEY,           -- sha256 of the cookie's secret
    id            TEXT    NOT NULL UNIQUE,       -- by which its owner may end it
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    source        TEXT    NOT NULL DEFAULT '',
    user_agent    TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- ── Teams ──────────────────────────────────────────────────────────────────────────────
CREATE TABLE teams (
    id            INTEGER PRIMARY KEY,
    name_id       INTEGER NOT NULL UNIQUE REFERENCES names (id),
    join_policy   TEXT    NOT NULL CHECK (join_policy IN ('invite', 'open')),
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE team_members (
    team_id       INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    owner         INTEGER NOT NULL DEFAULT 0 CHECK (owner IN (0, 1)),
    since         INTEGER NOT NULL,
    PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_by_user ON team_members (user_id);

CREATE TABLE invitations (
    id            INTEGER PRIMARY KEY,
    team_id       INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    secret_hash   BLOB    NOT NULL UNIQUE,
    created_by    INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_by_team ON invitations (team_id);

-- ── Collections ────────────────────────────────────────────────────────────────────────
CREATE TABLE collections (
    id            INTEGER PRIMARY KEY,
    namespace_id  INTEGER NOT NULL REFERENCES names (id),
    name          TEXT    NOT NULL,
    public        INTEGER NOT NULL DEFAULT 0 CHECK (public IN (0, 1)),
    description   TEXT    NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    deleted_at    INTEGER NOT NULL DEFAULT 0,    -- hidden with all that is in it, and gone after the grace period; its name then cannot be written
    quota         INTEGER NOT NULL DEFAULT 0 CHECK (quota >= 0), -- bytes that it may take up; 0 is no limit
    used          INTEGER NOT NULL DEFAULT 0,    -- bytes of collection_blobs, and metadata
    reserved      INTEGER NOT NULL DEFAULT 0,    -- bytes of uploads under way
    containers    INTEGER NOT NULL DEFAULT 0,    -- that were not deleted by themselves
    images        INTEGER NOT NULL DEFAULT 0,    -- of its containers
    metadata      INTEGER NOT NULL DEFAULT 0,    -- bytes of rows; a part of used
    UNIQUE (namespace_id, name)
) STRICT;
CREATE INDEX collections_by_change ON collections (public, updated_at);
CREATE INDEX collections_deleted ON collections (deleted_at) WHERE deleted_at > 0;

CREATE TABLE collection_users (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role          INTEGER NOT NULL CHECK (role IN (1, 2)), -- 1 contributor, 2 owner
    PRIMARY KEY (collection_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_users_by_user ON collection_users (user_id);

CREATE TABLE collection_teams (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    team_id       INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    role          INTEGER NOT NULL CHECK (role IN (1, 2)),
    PRIMARY KEY (collection_id, team_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_teams_by_team ON collection_teams (team_id);

-- Every role that a user has in a collection, and by which way: his own, a team's, or by
-- owning the namespace. His role is the greatest.
CREATE VIEW roles (collection_id, user_id, role) AS
    SELECT collection_id, user_id, role FROM collection_users
    UNION ALL
    SELECT t.collection_id, m.user_id, t.role
      FROM team_members m JOIN collection_teams t ON t.team_id = m.team_id
    UNION ALL
    SELECT c.id, u.id, 2
      FROM users u JOIN collections c ON c.namespace_id = u.name_id
    UNION ALL
    SELECT c.id, m.user_id, 2
      FROM team_members m JOIN teams t ON t.id = m.team_id JOIN collections c ON c.namespace_id = t.name_id
     WHERE m.owner = 1;

-- ── Content ────────────────────────────────────────────────────────────────────────────
CREATE TABLE containers (
    id            INTEGER PRIMARY KEY,
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    frozen        INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    pulls         INTEGER NOT NULL DEFAULT 0,    -- of all images that are or were in it
    public        INTEGER NOT NULL DEFAULT 0 CHECK (public IN (0, 1)), -- as its collection is; for lists
    stars         INTEGER NOT NULL DEFAULT 0,
    deleted_at    INTEGER NOT NULL DEFAULT 0,    -- as of collections
    short         TEXT    NOT NULL DEFAULT '',   -- its shortest name, as it is when it is not deleted
    used          INTEGER NOT NULL DEFAULT 0,    -- bytes of container_blobs, and metadata
    images        INTEGER NOT NULL DEFAULT 0,    -- that were not deleted
    metadata      INTEGER NOT NULL DEFAULT 0,    -- bytes of rows; a part of used
    UNIQUE (collection_id, name)
) STRICT;
CREATE INDEX containers_by_name ON containers (public, name, id, collection_id);
CREATE INDEX containers_by_change ON containers (public, updated_at, id, collection_id);
CREATE INDEX containers_by_stars ON containers (public, stars, id, collection_id);
CREATE INDEX containers_by_use ON containers (public, pulls, id, collection_id);
CREATE INDEX containers_by_pulls ON containers (pulls) WHERE pulls > 0;
CREATE INDEX containers_by_short_name ON containers (public, short, id, collection_id);
CREATE INDEX containers_deleted ON containers (deleted_at) WHERE deleted_at > 0;

-- What a container's owners tell about it, as Markdown. version counts the changes, so that
-- of two who write at a time the second is told.
CREATE TABLE container_readmes (
    container_id  INTEGER PRIMARY KEY REFERENCES containers (id) ON DELETE CASCADE,
    text          TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    updated_by    INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT;

-- A file in the blob folder. A row here is the promise that the file is whole and synced.
CREATE TABLE blobs (
    digest        TEXT    PRIMARY KEY CHECK (digest GLOB 'sha[25][51][62]:*'),
    size          INTEGER NOT NULL CHECK (size >= 0),
    created_at    INTEGER NOT NULL,
    verified_at   INTEGER NOT NULL DEFAULT 0,    -- when it last hashed to its digest; 0 asks for it to be read soon
    damaged_at    INTEGER NOT NULL DEFAULT 0,    -- since when it is not what its digest says; 0 if it is. To everybody it is not there
    damage        TEXT    NOT NULL DEFAULT '',   -- what is wrong
    metadata      INTEGER NOT NULL DEFAULT 0     -- bytes of rows about it, which count with it
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_by_verification ON blobs (verified_at);
CREATE INDEX blobs_damaged ON blobs (digest) WHERE damaged_at > 0;

-- Bytes are shared, rights are not: a blob can be read, or left out of an upload, only
-- through a container that holds it. renewed_at is when somebody last relied on it; a
-- blob that no image of the container uses is let go some time after.
CREATE TABLE container_blobs (
    container_id  INTEGER NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    digest        TEXT    NOT NULL REFERENCES blobs (digest),
    renewed_at    INTEGER NOT NULL,
    user_id       INTEGER NOT NULL DEFAULT 0,    -- who that was; 0 if it is not known
    abandoned_at  INTEGER NOT NULL DEFAULT 0,    -- when the push that brought it was refused; 0 if none was
    PRIMARY KEY (container_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX container_blobs_by_digest ON container_blobs (digest);
CREATE INDEX container_blobs_by_age ON container_blobs (renewed_at);
CREATE INDEX container_blobs_abandoned ON container_blobs (abandoned_at) WHERE abandoned_at > 0;

-- An image is a manifest in a container, kept byte for byte.
CREATE TABLE images (
    id            INTEGER PRIMARY KEY,
    container_id  INTEGER NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    digest        TEXT    NOT NULL,
    media_type    TEXT    NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('sif', 'simg', 'oci', 'index', 'artifact')),
    manifest      BLOB    NOT NULL,
    content       TEXT    NOT NULL DEFAULT '',   -- the file's digest, for kinds sif and simg
    size          INTEGER NOT NULL,              -- of all it refers to, in bytes
    arch          TEXT    NOT NULL DEFAULT '',   -- Go's name; '' if unknown or several
    pushed_at     INTEGER NOT NULL,
    pushed_by     INTEGER REFERENCES users (id) ON DELETE SET NULL,
    description   TEXT    NOT NULL DEFAULT '',   -- in its pusher's words
    loose_since   INTEGER NOT NULL DEFAULT 0,    -- since when no tag, index or subject keeps it; 0 if one does
    deleted_at    INTEGER NOT NULL DEFAULT 0,    -- hidden, and gone after the grace period; 0 if not
    subject       TEXT    NOT NULL DEFAULT '',   -- digest of the manifest that it says something about; it need not be here
    artifact_type TEXT    NOT NULL DEFAULT '',   -- what it is to its subject
    annotations   TEXT    NOT NULL DEFAULT '',   -- of one with a subject, as a JSON object
    mark          TEXT    NOT NULL DEFAULT '',   -- the blob whose transfer counts as a pull of the image; '' for an index
    pulls         INTEGER NOT NULL DEFAULT 0,
    last_pulled_at INTEGER NOT NULL DEFAULT 0,   -- 0 is never
    runnable      INTEGER NOT NULL DEFAULT 1 CHECK (runnable IN (0, 1)), -- 0: no engine runs it as a container, by what is in it and not by what it says; a SIF may still run as a SIF
    oci_sif       INTEGER NOT NULL DEFAULT 0 CHECK (oci_sif IN (0, 1)), -- the layers are filesystems, as SingularityCE packs them: an OCI-SIF or, of an artifact, a data container
    generated     INTEGER NOT NULL DEFAULT 0 CHECK (generated IN (0, 1)), -- an index that the registry made for a tag of several architectures
    indexed       INTEGER NOT NULL DEFAULT 0,    -- bytes of text by which it is found
    metadata      INTEGER NOT NULL DEFAULT 0,    -- bytes of its rows
    UNIQUE (container_id, digest)
) STRICT;
CREATE INDEX images_by_mark ON images (container_id, mark) WHERE mark <> '';
CREATE INDEX images_by_subject ON images (container_id, subject) WHERE subject <> '';
CREATE INDEX images_by_content ON images (container_id, content) WHERE content <> '';
CREATE INDEX images_by_arch ON images (arch, container_id) WHERE arch <> '';
CREATE INDEX images_listed ON images (container_id, arch) WHERE loose_since = 0 AND deleted_at = 0;
CREATE INDEX images_loose ON images (loose_since) WHERE loose_since > 0;
CREATE INDEX images_deleted ON images (deleted_at) WHERE deleted_at > 0;

-- The blobs that an image's manifest names.
CREATE TABLE image_blobs (
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    digest        TEXT    NOT NULL,
    container_id  INTEGER NOT NULL,
    PRIMARY KEY (image_id, digest),
    FOREIGN KEY (container_id, digest) REFERENCES container_blobs (container_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_blobs_by_blob ON image_blobs (container_id, digest);

-- The manifests that an index names, in the same container.
CREATE TABLE image_children (
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    child_id      INTEGER NOT NULL REFERENCES images (id),
    arch          TEXT    NOT NULL DEFAULT '',   -- as the index says
    PRIMARY KEY (image_id, child_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_children_by_child ON image_children (child_id);

-- What is inside an image file, as JSON; the same for all that hold it.
CREATE TABLE reports (
    digest        TEXT    PRIMARY KEY REFERENCES blobs (digest) ON DELETE CASCADE,
    report        TEXT    NOT NULL,
    objects       INTEGER NOT NULL DEFAULT 0,    -- that signatures can cover
    pending       INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1, 2)) -- 2: hold the file against its signatures, 1: judge them by the keys
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_pending ON reports (digest) WHERE pending > 0;

CREATE TABLE image_labels (
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    key           TEXT    NOT NULL,
    value         TEXT    NOT NULL,
    PRIMARY KEY (image_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_labels_by_key ON image_labels (key, value);

CREATE TABLE tags (
    id            INTEGER PRIMARY KEY,
    container_id  INTEGER NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    frozen        INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
    updated_at    INTEGER NOT NULL,
    -- The digest of the image that a tag of cosign's older scheme belongs to; '' for a tag that a person chose.
    subject       TEXT    NOT NULL GENERATED ALWAYS AS (
        CASE WHEN (name GLOB 'sha256-*.sig' AND length(name) = 75 OR name GLOB 'sha256-*.att' AND length(name) = 75 OR name GLOB 'sha256-*.sbom' AND length(name) = 76)
              AND substr(name, 8, 64) NOT GLOB '*[^0-9a-f]*'
             THEN 'sha256:' || substr(name, 8, 64) ELSE '' END) VIRTUAL,
    UNIQUE (container_id, name)
) STRICT;
CREATE INDEX tags_by_subject ON tags (container_id, subject) WHERE subject <> '';
CREATE INDEX tags_by_change ON tags (container_id, updated_at);
CREATE INDEX tags_frozen ON tags (container_id, name) WHERE frozen = 1;

-- A tag names one SIF, old image file or OCI-SIF per architecture, or one image of any other kind (arch '').
-- Where it names several, arch '*' is the index that is made of them for OCI clients.
CREATE TABLE tag_images (
    tag_id        INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    arch          TEXT    NOT NULL,
    image_id      INTEGER NOT NULL REFERENCES images (id),
    PRIMARY KEY (tag_id, arch)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_images_by_image ON tag_images (image_id);

-- What was deleted, or a tag that was moved, and can be brought back until the grace
-- period is over. What was deleted itself stays where it is, hidden.
CREATE TABLE deletions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- by which it is undone; never another's
    kind          TEXT    NOT NULL CHECK (kind IN ('move', 'tag', 'image', 'container', 'collection')),
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    container_id  INTEGER REFERENCES containers (id) ON DELETE CASCADE,
    image_id      INTEGER REFERENCES images (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,              -- the tag, the image's digest, or the name of the container or collection
    deleted_at    INTEGER NOT NULL,
    deleted_by    INTEGER REFERENCES users (id) ON DELETE SET NULL,
    metadata      INTEGER NOT NULL DEFAULT 512   -- bytes of its rows
) STRICT;
CREATE INDEX deletions_by_collection ON deletions (collection_id);
CREATE INDEX deletions_by_container ON deletions (container_id, name);
CREATE INDEX deletions_by_image ON deletions (image_id);
CREATE INDEX deletions_by_age ON deletions (deleted_at);

-- What goes by itself from a collection: tags that match the pattern of a rule, and that no
-- rule which they match keeps.
CREATE TABLE retention_rules (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    place         INTEGER NOT NULL,              -- their order, from 0
    tags          TEXT    NOT NULL,              -- a pattern
    last          INTEGER NOT NULL DEFAULT 0,    -- keeps so many of a container, the newest; 0 keeps none
    newer         INTEGER NOT NULL DEFAULT 0,    -- seconds; keeps what was moved within them
    pulled        INTEGER NOT NULL DEFAULT 0,    -- seconds; keeps what was pulled within them
    PRIMARY KEY (collection_id, place)
) STRICT, WITHOUT ROWID;

-- What tags named before a deletion or a move.
CREATE TABLE deletion_tags (
    deletion_id   INTEGER NOT NULL REFERENCES deletions (id) ON DELETE CASCADE,
    tag           TEXT    NOT NULL,
    arch          TEXT    NOT NULL,
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (deletion_id, tag, arch)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletion_tags_by_image ON deletion_tags (image_id);

-- How often an image was pulled whole, by days since 1970 UTC. Counted in memory, and
-- written every few seconds.
CREATE TABLE pulls (
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    day           INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (image_id, day)
) STRICT, WITHOUT ROWID;

-- The same of all images of a container, also of those that are gone.
CREATE TABLE container_pulls (
    container_id  INTEGER NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    day           INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (container_id, day)
) STRICT, WITHOUT ROWID;

-- ── Keys and signatures ────────────────────────────────────────────────────────────────
-- OpenPGP public keys, once for each fingerprint: 40 hexadecimal digits in upper case.
CREATE TABLE keys (
    id            INTEGER PRIMARY KEY,
    fingerprint   TEXT    NOT NULL UNIQUE,
    packets       BLOB    NOT NULL,              -- what all who sent it had of it, without others' certifications
    algorithm     INTEGER NOT NULL,              -- RFC 9580, section 9.1
    bits          INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL DEFAULT 0,    -- 0 is never
    revoked       INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
    added_by      INTEGER REFERENCES users (id) ON DELETE SET NULL,
    added_at      INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX keys_by_adder ON keys (added_by);

-- A key and its subkeys, by the last 64 bits of their fingerprints, as a number.
CREATE TABLE key_parts (
    key_id        INTEGER NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    fingerprint   TEXT    NOT NULL,
    PRIMARY KEY (key_id, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_parts_by_number ON key_parts (number);
CREATE INDEX key_parts_by_short_number ON key_parts (number & 0xffffffff);
CREATE INDEX key_parts_by_fingerprint ON key_parts (fingerprint);

CREATE TABLE key_names (
    key_id        INTEGER NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    place         INTEGER NOT NULL,              -- 0 is the main one
    name          TEXT    NOT NULL,              -- the user id: "Alice <alice@example.org>"
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL DEFAULT 0,
    revoked       INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
    PRIMARY KEY (key_id, place)
) STRICT, WITHOUT ROWID;

-- The signatures in an image file. What they cover was found once, by reading the file;
-- whether they are good depends on the keys that are known, and is judged again when one
-- comes or goes, for which the signed text is kept.
CREATE TABLE signatures (
    digest        TEXT    NOT NULL REFERENCES reports (digest) ON DELETE CASCADE,
    object        INTEGER NOT NULL,              -- that holds the signature
    fingerprint   TEXT    NOT NULL,              -- of the key that it names; '' for none
    text          BLOB    NOT NULL,
    covers        TEXT    NOT NULL,              -- the objects which are as it says, as a JSON list
    fault         TEXT    NOT NULL,              -- how the file differs from what was signed; '' if not
    verdict       TEXT    NOT NULL CHECK (verdict IN ('valid', 'invalid', 'unknown', 'unsupported')),
    reason        TEXT    NOT NULL DEFAULT '',   -- of the verdict
    PRIMARY KEY (digest, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX signatures_by_fingerprint ON signatures (fingerprint);

-- The keys by which every object of an image file is validly signed.
CREATE TABLE signers (
    digest        TEXT    NOT NULL REFERENCES reports (digest) ON DELETE CASCADE,
    fingerprint   TEXT    NOT NULL,
    PRIMARY KEY (digest, fingerprint)
) STRICT, WITHOUT ROWID;

-- The keys one of which has to have signed what is pushed to a collection; none for a
-- collection that asks for no signatures.
CREATE TABLE collection_signers (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    fingerprint   TEXT    NOT NULL,
    PRIMARY KEY (collection_id, fingerprint)
) STRICT, WITHOUT ROWID;

-- ── Transfers and links ────────────────────────────────────────────────────────────────
-- An upload that is under way, as far as it is durable.
CREATE TABLE uploads (
    id            TEXT    PRIMARY KEY,
    container     TEXT    NOT NULL,              -- full name; it may not exist yet
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    offset        INTEGER NOT NULL DEFAULT 0,    -- bytes
    state         BLOB    NOT NULL,              -- of the running hash at offset
    created_at    INTEGER NOT NULL,
    touched_at    INTEGER NOT NULL,
    reserved      INTEGER NOT NULL DEFAULT 0,    -- bytes kept free for it where a quota holds
    namespace_id  INTEGER REFERENCES names (id) ON DELETE SET NULL, -- whose quota that is
    collection_id INTEGER REFERENCES collections (id) ON DELETE SET NULL,
    resumable     INTEGER NOT NULL DEFAULT 1 CHECK (resumable IN (0, 1)), -- 0: it ends with the program
    wanted        TEXT    NOT NULL DEFAULT '',   -- digest of what is being sent, if its client said so at the start
    broken        INTEGER NOT NULL DEFAULT 0 CHECK (broken IN (0, 1)) -- 1: its last request was cut off, so it may be that nobody resumes it
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_age ON uploads (touched_at);
CREATE INDEX uploads_by_user ON uploads (user_id);
CREATE INDEX uploads_by_namespace ON uploads (namespace_id) WHERE reserved > 0;

CREATE TABLE shares (
    id            INTEGER PRIMARY KEY,
    image_id      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    tag           TEXT    NOT NULL DEFAULT '',   -- it was asked by; for the file's name
    secret_hash   BLOB    NOT NULL UNIQUE,
    created_by    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX shares_by_image ON shares (image_id);
CREATE INDEX shares_by_expiry ON shares (expires_at);

-- ── Room ───────────────────────────────────────────────────────────────────────────────
-- What is held in a collection, and in a namespace: each blob once, with the number of its
-- holders, that is of containers, or of collections. It is made of container_blobs by
-- triggers, so that no way of holding a blob, or of letting it go, can forget to count it.
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

-- What else a push makes the registry keep counts too: the rows in this file, each by its texts
-- and a share for itself and its indexes. A label is kept eight times: with its image, once for
-- all, in the indexes of both and in what it is found by.
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

-- Rows are added up upwards, from image to container to collection to namespace. What goes with
-- its parent is taken off with it, since triggers run for it when the parent is gone.
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

-- An upload's reservation counts from when it is written until its row is gone.
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

-- ── Counting ───────────────────────────────────────────────────────────────────────────
-- What is below is counted by triggers too, so that no page counts it. Images that were
-- not deleted are counted upwards, from container to collection to namespace. They go
-- before their containers do, and these before their collections.
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

-- What lists show of all that is public, and of all that is not: a default collection once
-- there is something in it, and nothing that was deleted.
CREATE TABLE listed (
    public        INTEGER PRIMARY KEY CHECK (public IN (0, 1)),
    collections   INTEGER NOT NULL DEFAULT 0,
    containers    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO listed (public) VALUES (0), (1);

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

-- All blobs.
CREATE TABLE stock (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    blobs         INTEGER NOT NULL DEFAULT 0,
    bytes         INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO stock (id) VALUES (1);

CREATE TRIGGER blobs_counted AFTER INSERT ON blobs BEGIN
    UPDATE stock SET blobs = blobs + 1, bytes = bytes + NEW.size;
END;
CREATE TRIGGER blobs_uncounted AFTER DELETE ON blobs BEGIN
    UPDATE stock SET blobs = blobs - 1, bytes = bytes - OLD.size;
END;

-- ── Finding ────────────────────────────────────────────────────────────────────────────
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

-- The same, added up for each key, and both in each collection.
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

-- ── Keeping ────────────────────────────────────────────────────────────────────────────
-- A backup that is under way needs the files of all blobs from before it began: none of
-- them with a digest after reached is removed until the pin expires.
CREATE TABLE pins (
    id            TEXT    PRIMARY KEY,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,              -- renewed as long as the backup lives
    reached       TEXT    NOT NULL DEFAULT ''    -- digest up to which it needs them no more
) STRICT, WITHOUT ROWID;

-- What the server does by itself, such as 'backup' and 'scrub', and when it last did.
CREATE TABLE duties (
    name          TEXT    PRIMARY KEY,
    tried_at      INTEGER NOT NULL DEFAULT 0,
    done_at       INTEGER NOT NULL DEFAULT 0,    -- when it last ended well; 0 is never
    report        TEXT    NOT NULL DEFAULT ''    -- what became of the last try, as a sentence
) STRICT, WITHOUT ROWID;

-- Which database this is. The file sregistry.id in the data folder bears the same mark, so
-- that another database, or an older copy of this one, is noticed beside the same files:
-- what a database does not know must not be deleted for that.
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

-- What the registry held at the end of each day, for figures over time.
CREATE TABLE samples (
    day           INTEGER PRIMARY KEY,           -- days since 1970, UTC
    bytes         INTEGER NOT NULL,              -- of all blobs
    blobs         INTEGER NOT NULL,
    images        INTEGER NOT NULL,
    collections   INTEGER NOT NULL,
    users         INTEGER NOT NULL
) STRICT;

-- ── Settings ───────────────────────────────────────────────────────────────────────────
-- What an administrator chose while the registry ran. What was given at its start counts
-- more, and what is not here has its default.
CREATE TABLE settings (
    name          TEXT    PRIMARY KEY,           -- the flag's
    value         TEXT    NOT NULL,              -- as the flag takes it
    changed_at    INTEGER NOT NULL,
    changed_by    INTEGER REFERENCES users (id) ON DELETE SET NULL
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

INSERT INTO names (id, name, kind) VALUES (1, 'library', 'library');
INSERT INTO collections (id, namespace_id, name, created_at, updated_at)
    VALUES (1, 1, 'default', unixepoch(), unixepoch());

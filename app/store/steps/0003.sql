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

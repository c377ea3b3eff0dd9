-- A row for every table that version 2 has besides those of rows-1.sql, which come first.
INSERT INTO password_links (user_id, secret_hash, expires_at) VALUES (1, x'04', 200);
INSERT INTO container_readmes (container_id, text, version, updated_at, updated_by) VALUES (1, '# hello', 1, 100, 1);
UPDATE images SET loose_since = 1 WHERE id = 1;
UPDATE images SET loose_since = 0 WHERE id = 1; -- its label counts from now on
INSERT INTO deletions (id, kind, collection_id, container_id, image_id, name, deleted_at, deleted_by) VALUES (17, 'tag', 2, 1, NULL, 'old', 100, 1);
INSERT INTO deletion_tags (deletion_id, tag, arch, image_id) VALUES (17, 'old', 'amd64', 1);
INSERT INTO retention_rules (collection_id, place, tags, last) VALUES (2, 0, 'nightly-*', 7);
INSERT INTO pulls (image_id, day, count) VALUES (1, 20000, 3);
INSERT INTO container_pulls (container_id, day, count) VALUES (1, 20000, 3);
INSERT INTO stars (user_id, container_id, since) VALUES (1, 1, 100);
INSERT INTO pins (id, created_at, expires_at, reached) VALUES ('pin', 100, 200, 'sha256:aa');
INSERT INTO duties (name, tried_at, done_at, report) VALUES ('backup', 100, 100, 'well');
INSERT INTO samples (day, bytes, blobs, images, collections, users) VALUES (20000, 7, 2, 2, 1, 1);
INSERT INTO settings (name, value, changed_at, changed_by) VALUES ('grace', '3d', 100, 1);
INSERT INTO events (id, at, action, target, collection_id, actor_id, actor) VALUES (1, 100, 'push', 'library/lab/hello:latest', 2, 1, 'alice');
INSERT INTO webhooks (id, collection_id, url, salt, created_by, created_at) VALUES (1, 2, 'https://example.org/', x'05', 1, 100);
INSERT INTO deliveries (id, webhook_id, event_id, next_at) VALUES (1, 1, 1, 100);

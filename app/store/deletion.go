package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// NewDeletion is what AddDeletion needs to know. Container and Image are 0 where there is
// none.
type NewDeletion struct {
	Kind                         model.DeletionKind
	Collection, Container, Image int64
	Name                         string // the tag, the digest, or the name
	By                           int64
	Named                        []TagMember
}

// TagMember is what a tag names for an architecture.
type TagMember struct {
	Tag   string
	Arch  string // '' for an image that is not for one
	Image int64
}

func scanTagMember(row scanner) (TagMember, error) {
	var m TagMember
	return m, row.Scan(&m.Tag, &m.Arch, &m.Image)
}

// TagMembers gives what a tag names, without the index made of it; nothing for a tag that
// does not exist.
func (t *Tx) TagMembers(ctx context.Context, container int64, tag string) ([]TagMember, error) {
	return all(ctx, t, "store.TagMembers", scanTagMember, `SELECT g.name, x.arch, x.image_id FROM tags g JOIN tag_images x ON x.tag_id = g.id
	  WHERE g.container_id = ? AND g.name = ? AND x.arch <> '*' ORDER BY x.arch`, container, tag)
}

// MembersOf gives what tags lose when an image that they name is deleted, and with it what
// goes along. With the index that is made of its images, a tag loses all of them.
func (t *Tx) MembersOf(ctx context.Context, image int64, along []int64) ([]TagMember, error) {
	return all(ctx, t, "store.MembersOf", scanTagMember, `SELECT g.name, x.arch, x.image_id
	   FROM tag_images y JOIN tags g ON g.id = y.tag_id JOIN tag_images x ON x.tag_id = g.id
	  WHERE y.image_id = ?1 AND x.arch <> '*' AND (y.arch = '*' OR x.image_id = ?1)
	  UNION
	  SELECT g.name, x.arch, x.image_id FROM tag_images x JOIN tags g ON g.id = x.tag_id
	   WHERE x.image_id IN (SELECT value FROM json_each(?2)) AND x.arch <> '*'
	  ORDER BY 1, 2`, image, list(along))
}

// AddDeletion notes that something was deleted, and gives the id to bring it back by.
func (t *Tx) AddDeletion(ctx context.Context, n NewDeletion) (int64, error) {
	const op = "store.AddDeletion"
	id, err := one(ctx, t, op, value[int64], `INSERT INTO deletions (kind, collection_id, container_id, image_id, name, deleted_at, deleted_by)
	  VALUES (?, ?, nullif(?, 0), nullif(?, 0), ?, ?, nullif(?, 0)) RETURNING id`,
		n.Kind, n.Collection, n.Container, n.Image, n.Name, unix(t.Now), n.By)
	if err != nil {
		return 0, err
	}
	for _, m := range n.Named {
		if err := t.run(ctx, op, "INSERT INTO deletion_tags (deletion_id, tag, arch, image_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			id, m.Tag, m.Arch, m.Image); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// DeletionRow is a deletion with what is needed to undo it.
type DeletionRow struct {
	model.Deletion
	Collection     int64
	CollectionName ref.Collection // as it was
	Container      int64
	ContainerName  ref.Container // as it was
	Frozen         bool          // the container
	Image          int64
	Role           model.Role // the asking user's
}

// deletionColumns are those of a deletion d in the collection c and, maybe, the container
// k. The role of a user stands after them.
const deletionColumns = `d.id, d.kind, d.name, d.deleted_at,
  coalesce((SELECT un.name FROM users u JOIN names un ON un.id = u.name_id WHERE u.id = d.deleted_by), ''),
  coalesce((SELECT u.full_name FROM users u WHERE u.id = d.deleted_by), ''),
  c.id, n.name, iif(d.kind = 'collection', d.name, c.name), coalesce(k.id, 0), iif(d.kind = 'container', d.name, coalesce(k.name, '')),
  coalesce(k.frozen, 0), coalesce(d.image_id, 0),
  coalesce((SELECT group_concat(DISTINCT x.tag) FROM deletion_tags x WHERE x.deletion_id = d.id), ''),
  coalesce((SELECT group_concat(i.digest) FROM deletion_tags x JOIN images i ON i.id = x.image_id
             WHERE x.deletion_id = d.id AND i.deleted_at = 0), ''), `

const deletionTables = ` FROM deletions d JOIN collections c ON c.id = d.collection_id JOIN names n ON n.id = c.namespace_id
  LEFT JOIN containers k ON k.id = d.container_id`

// restorable is the condition that what holds a deleted thing was not deleted too: then
// only that can be brought back.
const restorable = `(c.deleted_at = 0 OR d.kind = 'collection') AND (k.id IS NULL OR k.deleted_at = 0 OR d.kind = 'container')`

func scanDeletion(row scanner) (DeletionRow, error) {
	var d DeletionRow
	var name, tags, images string
	var at int64
	c, k := &d.CollectionName, &d.ContainerName
	if err := row.Scan(&d.ID, &d.Kind, &name, &at, &d.By, &d.ByFullName, &d.Collection, &c.Namespace, &c.Name, &d.Container, &k.Container,
		&d.Frozen, &d.Image, &tags, &images, &d.Role); err != nil {
		return d, err
	}
	k.Collection, d.At = *c, fromUnix(at)
	switch d.Kind {
	case model.DeletedCollection:
		d.Name = c.String()
	case model.DeletedContainer:
		d.Name = k.String()
	case model.DeletedImage:
		d.Name = k.String() + "@" + name
		d.Tags = slices.DeleteFunc(split(tags), func(tag string) bool { return ref.SignatureSubject(tag) != "" })
	default:
		d.Name, d.Tag = k.String()+":"+name, name
		for _, s := range split(images) {
			d.Images = append(d.Images, digest.Digest(s))
		}
	}
	return d, nil
}

// split takes a group_concat apart; neither tags nor digests hold a comma.
func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// Deletion finds what can be brought back by an id. Errors: NotFound.
func (t *Tx) Deletion(ctx context.Context, id, user int64) (DeletionRow, error) {
	const op = "store.Deletion"
	d, err := one(ctx, t, op, scanDeletion, "SELECT "+deletionColumns+roleOf+deletionTables+" WHERE d.id = ?2 AND "+restorable, user, id)
	if errs.Is(err, errs.NotFound) {
		return d, errs.E(op, errs.NotFound, "There is nothing to bring back by the number %d.", id)
	}
	return d, err
}

// Deletions gives what can be brought back and is an owner's, in a collection or container
// or, where both are 0, in all places: newest first, before an id, one more than the page
// holds.
func (t *Tx) Deletions(ctx context.Context, actor model.Actor, collection, container, before int64, p model.Page) ([]DeletionRow, error) {
	args, err := t.viewer(ctx, actor, false)
	if err != nil {
		return nil, err
	}
	args = append(args, sql.Named("collection", collection), sql.Named("container", container), sql.Named("before", before),
		sql.Named("admin", actor.Admin),
		sql.Named("limit", p.Size()+1))
	return all(ctx, t, "store.Deletions", scanDeletion, "SELECT "+deletionColumns+"0"+deletionTables+` WHERE `+restorable+`
	   AND (:collection = 0 OR d.collection_id = :collection) AND (:container = 0 OR d.container_id = :container)
	   AND (:before = 0 OR d.id < :before)
	   AND (:all OR d.collection_id IN (SELECT value FROM json_each(:own)))
	   AND (:admin OR d.collection_id IN (SELECT collection_id FROM roles WHERE user_id = :user AND role = 2))
	 ORDER BY d.id DESC LIMIT :limit`, args...)
}

// DeletionMembers gives what the tags of a deletion named, as far as it is still here.
func (t *Tx) DeletionMembers(ctx context.Context, id int64) ([]TagMember, error) {
	return all(ctx, t, "store.DeletionMembers", scanTagMember, `SELECT x.tag, x.arch, x.image_id FROM deletion_tags x
	    JOIN images i ON i.id = x.image_id WHERE x.deletion_id = ? AND i.deleted_at = 0 ORDER BY x.tag, x.arch`, id)
}

// RemoveDeletion removes the note of a deletion.
func (t *Tx) RemoveDeletion(ctx context.Context, id int64) error {
	return t.run(ctx, "store.RemoveDeletion", "DELETE FROM deletions WHERE id = ?", id)
}

// RestoreImage brings an image back, with what went along with it, but without its tags.
func (t *Tx) RestoreImage(ctx context.Context, image int64) error {
	const op = "store.RestoreImage"
	type place struct {
		container int64
		digest    digest.Digest
	}
	at, err := one(ctx, t, op, func(row scanner) (place, error) {
		var p place
		return p, row.Scan(&p.container, &p.digest)
	}, "SELECT container_id, digest FROM images WHERE id = ?", image)
	if err != nil {
		return err
	}
	if err := t.restoreAlong(ctx, at.container, at.digest); err != nil {
		return err
	}
	if err := t.run(ctx, op, "UPDATE images SET deleted_at = 0, loose_since = ? WHERE id = ?", unix(t.Now), image); err != nil {
		return err
	}
	return t.keepReferrers(ctx, at.container, at.digest)
}

// RestoreTag makes a tag name just these images, and gives its row id.
func (t *Tx) RestoreTag(ctx context.Context, container int64, name string, members []TagMember) (int64, error) {
	const op = "store.RestoreTag"
	tag, err := one(ctx, t, op, value[int64], `INSERT INTO tags (container_id, name, updated_at) VALUES (?1, ?2, ?3)
	  ON CONFLICT (container_id, name) DO UPDATE SET updated_at = ?3 RETURNING id`, container, name, unix(t.Now))
	if err != nil {
		return 0, err
	}
	replaced, err := all(ctx, t, op, value[int64], "DELETE FROM tag_images WHERE tag_id = ? RETURNING image_id", tag)
	if err != nil {
		return 0, err
	}
	for _, m := range members {
		if err := t.bind(ctx, tag, m.Arch, m.Image); err != nil {
			return 0, err
		}
	}
	return tag, t.updateUntagged(ctx, replaced)
}

package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// damaged tells whether a blob of an image i is. There are hardly ever any, so it is asked
// from their side.
const damaged = "EXISTS (SELECT 1 FROM blobs db CROSS JOIN image_blobs dy ON dy.digest = db.digest WHERE db.damaged_at > 0 AND dy.image_id = i.id)"

// imageColumns are those of an image i in its container k, collection c and namespace n,
// under the tag g if it was asked by one.
const imageColumns = `i.id, c.id, k.id, n.name, c.name, k.name, i.kind, i.digest, i.media_type, i.content, i.subject, i.size, i.arch, i.pushed_at, i.description, i.pulls, i.last_pulled_at, ` + damaged + `,
  coalesce((SELECT pn.name FROM users pu JOIN names pn ON pn.id = pu.name_id WHERE pu.id = i.pushed_by), ''),
  coalesce((SELECT pu.full_name FROM users pu WHERE pu.id = i.pushed_by), ''),
  coalesce((SELECT group_concat(s.fingerprint) FROM signers s WHERE s.digest = i.content), '')`

// imageTables leaves out what is in a deleted container or collection; whether the image
// itself was deleted is for the query to say.
const imageTables = ` FROM images i JOIN containers k ON k.id = i.container_id AND k.deleted_at = 0
  JOIN collections c ON c.id = k.collection_id AND c.deleted_at = 0 JOIN names n ON n.id = c.namespace_id`

func scanImage(row scanner) (model.Image, error) { return scanImageAnd(row) }

// scanImageAnd reads imageColumns and what stands after them.
func scanImageAnd(row scanner, more ...any) (model.Image, error) {
	var i model.Image
	var pushed, pulled int64
	var signers string
	dest := []any{&i.ID, &i.CollectionID, &i.ContainerID, &i.Container.Namespace, &i.Container.Name, &i.Container.Container,
		&i.Kind, &i.Digest, &i.MediaType, &i.Content, &i.Subject, &i.Size, &i.Arch, &pushed, &i.Description, &i.Pulls, &pulled, &i.Damaged, &i.PushedBy, &i.PusherFullName, &signers}
	err := row.Scan(append(dest, more...)...)
	i.Pushed, i.LastPulled, i.Signers = fromUnix(pushed), fromUnix(pulled), fingerprints(signers)
	return i, err
}

func scanTaggedImage(row scanner) (model.Image, error) {
	var tag string
	var frozen bool
	i, err := scanImageAnd(row, &tag, &frozen)
	i.Tag, i.Frozen = tag, frozen
	return i, err
}

// ImagesByTag gives what a tag names, one image per architecture, in their order.
func (t *Tx) ImagesByTag(ctx context.Context, container int64, tag string) ([]model.Image, error) {
	return all(ctx, t, "store.ImagesByTag", scanTaggedImage, "SELECT "+imageColumns+", g.name, g.frozen OR k.frozen"+imageTables+`
	  JOIN tag_images x ON x.image_id = i.id JOIN tags g ON g.id = x.tag_id
	 WHERE g.container_id = ? AND g.name = ? AND x.arch <> '*' ORDER BY x.arch`, container, tag)
}

// TagImages is ImagesByTag for a tag that is known by its row id.
func (t *Tx) TagImages(ctx context.Context, tag int64) ([]model.Image, error) {
	return all(ctx, t, "store.TagImages", scanImage, "SELECT "+imageColumns+imageTables+`
	  JOIN tag_images x ON x.image_id = i.id WHERE x.tag_id = ? AND x.arch <> '*' ORDER BY x.arch`, tag)
}

// ImageByDigest gives an image by the digest of its manifest. Errors: NotFound.
func (t *Tx) ImageByDigest(ctx context.Context, container int64, d digest.Digest) (model.Image, error) {
	return one(ctx, t, "store.ImageByDigest", scanImage, "SELECT "+imageColumns+imageTables+
		" WHERE i.container_id = ? AND i.digest = ? AND i.deleted_at = 0", container, d)
}

// ImageByContent gives an image by the digest of its file. Errors: NotFound.
func (t *Tx) ImageByContent(ctx context.Context, container int64, d digest.Digest) (model.Image, error) {
	return one(ctx, t, "store.ImageByContent", scanImage, "SELECT "+imageColumns+imageTables+
		" WHERE i.container_id = ? AND i.content = ? AND i.content <> '' AND i.deleted_at = 0 ORDER BY i.id DESC LIMIT 1", container, d)
}

// Image gives an image by its row id. Errors: NotFound.
func (t *Tx) Image(ctx context.Context, id int64) (model.Image, error) {
	return one(ctx, t, "store.Image", scanImage, "SELECT "+imageColumns+imageTables+" WHERE i.id = ? AND i.deleted_at = 0", id)
}

// Children gives the images that an index names, with the architecture that it says.
func (t *Tx) Children(ctx context.Context, index int64) ([]model.Image, error) {
	return all(ctx, t, "store.Children", func(row scanner) (model.Image, error) {
		var arch string
		i, err := scanImageAnd(row, &arch)
		if i.Arch == "" {
			i.Arch = arch
		}
		return i, err
	}, "SELECT "+imageColumns+", x.arch"+imageTables+` JOIN image_children x ON x.child_id = i.id
	  WHERE x.image_id = ? AND i.deleted_at = 0 ORDER BY x.arch, i.id`, index)
}

// Manifest gives the bytes of an image's manifest.
func (t *Tx) Manifest(ctx context.Context, image int64) ([]byte, error) {
	return one(ctx, t, "store.Manifest", value[[]byte], "SELECT manifest FROM images WHERE id = ?", image)
}

// ImageFilter chooses images for a list. Empty fields choose all.
type ImageFilter struct {
	Collection string // name of a collection, "lab" or "alice/tools"; exact
	Container  string // last part of the name; exact
	Tag        string // exact
	Text       string // somewhere in the short name or the tag
	Signed     bool   // validly, by a key that is known here
}

// Images gives the tagged images that an actor may see, by the parts of their names, tag
// and architecture, one more than the page holds. ImageCursor makes the cursor.
func (t *Tx) Images(ctx context.Context, actor model.Actor, signIn bool, f ImageFilter, p model.Page) ([]model.Image, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	tags, err := t.tagsWith(ctx, f.Text)
	if err != nil {
		return nil, err
	}
	return t.images(ctx, args, f, tags, p.After, p.Size()+1)
}

// NewestImages gives the tagged images that an actor may see and in whose names a text is,
// validly signed ones if that is asked for, in the order of Images, at most limit. If more
// tags have the text in their names, the newest count; so all that there is need not be
// looked through in that order, unless the text is too short for the index.
func (t *Tx) NewestImages(ctx context.Context, actor model.Actor, signIn bool, text string, signed bool, limit int) ([]model.Image, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	f := ImageFilter{Text: text, Signed: signed}
	match := nameQuery([]string{strings.ToLower(text)})
	if match == "" {
		return t.images(ctx, args, f, nil, "", limit)
	}
	tags, err := all(ctx, t, "store.NewestImages", value[int64], `SELECT g.id FROM search_tags(:match) s CROSS JOIN tags g ON g.id = s.rowid
	  CROSS JOIN containers k ON k.id = g.container_id CROSS JOIN collections c ON c.id = k.collection_id CROSS JOIN names n ON n.id = c.namespace_id
	 WHERE n.name || '/' || c.name || '/' || k.name || ':' || g.name LIKE :text ESCAPE '\' AND k.deleted_at = 0 AND `+visible+`
	   AND (NOT :signed OR EXISTS (SELECT 1 FROM tag_images x JOIN images i ON i.id = x.image_id JOIN signers y ON y.digest = i.content WHERE x.tag_id = g.id))
	 ORDER BY s.rowid DESC LIMIT :limit`, append(slices.Clip(args), sql.Named("match", match), sql.Named("text", likePattern(text)),
		sql.Named("signed", signed), sql.Named("limit", limit))...)
	if err != nil || len(tags) == 0 {
		return nil, err
	}
	return t.images(ctx, args, f, tags, "", limit)
}

// images gives those after a cursor, at most limit; of some tags, or of all if they are nil.
func (t *Tx) images(ctx context.Context, args []any, f ImageFilter, tags []int64, cursor string, limit int) ([]model.Image, error) {
	after := cutImageCursor(cursor)
	namespace, collection, _ := strings.Cut(f.Collection, "/")
	args = append(args, sql.Named("inNamespace", namespace), sql.Named("inCollection", collection),
		sql.Named("container", f.Container), sql.Named("tag", f.Tag), sql.Named("text", likePattern(f.Text)), sql.Named("signed", f.Signed),
		sql.Named("tags", list(tags)),
		sql.Named("n", after[0]), sql.Named("c", after[1]), sql.Named("k", after[2]), sql.Named("g", after[3]), sql.Named("arch", after[4]),
		sql.Named("limit", limit))
	tables := imagesInOrder
	if tags != nil {
		tables = imagesOfTags
	}
	return all(ctx, t, "store.Images", scanTaggedImage, "SELECT "+imageColumns+", g.name, g.frozen OR k.frozen"+tables+`
	   AND x.arch <> '*' AND i.deleted_at = 0
	   AND (:inNamespace = '' OR n.name = :inNamespace AND c.name = :inCollection)
	   AND (:container = '' OR k.name = :container)
	   AND (:tag = '' OR g.name = :tag)
	   AND (:text = '%%' OR n.name || '/' || c.name || '/' || k.name || ':' || g.name LIKE :text ESCAPE '\')
	   AND (NOT :signed OR EXISTS (SELECT 1 FROM signers s WHERE s.digest = i.content))
	   AND `+visible+`
	 ORDER BY n.name, c.name, k.name, g.name, x.arch LIMIT :limit`, args...)
}

// imagesInOrder walks the indexes by which names are kept in order, and in each of them
// reads from where the page before ended, or what is asked for begins, to where it ends;
// so no row is read twice and nothing is sorted.
const imagesInOrder = ` FROM names n INDEXED BY namespaces
  CROSS JOIN collections c ON c.namespace_id = n.id
   AND c.name >= max(:inCollection, iif(n.name = :n, :c, '')) AND c.name <= iif(:inCollection = '', char(0x10ffff), :inCollection)
  CROSS JOIN containers k ON k.collection_id = c.id
   AND k.name >= max(:container, iif((n.name, c.name) = (:n, :c), :k, '')) AND k.name <= iif(:container = '', char(0x10ffff), :container)
  CROSS JOIN tags g ON g.container_id = k.id AND g.name >= iif((n.name, c.name, k.name) = (:n, :c, :k), :g, '')
  CROSS JOIN tag_images x ON x.tag_id = g.id
  CROSS JOIN images i ON i.id = x.image_id
 WHERE n.kind <> 'collection' AND n.name >= max(:n, :inNamespace) AND n.name <= iif(:inNamespace = '', char(0x10ffff), :inNamespace)
   AND ((n.name, c.name, k.name, g.name) <> (:n, :c, :k, :g) OR x.arch > :arch)`

// imagesOfTags takes a few tags that are known.
const imagesOfTags = ` FROM tags g JOIN tag_images x ON x.tag_id = g.id JOIN images i ON i.id = x.image_id
  JOIN containers k ON k.id = g.container_id JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
 WHERE g.id IN (SELECT value FROM json_each(:tags)) AND (n.name, c.name, k.name, g.name, x.arch) > (:n, :c, :k, :g, :arch)`

// tagsWith gives the tags in whose names a text may be, if the index knows them and they
// are few; nil says that all have to be looked at.
func (t *Tx) tagsWith(ctx context.Context, text string) ([]int64, error) {
	match := nameQuery([]string{strings.ToLower(text)})
	if match == "" {
		return nil, nil
	}
	return t.few(ctx, maxFew, "SELECT rowid FROM search_tags(?) LIMIT :limit", match)
}

// ImageCursor is the cursor that stands for an image in a list of Images.
func ImageCursor(i model.Image) string { return i.Container.Full() + ":" + i.Tag + "@" + i.Arch }

// cutImageCursor gives the parts of a cursor: namespace, collection, container, tag and
// architecture.
func cutImageCursor(cursor string) (parts [5]string) {
	name, rest, _ := strings.Cut(cursor, ":")
	parts[0], name, _ = strings.Cut(name, "/")
	parts[1], parts[2], _ = strings.Cut(name, "/")
	parts[3], parts[4], _ = strings.Cut(rest, "@")
	return parts
}

// likePattern makes a LIKE pattern that finds a text anywhere.
func likePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// maxIndexed is how much of a definition file is indexed, in characters.
const maxIndexed = 16 << 10

// NewImage is what AddImage needs to know.
type NewImage struct {
	Container int64
	Digest    digest.Digest
	MediaType string
	Kind      model.ImageKind
	Manifest  []byte
	Content   digest.Digest
	Size      int64
	Arch      string
	PushedBy  int64
	Blobs     []digest.Digest // that the manifest names; the container must hold them
	Mark      digest.Digest   // the blob whose transfer counts as a pull; empty for none
	// Subject is the manifest that it says something about, if it does, and ArtifactType
	// and Annotations, a JSON object, what it is to it.
	Subject      digest.Digest
	ArtifactType string
	Annotations  []byte
	Children     []Child
	Labels       map[string]string
	// Definition is the text by whose words the image is found.
	Definition string
	// Description is kept when the image is new, and not changed by pushing it again.
	Description string
}

// Child is a manifest that an index names.
type Child struct {
	Image int64
	Arch  string
}

// AddImage keeps an image, or finds the one that is there with the same digest; one that
// had been deleted comes back.
func (t *Tx) AddImage(ctx context.Context, n NewImage) (int64, error) {
	const op = "store.AddImage"
	pusher := sql.NullInt64{Int64: n.PushedBy, Valid: n.PushedBy != 0}
	if err := t.recallReferrers(ctx, n.Container, n.Digest); err != nil {
		return 0, err
	}
	if err := t.run(ctx, op, "DELETE FROM deletions WHERE image_id = (SELECT id FROM images WHERE container_id = ? AND digest = ? AND deleted_at > 0)",
		n.Container, n.Digest); err != nil {
		return 0, err
	}
	id, err := one(ctx, t, op, value[int64], `INSERT INTO images
	    (container_id, digest, media_type, kind, manifest, content, size, arch, pushed_at, pushed_by, loose_since,
	     subject, artifact_type, annotations, description, mark)
	  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9, ?11, ?12, ?13, ?14, ?15)
	  ON CONFLICT (container_id, digest) DO UPDATE SET deleted_at = 0, pushed_at = excluded.pushed_at,
    pushed_by = excluded.pushed_by, loose_since = CASE loose_since WHEN 0 THEN 0 ELSE excluded.loose_since END
	  RETURNING id`, n.Container, n.Digest, n.MediaType, n.Kind, n.Manifest, n.Content, n.Size, n.Arch, unix(t.Now), pusher,
		n.Subject, n.ArtifactType, string(n.Annotations), n.Description, n.Mark)
	if err != nil {
		return 0, err
	}
	if err := t.keepReferrers(ctx, n.Container, n.Digest); err != nil {
		return 0, err
	}
	for _, d := range n.Blobs {
		if err := t.run(ctx, op, "INSERT INTO image_blobs (image_id, container_id, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			id, n.Container, d); err != nil {
			return 0, err
		}
	}
	for _, c := range n.Children {
		if err := t.run(ctx, op, "INSERT INTO image_children (image_id, child_id, arch) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			id, c.Image, c.Arch); err != nil {
			return 0, err
		}
		if err := t.run(ctx, op, "UPDATE images SET loose_since = 0 WHERE id = ?", c.Image); err != nil {
			return 0, err
		}
	}
	for key, v := range n.Labels {
		if err := t.run(ctx, op, "INSERT INTO image_labels (image_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, key, v); err != nil {
			return 0, err
		}
	}
	if n.Definition != "" {
		if err := t.run(ctx, op, "INSERT OR REPLACE INTO search_definitions (rowid, text) VALUES (?, substr(?, 1, ?))",
			id, n.Definition, maxIndexed); err != nil {
			return 0, err
		}
	}
	if n.Subject == "" {
		return id, nil
	}
	return id, t.settle(ctx, []int64{id})
}

// DeleteImage hides an image, with what refers to it, and takes all its tags and links
// away; it gives the tags that are left with fewer images. A tag goes whole with the index
// that is made of its images. The sweeper removes the image for good after the grace
// period.
func (t *Tx) DeleteImage(ctx context.Context, image int64) (tags []int64, err error) {
	const op = "store.DeleteImage"
	members, err := all(ctx, t, op, value[int64], `DELETE FROM tag_images WHERE arch <> '*'
	    AND tag_id IN (SELECT tag_id FROM tag_images WHERE image_id = ? AND arch = '*') RETURNING image_id`, image)
	if err != nil {
		return nil, err
	}
	if err := t.settle(ctx, members); err != nil {
		return nil, err
	}
	named, err := all(ctx, t, op, value[int64], "DELETE FROM tag_images WHERE image_id = ? RETURNING tag_id", image)
	if err != nil {
		return nil, err
	}
	for _, tag := range named {
		left, err := t.dropIndex(ctx, tag)
		if err != nil {
			return nil, err
		}
		if left {
			tags = append(tags, tag)
		}
	}
	if err := t.run(ctx, op, "DELETE FROM shares WHERE image_id = ?", image); err != nil {
		return nil, err
	}
	if err := t.hideReferrers(ctx, image); err != nil {
		return nil, err
	}
	return tags, t.run(ctx, op, `UPDATE images SET deleted_at = ?2, loose_since = CASE loose_since WHEN 0 THEN ?2 ELSE loose_since END
	  WHERE id = ?1`, image, unix(t.Now))
}

// Report gives what is inside an image file, as JSON. Errors: NotFound for a file that is
// no image.
func (t *Tx) Report(ctx context.Context, content digest.Digest) ([]byte, error) {
	s, err := one(ctx, t, "store.Report", value[string], "SELECT report FROM reports WHERE digest = ?", content)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.E("store.Report", errs.NotFound, "Nothing is known of the inside of this image.")
	}
	return []byte(s), err
}

// SetReport keeps what is inside an image file.
func (t *Tx) SetReport(ctx context.Context, content digest.Digest, report []byte) error {
	return t.run(ctx, "store.SetReport", "INSERT INTO reports (digest, report) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET report = ?2",
		content, string(report))
}

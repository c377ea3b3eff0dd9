package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"sregistry/app/model"
)

// ImageFilter chooses images for a list. An empty field excludes nothing.
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
	 WHERE n.name || '/' || c.name || '/' || k.name || ':' || g.name LIKE :text ESCAPE '\' AND k.deleted_at = 0 AND g.subject = '' AND `+visible+`
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
	   AND x.arch <> '*' AND i.deleted_at = 0 AND g.subject = ''
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
	return t.idsIfFew(ctx, maxFew, "SELECT rowid FROM search_tags(?) LIMIT :limit", match)
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

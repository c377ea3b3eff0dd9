package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// ContainerFilter chooses containers for a list, and their order. An empty field excludes
// nothing.
type ContainerFilter struct {
	// Collection is the row id of the one to list; the caller has asked package access
	// about it.
	Collection int64
	// Words must all be in the full name, and at least one of them in the container's own;
	// see Words.
	Words     []string
	Namespace string
	// Arch, Key with Value, and Signed must all hold of one image. An empty Value is any.
	Arch, Key, Value string
	Signed           bool
	// StarredBy is a user who must have given it a star.
	StarredBy int64
	// Tagged requires at least one tag.
	Tagged bool
	Order  model.Order
}

// order is how a list is sorted: by a column, which is in an index together with
// containers.public.
type order struct {
	column, index string
	descending    bool
}

var orders = map[model.Order]order{
	model.ByName:  {"k.name", "containers_by_name", false},
	model.Newest:  {"k.updated_at", "containers_by_change", true},
	model.Pulled:  {"k.pulls", "containers_by_use", true},
	model.Starred: {"k.stars", "containers_by_stars", true},
}

// ContainerRow is a container and the cursor that stands for it in its list.
type ContainerRow struct {
	model.Container
	Cursor string
}

// FindContainers lists the containers that an actor may see and that a filter chooses, one
// more than the page holds. Errors: Invalid for an unknown order or a bad cursor.
func (t *Tx) FindContainers(ctx context.Context, actor model.Actor, signIn bool, f ContainerFilter, p model.Page) ([]ContainerRow, error) {
	const op = "store.FindContainers"
	o, ok := orders[f.Order]
	if !ok {
		return nil, errs.E(op, errs.Invalid, "There is no order %q.", f.Order)
	}
	after, err := o.after(p.After)
	if err != nil {
		return nil, err
	}
	found, args, err := t.foundContainers(ctx, actor, signIn, f, o, after, p.Size()+1)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, op, o.scan, found+"SELECT "+containerColumns+`, found.place
	  FROM (SELECT id, place FROM found `+o.by("place", "id")+` LIMIT :limit) found
	 CROSS JOIN containers k ON k.id = found.id JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	 `+o.by("found.place", "found.id"), args...)
}

// foundContainers gives the head of a query, which defines the table found (containers and
// their places in the order), and the query's parameters. If a condition leaves only a few
// containers, these are taken and sorted; otherwise the index of the order is walked, once
// through what is public and once through what else the actor may see.
func (t *Tx) foundContainers(ctx context.Context, actor model.Actor, signIn bool, f ContainerFilter, o order, after []any, limit int) (string, []any, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return "", nil, err
	}
	few, err := t.fewContainers(ctx, f)
	if err != nil {
		return "", nil, err
	}
	found := ""
	switch {
	case f.Collection != 0:
		found = o.part(len(f.Words), "k", "k.collection_id = :collection")
	case few != nil:
		found = o.part(len(f.Words), "k", "k.id IN (SELECT value FROM json_each(:few)) AND "+visible)
	default:
		if few, err = t.idsIfFew(ctx, maxOwn, `SELECT k.id FROM containers k
		  WHERE k.collection_id IN (SELECT value FROM json_each(:own)) AND +k.public = 0 LIMIT :limit`, args...); err != nil {
			return "", nil, err
		}
		found = o.walk(len(f.Words), few != nil)
	}
	args = append(append(args, f.args()...), after...)
	return "WITH found (id, place) AS (" + found + ") ", append(args, sql.Named("few", list(few)), sql.Named("limit", limit)), nil
}

// walk finds containers by a number of words, in the order of an index. few says that the
// private ones that the actor may see are known, as the parameter :few.
func (o order) walk(words int, few bool) string {
	indexed := "k INDEXED BY " + o.index
	own := o.part(words, indexed, "k.public = 0 AND k.collection_id IN (SELECT value FROM json_each(:own))")
	if few {
		own = o.part(words, "k", "k.id IN (SELECT value FROM json_each(:few))")
	}
	return "SELECT * FROM (" + o.part(words, indexed, ":open AND k.public = 1") + ")" +
		" UNION ALL SELECT * FROM (" + o.part(words, indexed, ":all AND k.public = 0") + ")" +
		" UNION ALL SELECT * FROM (" + own + ")"
}

// part finds the containers that meet a condition besides those that all lists share. k is
// their alias in the query, with the index that is to be walked, if one is.
func (o order) part(words int, k, condition string) string {
	return "SELECT k.id, " + o.column + " AS place FROM containers " + k + `
	  CROSS JOIN collections c ON c.id = k.collection_id CROSS JOIN names n ON n.id = c.namespace_id
	 WHERE ` + condition + " AND (:begin OR (" + o.column + ", k.id) " + o.follows() + " (:place, :id)) AND " + chosen(words) +
		o.by(o.column, "k.id") + " LIMIT :limit"
}

func (o order) follows() string {
	if o.descending {
		return "<"
	}
	return ">"
}

func (o order) by(place, id string) string {
	if o.descending {
		return " ORDER BY " + place + " DESC, " + id + " DESC"
	}
	return " ORDER BY " + place + ", " + id
}

// after gives the parameters by which a list goes on after a cursor: "name/7", "20261123/7".
func (o order) after(cursor string) ([]any, error) {
	place, number := cutLast(cursor, '/')
	id, err := strconv.ParseInt(number, 10, 64)
	from := any(place)
	if err == nil && o.descending {
		from, err = strconv.ParseInt(place, 10, 64)
	}
	if err != nil && cursor != "" {
		return nil, errs.E("store.after", errs.Invalid, "The list cannot go on from %q; begin it anew.", cursor)
	}
	return []any{sql.Named("begin", cursor == ""), sql.Named("place", from), sql.Named("id", id)}, nil
}

func (o order) scan(row scanner) (ContainerRow, error) {
	var place any
	k, err := scanContainerAnd(row, &place)
	return ContainerRow{k, fmt.Sprintf("%v/%d", place, k.ID)}, err
}

// cutLast cuts a text around the last separator; without one, all of it comes before.
func cutLast(s string, separator byte) (before, after string) {
	if i := strings.LastIndexByte(s, separator); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// chosen is the condition of a filter on a container k in c and n; its parameters are
// those of args.
func chosen(words int) string {
	return live + " AND " + anyWord(words, "k.name") + " AND " + everyWord(words, "iif(:begins, k.name, n.name || '/' || c.name || '/' || k.name)") + chosenOtherwise
}

// chosenOtherwise is the part of chosen that is about anything but words.
const chosenOtherwise = `
   AND (:namespace = '' OR n.name = :namespace)
   AND (NOT :tagged OR EXISTS (SELECT 1 FROM tags g WHERE g.container_id = k.id))
   AND (:starred = 0 OR EXISTS (SELECT 1 FROM stars s WHERE s.user_id = :starred AND s.container_id = k.id))
   AND (:arch = '' AND :key = '' AND NOT :signed OR EXISTS (SELECT 1 FROM images i
         WHERE i.container_id = k.id AND i.loose_since = 0 AND i.deleted_at = 0 AND (:arch = '' OR i.arch = :arch)
           AND (:key = '' OR EXISTS (SELECT 1 FROM image_labels l WHERE l.image_id = i.id AND l.key = :key AND :value IN ('', l.value)))
           AND (NOT :signed OR EXISTS (SELECT 1 FROM signers s WHERE s.digest = i.content))))`

func (f ContainerFilter) args() []any {
	return append(patterns(f.Words), sql.Named("collection", f.Collection),
		sql.Named("namespace", f.Namespace), sql.Named("starred", f.StarredBy), sql.Named("tagged", f.Tagged), sql.Named("arch", f.Arch),
		sql.Named("key", f.Key), sql.Named("value", f.Value), sql.Named("signed", f.Signed))
}

// fewContainers gives a short list of containers that holds all those a filter chooses, if
// one of its conditions alone leaves few; nil if none does.
func (t *Tx) fewContainers(ctx context.Context, f ContainerFilter) ([]int64, error) {
	if f.Collection != 0 {
		return nil, nil
	}
	if f.Key != "" && f.Value != "" {
		if ids, err := t.fewLabelled(ctx, f.Key, f.Value); ids != nil || err != nil {
			return ids, err
		}
	}
	for _, c := range []struct {
		asked bool // whether the filter has this condition
		text  string
		args  []any
	}{
		{f.StarredBy != 0, "SELECT container_id FROM stars WHERE user_id = ? LIMIT :limit", []any{f.StarredBy}},
		{nameQuery(f.Words) != "", "SELECT rowid FROM search_containers(?) LIMIT :limit", []any{nameQuery(f.Words)}},
		{f.begin() != "", "SELECT id FROM containers WHERE public IN (0, 1) AND name >= ?1 AND name < ?1 || char(0x10ffff) LIMIT :limit", []any{f.begin()}},
		{f.Signed, "SELECT DISTINCT h.container_id FROM signers s CROSS JOIN container_blobs h ON h.digest = s.digest LIMIT :limit", nil},
		{f.Arch != "", "SELECT DISTINCT container_id FROM images WHERE arch = ? AND arch <> '' LIMIT :limit", []any{f.Arch}},
		{f.Namespace != "", `SELECT k.id FROM names n CROSS JOIN collections c ON c.namespace_id = n.id CROSS JOIN containers k ON k.collection_id = c.id
		   WHERE n.name = ? LIMIT :limit`, []any{f.Namespace}},
	} {
		if !c.asked {
			continue
		}
		ids, err := t.idsIfFew(ctx, maxFew, c.text, c.args...)
		if ids != nil || err != nil {
			return ids, err
		}
	}
	return nil, nil
}

// fewLabelled gives the containers with a label, if they are few. A label that is in many
// collections is in many containers; that is found out first, as it takes no reading of images.
func (t *Tx) fewLabelled(ctx context.Context, key, value string) ([]int64, error) {
	collections, err := t.idsIfFew(ctx, maxFew, `SELECT x.collection_id FROM labels l CROSS JOIN collection_labels x ON x.label_id = l.id
	  WHERE l.key = ? AND l.value = ? LIMIT :limit`, key, value)
	if collections == nil || err != nil {
		return nil, err
	}
	return t.idsIfFew(ctx, maxFew, `SELECT DISTINCT i.container_id FROM image_labels l JOIN images i ON i.id = l.image_id
	  WHERE l.key = ? AND l.value = ? LIMIT :limit`, key, value)
}

// begin is the first word, if all words are too short for the index of names: then names
// have to begin with it.
func (f ContainerFilter) begin() string {
	if len(f.Words) == 0 || nameQuery(f.Words) != "" {
		return ""
	}
	return f.Words[0]
}

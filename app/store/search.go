package store

import (
	"context"
	"database/sql"

	"sregistry/app/model"
)

// What follows finds things by words, the newest first. An index of words gives the rows
// that may be meant, from the last one backwards, and each is looked at: whether it is
// meant, and whether the actor may see it; so the reading stops when the page is full.
// A cursor is the row id of the last that was given.

// Found is one thing that was found, and the cursor that stands for it.
type Found[T any] struct {
	Thing T
	ID    int64
}

// maxID is before every row, when they are read backwards.
const maxID = 1<<63 - 1

// search runs a query with the parameters of viewer and patterns, :match, :namespace,
// :after and :limit.
func search[T any](ctx context.Context, t *Tx, op string, s Search, match string, scan func(scanner) (Found[T], error), text string) ([]Found[T], error) {
	args, err := t.viewer(ctx, s.Actor, s.SignIn)
	if err != nil {
		return nil, err
	}
	after := s.After
	if after == 0 {
		after = maxID
	}
	return all(ctx, t, op, scan, text, append(append(args, patterns(s.Words)...),
		sql.Named("match", match), sql.Named("namespace", s.Namespace), sql.Named("after", after), sql.Named("limit", s.Limit))...)
}

// searchTexts is search in an index of texts: first for whole words, which is quick
// however common they are, then for what only begins so. The cursors of the latter are
// below zero.
func searchTexts[T any](ctx context.Context, t *Tx, op string, s Search, scan func(scanner) (Found[T], error), text string) (found []Found[T], err error) {
	whole, begun := textQuery(s.Words)
	if whole == "" {
		return nil, nil
	}
	if s.After >= 0 {
		found, err = search(ctx, t, op, s, whole, scan, text)
		s.After = 0
	}
	if s.Limit -= len(found); err != nil || s.Limit <= 0 || begun == "" {
		return found, err
	}
	s.After = -s.After
	rest, err := search(ctx, t, op, s, begun, scan, text)
	for _, f := range rest {
		f.ID = -f.ID
		found = append(found, f)
	}
	return found, err
}

// Search is what somebody searches for.
type Search struct {
	Actor     model.Actor
	SignIn    bool     // the site shows nothing to anonymous callers
	Words     []string // at least one; see Words
	Namespace string   // empty is any
	After     int64
	Limit     int
}

// FindCollections finds collections by their names and descriptions.
func (t *Tx) FindCollections(ctx context.Context, s Search) ([]Found[model.Collection], error) {
	match := nameQuery(s.Words)
	from := "search_collections(:match) s CROSS JOIN collections c ON c.id = s.rowid"
	if match == "" {
		from = "(SELECT :match) CROSS JOIN collections c"
	}
	return search(ctx, t, "store.FindCollections", s, match, func(row scanner) (Found[model.Collection], error) {
		c, err := scanCollection(row)
		return Found[model.Collection]{c, c.ID}, err
	}, "SELECT "+collectionColumns+" FROM "+from+` JOIN names n ON n.id = c.namespace_id
	 WHERE c.id < :after AND (:namespace = '' OR n.name = :namespace) AND `+visible+` AND `+shown+`
	   AND `+everyWord(len(s.Words), "iif(:begins, c.name, n.name || '/' || c.name || ' ' || c.description)")+`
	 ORDER BY c.id DESC LIMIT :limit`)
}

// FindTags finds tags of whose full names every word is a part, and of whose own at least
// one.
func (t *Tx) FindTags(ctx context.Context, s Search) ([]Found[model.FoundTag], error) {
	match := nameQuery(s.Words)
	if match == "" {
		return nil, nil // too many would have to be looked at
	}
	return search(ctx, t, "store.FindTags", s, match, func(row scanner) (Found[model.FoundTag], error) {
		var f Found[model.FoundTag]
		k := &f.Thing.Container
		return f, row.Scan(&f.ID, &k.Namespace, &k.Name, &k.Container, &f.Thing.Tag)
	}, `SELECT g.id, n.name, c.name, k.name, g.name FROM search_tags(:match) s
	  CROSS JOIN tags g ON g.id = s.rowid JOIN containers k ON k.id = g.container_id AND k.deleted_at = 0
	  JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	 WHERE s.rowid < :after AND (:namespace = '' OR n.name = :namespace) AND g.subject = '' AND `+visible+` AND NOT :begins
	   AND `+anyWord(len(s.Words), "g.name")+" AND "+everyWord(len(s.Words), "n.name || '/' || c.name || '/' || k.name || ':' || g.name")+`
	 ORDER BY s.rowid DESC LIMIT :limit`)
}

// FindLabels finds labels with words in their keys or values, whole ones first.
func (t *Tx) FindLabels(ctx context.Context, s Search) ([]Found[model.LabelCount], error) {
	if s.Namespace != "" {
		return nil, nil
	}
	return searchTexts(ctx, t, "store.FindLabels", s, func(row scanner) (Found[model.LabelCount], error) {
		var f Found[model.LabelCount]
		return f, row.Scan(&f.ID, &f.Thing.Key, &f.Thing.Value, &f.Thing.Images)
	}, "SELECT l.id, l.key, l.value, "+visibleImages+` FROM search_labels(:match) s CROSS JOIN labels l ON l.id = s.rowid
	 WHERE s.rowid < :after AND `+visibleLabel+" ORDER BY s.rowid DESC LIMIT :limit")
}

// FindDefinitions finds images with words in their definition files, whole ones first.
func (t *Tx) FindDefinitions(ctx context.Context, s Search) ([]Found[model.FoundDefinition], error) {
	return searchTexts(ctx, t, "store.FindDefinitions", s, func(row scanner) (Found[model.FoundDefinition], error) {
		var f Found[model.FoundDefinition]
		k := &f.Thing.Container
		return f, row.Scan(&f.ID, &k.Namespace, &k.Name, &k.Container, &f.Thing.Tag, &f.Thing.Text)
	}, `SELECT i.id, n.name, c.name, k.name, g.name, coalesce((SELECT substr(json_extract(r.report, '$.definition'), 1, 16384)
	       FROM reports r WHERE r.digest = i.content), '')
	  FROM search_definitions(:match) s CROSS JOIN images i ON i.id = s.rowid CROSS JOIN containers k ON k.id = i.container_id
	 CROSS JOIN collections c ON c.id = k.collection_id CROSS JOIN names n ON n.id = c.namespace_id
	 CROSS JOIN tags g ON g.id = (SELECT x.tag_id FROM tag_images x WHERE x.image_id = i.id ORDER BY x.tag_id DESC LIMIT 1)
	 WHERE s.rowid < :after AND i.deleted_at = 0 AND (:namespace = '' OR n.name = :namespace) AND `+visible+`
	 ORDER BY s.rowid DESC LIMIT :limit`)
}

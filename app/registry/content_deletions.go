package registry

import (
	"context"
	"slices"
	"strconv"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// DeletionFilter chooses a place: a collection, a container, or, where both are the zero
// path, everywhere that the actor is an owner.
type DeletionFilter struct {
	Collection, Container ref.Path
}

// Deletions lists what can be brought back, newest first, of what is the actor's as an
// owner. Errors: NotFound, Forbidden, Unauthenticated, Invalid for a bad cursor.
func (s *Service) Deletions(ctx context.Context, actor model.Actor, f DeletionFilter, p model.Page) (list []model.Deletion, next string, err error) {
	const op = "registry.Deletions"
	if actor.IsAnonymous() {
		return nil, "", errs.E(op, errs.Unauthenticated, "Sign in to see what you can bring back.")
	}
	if _, err := p.AfterID(); err != nil { // before anything is asked of the database
		return nil, "", errs.Wrap(op, err)
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		collection, container, err := s.deletionPlace(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		list, next, err = s.deletionsOf(ctx, tx, actor, collection, container, p)
		return err
	})
	return list, next, errs.Wrap(op, err)
}

// deletionsOf lists a part of what can be restored of a collection or a container or, where
// both are 0, of all that is the actor's.
func (s *Service) deletionsOf(ctx context.Context, tx *store.Tx, actor model.Actor, collection, container int64, p model.Page) (list []model.Deletion, next string, err error) {
	before, err := p.AfterID()
	if err != nil {
		return nil, "", err
	}
	rows, err := tx.Deletions(ctx, actor, collection, container, before, p)
	for _, row := range rows {
		row.Until = row.At.Add(s.Settings().Grace)
		list = append(list, row.Deletion)
	}
	list, next = model.Cut(p, list, func(d model.Deletion) string { return model.CursorOf(d.ID) })
	return list, next, err
}

// deletionPlace gives the row ids of what a filter names, to its owners.
func (s *Service) deletionPlace(ctx context.Context, tx *store.Tx, actor model.Actor, f DeletionFilter) (collection, container int64, err error) {
	if f.Container != (ref.Path{}) {
		p, err := s.container(ctx, tx, actor, f.Container)
		if err != nil {
			return 0, 0, err
		}
		p.Frozen = false // reading changes nothing
		return p.Collection, p.Container, s.allow(actor, access.Delete, p)
	}
	if f.Collection != (ref.Path{}) {
		c, err := s.collection(ctx, tx, actor, f.Collection)
		if err != nil {
			return 0, 0, err
		}
		return c.ID, 0, s.allowCollection(actor, access.Delete, c)
	}
	return 0, 0, nil
}

// Restore brings back what was deleted or moved, by its number. A tag names again what it
// named, and an image gets those of its tags back that nobody took meanwhile. Whoever may
// delete there may. Errors: NotFound, Conflict if the name was taken meanwhile or nothing
// is left, Frozen, Forbidden, Unauthenticated.
func (s *Service) Restore(ctx context.Context, actor model.Actor, id int64) (model.RestoreResult, error) {
	const op = "registry.Restore"
	var done model.RestoreResult
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		d, err := s.deletion(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		p := store.Place{Collection: d.Collection, Role: d.Role, Container: d.Container, Frozen: d.Frozen, ContainerOf: d.ContainerName}
		done.Name = d.Name
		switch d.Kind {
		case model.DeletedCollection:
			err = tx.RestoreCollection(ctx, d.Collection, d.CollectionName)
		case model.DeletedContainer:
			if err = tx.RestoreContainer(ctx, d.Container, d.ContainerName); err == nil {
				err = s.allowTagged(ctx, tx, p)
			}
		case model.DeletedImage:
			done.Tags, done.Taken, err = s.restoreImage(ctx, tx, actor, p, d)
		default:
			err = s.restoreTag(ctx, tx, actor, p, d)
		}
		if err != nil {
			return err
		}
		if err := tx.Record(ctx, actor.Did(model.Restored, deletionTarget(d), "kind", string(d.Kind)).In(d.Collection)); err != nil {
			return err
		}
		return tx.RemoveDeletion(ctx, id)
	})
	return done, errs.Wrap(op, err)
}

// deletion finds what may be undone by somebody. A number must tell nobody else that there
// was something, or what it was called.
func (s *Service) deletion(ctx context.Context, tx *store.Tx, actor model.Actor, id int64) (store.DeletionRow, error) {
	const op = "registry.deletion"
	unknown := hidden(op, actor, access.Delete, "deleted item "+strconv.FormatInt(id, 10))
	d, err := tx.Deletion(ctx, id, actor.UserID)
	if errs.Is(err, errs.NotFound) {
		return d, unknown
	}
	if err != nil {
		return d, err
	}
	t := access.Target{Exists: true, Collection: d.Collection, Role: d.Role, Frozen: d.Frozen}
	switch decision := access.Can(actor, access.Delete, t); decision {
	case access.Allow:
		return d, nil
	case access.Narrow, access.Frozen:
		return d, verdict(op, actor, access.Delete, decision, d.Name)
	}
	return d, unknown
}

// deletionTarget is what events call a thing that was deleted.
func deletionTarget(d store.DeletionRow) string {
	switch d.Kind {
	case model.DeletedCollection:
		return d.CollectionName.Full()
	case model.MovedTag, model.DeletedTag:
		return d.ContainerName.Full() + ":" + d.Tag
	}
	return d.ContainerName.Full()
}

// restoreImage brings an image back, and tells which of its tags name it again and which
// do not.
func (s *Service) restoreImage(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, d store.DeletionRow) (tags, taken []string, err error) {
	if err := tx.RestoreImage(ctx, d.Image); err != nil {
		return nil, nil, err
	}
	i, err := tx.Image(ctx, d.Image)
	if err != nil {
		return nil, nil, err
	}
	if err := s.enforceSigningPolicy(ctx, tx, p, i, false); err != nil {
		return nil, nil, err
	}
	if err := s.relinkIndex(ctx, tx, p, i); err != nil {
		return nil, nil, err
	}
	members, err := tx.DeletionMembers(ctx, d.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range members {
		free, err := canRestoreTag(ctx, tx, p, m)
		if err != nil {
			return nil, nil, err
		}
		own := ref.SignatureSubject(m.Tag) != "" // goes without saying, as it went
		if !free && !own {
			taken = append(taken, m.Tag)
		}
		if !free {
			continue
		}
		i, err := tx.Image(ctx, m.Image)
		if err != nil {
			return nil, nil, err
		}
		err = s.setTag(ctx, tx, actor, p, m.Tag, i)
		if own && errs.Is(err, errs.Forbidden) { // a signing policy keeps the tag of a signature away
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if !own {
			tags = append(tags, m.Tag)
		}
	}
	return slices.Compact(tags), slices.Compact(taken), tx.TouchContainer(ctx, p)
}

// relinkIndex holds an index that is restored to what it names: that may have been deleted
// meanwhile, even for good.
func (s *Service) relinkIndex(ctx context.Context, tx *store.Tx, p store.Place, i model.Image) error {
	const op = "registry.relinkIndex"
	m, err := readManifest(ctx, tx, i)
	if err != nil || !m.IsIndex {
		return err
	}
	d := imageInfo{manifest: m, NewImage: store.NewImage{Container: p.Container}}
	err = s.resolveChildren(ctx, tx, p, &d)
	if errs.Is(err, errs.BlobUnknown) {
		return errs.Because(op, errs.Conflict, err, "This index names images that were deleted too. Restore those first, or push the index again.")
	}
	if err != nil {
		return err
	}
	return tx.Relink(ctx, i.ID, d.NewImage)
}

// canRestoreTag reports whether a tag can name an image again without anything being taken from it.
func canRestoreTag(ctx context.Context, tx *store.Tx, p store.Place, m store.TagMember) (bool, error) {
	row, err := tx.Tag(ctx, p.Container, m.Tag)
	if errs.Is(err, errs.NotFound) {
		return true, nil
	}
	if err != nil || row.Frozen {
		return false, err
	}
	present, err := tx.TagMembers(ctx, p.Container, m.Tag)
	return !slices.ContainsFunc(present, func(o store.TagMember) bool {
		return o.Arch == m.Arch || o.Arch == "" || m.Arch == ""
	}), err
}

// restoreTag makes a tag name again what it named. For one that was deleted that must not
// take it from what it names now.
func (s *Service) restoreTag(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, d store.DeletionRow) error {
	const op = "registry.restoreTag"
	if err := s.allowTag(ctx, tx, actor, access.Delete, p, d.Tag); err != nil {
		return err
	}
	members, err := tx.DeletionMembers(ctx, d.ID)
	if err != nil {
		return err
	}
	if len(members) == 0 {
		return errs.E(op, errs.Conflict, "What %s named was itself deleted; bring that back first, if it is still there.", d.Name)
	}
	present, err := tx.TagMembers(ctx, p.Container, d.Tag)
	if err != nil {
		return err
	}
	if d.Kind == model.DeletedTag && slices.ContainsFunc(present, func(m store.TagMember) bool { return !slices.Contains(members, m) }) {
		return errs.E(op, errs.Conflict, "%s was given to another image meanwhile; delete that tag first, which can be undone too.", d.Name)
	}
	for _, m := range members {
		i, err := tx.Image(ctx, m.Image)
		if err != nil {
			return err
		}
		if err := s.enforceSigningPolicy(ctx, tx, p, i, true); err != nil {
			return err
		}
	}
	_, err = recordMove(ctx, tx, actor, p, model.MovedTag, d.Tag, func() error {
		row, err := tx.RestoreTag(ctx, p.Container, d.Tag, members)
		if err != nil {
			return err
		}
		return s.reindex(ctx, tx, p, row)
	})
	if err != nil {
		return err
	}
	return tx.TouchContainer(ctx, p)
}

// recordMove runs what changes a tag, and notes what it named before if it does not any more.
// It gives the number to undo that by, or 0.
func recordMove(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, kind model.DeletionKind, tag string, change func() error) (int64, error) {
	before, err := tx.TagMembers(ctx, p.Container, tag)
	if err != nil {
		return 0, err
	}
	if err := change(); err != nil || len(before) == 0 {
		return 0, err
	}
	after, err := tx.TagMembers(ctx, p.Container, tag)
	if err != nil {
		return 0, err
	}
	if !slices.ContainsFunc(before, func(m store.TagMember) bool { return !slices.Contains(after, m) }) {
		return 0, nil
	}
	return tx.AddDeletion(ctx, store.NewDeletion{Kind: kind, Collection: p.Collection, Container: p.Container, Name: tag,
		By: actor.UserID, Named: before})
}

// Purge removes for good, now, what could still be brought back by a number, so that it
// does not use storage any longer. Of a tag it forgets what the tag named; the images stay
// as long as they would have. Whoever may delete there may. Errors: those of Restore.
func (s *Service) Purge(ctx context.Context, actor model.Actor, id int64) error {
	const op = "registry.Purge"
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		d, err := s.deletion(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		switch d.Kind {
		case model.DeletedCollection:
			err = tx.ExpireCollection(ctx, d.Collection)
		case model.DeletedContainer:
			err = tx.ExpireContainer(ctx, d.Container)
		case model.DeletedImage:
			err = tx.ExpireImage(ctx, d.Image)
		}
		if err != nil {
			return err
		}
		if err := tx.Record(ctx, actor.Did(model.Purged, deletionTarget(d), "kind", string(d.Kind)).In(d.Collection)); err != nil {
			return err
		}
		return tx.RemoveDeletion(ctx, id)
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	// What was marked goes as it would in time, in small transactions.
	var done SweepResult
	for _, step := range []func(context.Context, *SweepResult) error{s.Keeper.sweepImages, s.Keeper.sweepDeleted, s.Keeper.sweepBlobs} {
		if err := step(ctx, &done); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return nil
}

package store

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// Place is a container as far as permission and pushes need to know it. The zero ids say
// what does not exist yet.
type Place struct {
	Collection  int64
	Public      bool
	Role        model.Role // the user's
	Container   int64
	Frozen      bool // the whole container
	ContainerOf ref.Container
}

// Place finds a container and its collection, and the role that a user has there. What
// does not exist has a zero id, and is not an error.
func (t *Tx) Place(ctx context.Context, name ref.Container, user int64) (Place, error) {
	p, err := one(ctx, t, "store.Place", func(row scanner) (Place, error) {
		p := Place{ContainerOf: name}
		return p, row.Scan(&p.Collection, &p.Public, &p.Role, &p.Container, &p.Frozen)
	}, "SELECT c.id, c.public, "+roleOf+`, coalesce(k.id, 0), coalesce(k.frozen, 0)
	  FROM names n JOIN collections c ON c.namespace_id = n.id
	  LEFT JOIN containers k ON k.collection_id = c.id AND k.name = ?4
	 WHERE n.name = ?2 AND c.name = ?3`, user, name.Namespace, name.Name, name.Container)
	if errs.Is(err, errs.NotFound) {
		return Place{ContainerOf: name}, nil
	}
	return p, err
}

// PlaceOf is Place for an image that is known by its row id. Errors: NotFound.
func (t *Tx) PlaceOf(ctx context.Context, image, user int64) (Place, error) {
	return one(ctx, t, "store.PlaceOf", func(row scanner) (Place, error) {
		var p Place
		n := &p.ContainerOf
		return p, row.Scan(&n.Namespace, &n.Name, &n.Container, &p.Collection, &p.Public, &p.Role, &p.Container, &p.Frozen)
	}, "SELECT n.name, c.name, k.name, c.id, c.public, "+roleOf+`, k.id, k.frozen
	  FROM images i JOIN containers k ON k.id = i.container_id JOIN collections c ON c.id = k.collection_id
	  JOIN names n ON n.id = c.namespace_id
	 WHERE i.id = ?2 AND i.deleted_at = 0 AND `+live, user, image)
}

const containerColumns = `k.id, n.name, c.name, k.name, c.public, k.frozen, k.created_at, k.updated_at, k.pulls, k.stars,
  (SELECT count(*) FROM tags g WHERE g.container_id = k.id AND g.subject = '')`

func scanContainer(row scanner) (model.Container, error) { return scanContainerAnd(row) }

// scanContainerAnd reads containerColumns and what stands after them.
func scanContainerAnd(row scanner, more ...any) (model.Container, error) {
	var k model.Container
	var created, updated int64
	dest := []any{&k.ID, &k.Name.Namespace, &k.Name.Name, &k.Name.Container, &k.Public, &k.Frozen, &created, &updated, &k.Pulls, &k.Stars, &k.Tags}
	err := row.Scan(append(dest, more...)...)
	k.Created, k.Updated = fromUnix(created), fromUnix(updated)
	return k, err
}

// Container gives a container by its row id. Errors: NotFound.
func (t *Tx) Container(ctx context.Context, id int64) (model.Container, error) {
	return one(ctx, t, "store.Container", scanContainer, "SELECT "+containerColumns+` FROM containers k
	  JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id WHERE k.id = ? AND `+live, id)
}

// Containers gives those of a collection by name, one more than the page holds.
func (t *Tx) Containers(ctx context.Context, collection int64, p model.Page) ([]model.Container, error) {
	return all(ctx, t, "store.Containers", scanContainer, "SELECT "+containerColumns+` FROM containers k
	  JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	 WHERE k.collection_id = ? AND k.deleted_at = 0 AND k.name > ? ORDER BY k.name LIMIT ?`, collection, p.After, p.Size()+1)
}

// EnsureContainer gives the row id of a container in a collection, made if it is new.
func (t *Tx) EnsureContainer(ctx context.Context, collection int64, name string) (int64, error) {
	return one(ctx, t, "store.EnsureContainer", value[int64], `INSERT INTO containers (collection_id, name, created_at, updated_at)
	  VALUES (?1, ?2, ?3, ?3) ON CONFLICT (collection_id, name) DO UPDATE SET name = excluded.name RETURNING id`,
		collection, name, unix(t.Now))
}

// TouchContainer notes that a container, and so its collection, has changed.
func (t *Tx) TouchContainer(ctx context.Context, p Place) error {
	const op = "store.TouchContainer"
	if err := t.run(ctx, op, "UPDATE containers SET updated_at = ? WHERE id = ?", unix(t.Now), p.Container); err != nil {
		return err
	}
	return t.run(ctx, op, "UPDATE collections SET updated_at = ? WHERE id = ?", unix(t.Now), p.Collection)
}

// FreezeContainer freezes or thaws a whole container.
func (t *Tx) FreezeContainer(ctx context.Context, container int64, frozen bool) error {
	return t.run(ctx, "store.FreezeContainer", "UPDATE containers SET frozen = ? WHERE id = ?", frozen, container)
}

// HasFrozenTag reports whether any tag of a container is frozen.
func (t *Tx) HasFrozenTag(ctx context.Context, container int64) (bool, error) {
	return one(ctx, t, "store.HasFrozenTag", value[bool],
		"SELECT EXISTS (SELECT 1 FROM tags WHERE container_id = ? AND frozen = 1)", container)
}

// DeleteContainer hides a container with all that is in it, and frees its name. The
// sweeper removes it for good after the grace period.
func (t *Tx) DeleteContainer(ctx context.Context, container int64) error {
	const op = "store.DeleteContainer"
	if err := t.run(ctx, op, "UPDATE images SET deleted_at = ?2 WHERE container_id = ?1 AND deleted_at = 0", container, unix(t.Now)); err != nil {
		return err
	}
	return t.run(ctx, op, "UPDATE containers SET deleted_at = ?2, name = name || '~' || id WHERE id = ?1", container, unix(t.Now))
}

// notAlone is the condition that an image was not deleted by itself.
const notAlone = "NOT EXISTS (SELECT 1 FROM deletions d WHERE d.image_id = images.id)"

// RestoreContainer brings a container back under its name. Errors: Conflict if that was
// taken meanwhile.
func (t *Tx) RestoreContainer(ctx context.Context, id int64, name ref.Container) error {
	const op = "store.RestoreContainer"
	if err := t.run(ctx, op, `UPDATE images SET deleted_at = 0 WHERE container_id = ?
	    AND deleted_at = (SELECT k.deleted_at FROM containers k WHERE k.id = container_id) AND `+notAlone, id); err != nil {
		return err
	}
	err := t.run(ctx, op, "UPDATE containers SET deleted_at = 0, name = ? WHERE id = ?", name.Container, id)
	if errs.Is(err, errs.Conflict) {
		return errs.E(op, errs.Conflict, "There is another container %s now; delete it first, or leave this one.", name)
	}
	return err
}

// HasFrozen reports whether a container of a collection, or a tag in it, is frozen.
func (t *Tx) HasFrozen(ctx context.Context, collection int64) (bool, error) {
	return one(ctx, t, "store.HasFrozen", value[bool], `SELECT EXISTS (SELECT 1 FROM containers k WHERE k.collection_id = ?1 AND k.deleted_at = 0
	  AND (k.frozen = 1 OR EXISTS (SELECT 1 FROM tags g WHERE g.container_id = k.id AND g.frozen = 1)))`, collection)
}

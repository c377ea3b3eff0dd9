package store

import (
	"context"
	"database/sql"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// collectionColumns are the columns of a collection c in the namespace n; the role is that
// of the user ?1.
const collectionColumns = `c.id, n.name, c.name, c.public, c.description, c.created_at, c.updated_at, c.containers,
  ` + roleOf + `,
  coalesce((SELECT group_concat(s.fingerprint) FROM collection_signers s WHERE s.collection_id = c.id), '')`

func scanCollection(row scanner) (model.Collection, error) {
	var c model.Collection
	var created, updated int64
	var signers string
	err := row.Scan(&c.ID, &c.Name.Namespace, &c.Name.Name, &c.Public, &c.Description, &created, &updated, &c.Containers, &c.Role, &signers)
	c.Created, c.Updated, c.TrustedKeys = fromUnix(created), fromUnix(updated), fingerprints(signers)
	return c, err
}

// Collection gives a collection, with the role that a user has in it. Errors: NotFound.
func (t *Tx) Collection(ctx context.Context, name ref.Collection, user int64) (model.Collection, error) {
	return one(ctx, t, "store.Collection", scanCollection,
		"SELECT "+collectionColumns+` FROM names n JOIN collections c ON c.namespace_id = n.id
		  WHERE n.name = :namespace AND c.name = :name`,
		sql.Named("user", user), sql.Named("namespace", name.Namespace), sql.Named("name", name.Name))
}

// Collections gives what an actor may see, by full name, one more than the page holds.
func (t *Tx) Collections(ctx context.Context, actor model.Actor, signIn bool, p model.Page) ([]model.Collection, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	namespace, name, _ := strings.Cut(p.After, "/")
	return all(ctx, t, "store.Collections", scanCollection,
		"SELECT "+collectionColumns+` FROM names n INDEXED BY namespaces CROSS JOIN collections c ON c.namespace_id = n.id
		  WHERE n.kind <> 'collection' AND n.name >= :namespace AND c.name >= iif(n.name = :namespace, :name, '') AND (n.name, c.name) <> (:namespace, :name)
		    AND `+visible+` AND `+shown+`
		  ORDER BY n.name, c.name LIMIT :limit`,
		append(args, sql.Named("namespace", namespace), sql.Named("name", name), sql.Named("limit", p.Size()+1))...)
}

// AddCollection makes a collection in a namespace, with an owner if one is given (not 0).
// Errors: NotFound for the namespace, Conflict if the name is taken.
func (t *Tx) AddCollection(ctx context.Context, name ref.Collection, public bool, description string, owner int64) (int64, error) {
	const op = "store.AddCollection"
	namespace, _, err := t.NamespaceOf(ctx, name.Namespace, owner)
	if err != nil {
		return 0, err
	}
	if name.Namespace == ref.Library {
		if _, err := t.addName(ctx, name.Name, collectionName); err != nil {
			return 0, err
		}
	}
	id, err := one(ctx, t, op, value[int64], `INSERT INTO collections (namespace_id, name, public, description, created_at, updated_at)
	  VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING id`, namespace, name.Name, public, description, unix(t.Now))
	if errs.Is(err, errs.Conflict) {
		return 0, errs.E(op, errs.Conflict, "The collection %s exists already.", name)
	}
	if err != nil || owner == 0 {
		return id, err
	}
	return id, t.run(ctx, op, "INSERT INTO collection_users (collection_id, user_id, role) VALUES (?, ?, ?)", id, owner, model.Owner)
}

// ChangeCollection sets what may change of a collection.
func (t *Tx) ChangeCollection(ctx context.Context, id int64, public bool, description string) error {
	return t.run(ctx, "store.ChangeCollection", "UPDATE collections SET public = ?, description = ?, updated_at = ? WHERE id = ?",
		public, description, unix(t.Now), id)
}

// DeleteCollection hides a collection with all that is in it, and frees its name. The
// sweeper removes it for good after the grace period.
func (t *Tx) DeleteCollection(ctx context.Context, c model.Collection) error {
	const op = "store.DeleteCollection"
	if err := t.run(ctx, op, `UPDATE images SET deleted_at = ?2 WHERE deleted_at = 0
	    AND container_id IN (SELECT id FROM containers WHERE collection_id = ?1)`, c.ID, unix(t.Now)); err != nil {
		return err
	}
	if err := t.run(ctx, op, "UPDATE collections SET deleted_at = ?, name = name || '~' || id WHERE id = ?", unix(t.Now), c.ID); err != nil {
		return err
	}
	if c.Name.Namespace != ref.Library {
		return nil
	}
	return t.run(ctx, op, "DELETE FROM names WHERE name = ? AND kind = 'collection'", c.Name.Name)
}

// RestoreCollection brings a collection back under its name. Errors: Conflict if that was
// taken meanwhile.
func (t *Tx) RestoreCollection(ctx context.Context, id int64, name ref.Collection) error {
	const op = "store.RestoreCollection"
	if name.Namespace == ref.Library {
		if _, err := t.addName(ctx, name.Name, collectionName); err != nil {
			return err
		}
	}
	if err := t.run(ctx, op, `UPDATE images SET deleted_at = 0 WHERE container_id IN (SELECT id FROM containers WHERE collection_id = ?1 AND deleted_at = 0)
	    AND deleted_at = (SELECT c.deleted_at FROM collections c WHERE c.id = ?1) AND `+notAlone, id); err != nil {
		return err
	}
	err := t.run(ctx, op, "UPDATE collections SET deleted_at = 0, name = ? WHERE id = ?", name.Name, id)
	if errs.Is(err, errs.Conflict) {
		return errs.E(op, errs.Conflict, "There is another collection %s now; delete it first, or leave this one.", name)
	}
	return err
}

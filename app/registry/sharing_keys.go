package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/pgp"
	"sregistry/app/store"
)

// maxKeysOfUser bounds the keys that one user can add, so that nobody fills the database.
const maxKeysOfUser = 200

// AuthorizeAddKeys reports whether an actor may add public keys, before any are sent or typed.
// Errors: Unauthenticated, Forbidden.
func (s *Service) AuthorizeAddKeys(actor model.Actor) error {
	return keyVerdict("registry.AuthorizeAddKeys", access.CanAddKey(actor, s.Settings().KeysByAdmins))
}

// AddKeys takes the public keys in an armored text. One that is known is merged with what
// was sent of it. Every signed-in user may, for any key, or only admins if the settings
// say so. Signatures by these keys are then judged again, in the background. Errors:
// Unauthenticated, Forbidden, and those of pgp.Parse.
func (s *Service) AddKeys(ctx context.Context, actor model.Actor, armored string) ([]model.Key, error) {
	const op = "registry.AddKeys"
	if err := s.AuthorizeAddKeys(actor); err != nil {
		return nil, errs.Wrap(op, err)
	}
	keys, err := pgp.Parse(armored)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var added []model.Key
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		added = nil
		for _, k := range keys {
			k, err := s.addKey(ctx, tx, actor, k)
			if err != nil {
				return err
			}
			added = append(added, k)
		}
		return nil
	})
	s.Verifier.request()
	return added, errs.Wrap(op, err)
}

func (s *Service) addKey(ctx context.Context, tx *store.Tx, actor model.Actor, k pgp.Key) (model.Key, error) {
	const op = "registry.addKey"
	known, err := tx.Key(ctx, k.Fingerprint)
	switch {
	case err == nil:
		if k, err = pgp.Merge(known.Packets, k.Packets); err != nil {
			return model.Key{}, err
		}
	case !errs.Is(err, errs.NotFound):
		return model.Key{}, err
	case !actor.Admin:
		n, err := tx.CountKeysAddedBy(ctx, actor.UserID)
		if err != nil {
			return model.Key{}, err
		}
		if n >= maxKeysOfUser {
			return model.Key{}, errs.E(op, errs.Forbidden, "You have added %d keys, and may not add more; remove some, or ask an administrator.", n)
		}
	}
	if err := tx.SetKey(ctx, store.KeyRow{Key: k.Key, Packets: k.Packets, AddedBy: actor.UserID}); err != nil {
		return model.Key{}, err
	}
	if err := tx.Record(ctx, actor.Did(model.KeyAdded, k.Fingerprint, "name", k.Name())); err != nil {
		return model.Key{}, err
	}
	return k.Key, tx.ReevaluateSignatures(ctx, k.Fingerprint)
}

// RemoveKey forgets a key. Whoever added it may, and admins. Signatures by it then count as
// by an unknown key. Errors: NotFound, Forbidden, Unauthenticated, Invalid for what is no
// fingerprint.
func (s *Service) RemoveKey(ctx context.Context, actor model.Actor, fingerprint string) error {
	const op = "registry.RemoveKey"
	if actor.IsAnonymous() {
		return keyVerdict(op, access.NeedLogin)
	}
	fingerprint, err := ParseFingerprint(fingerprint)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		k, err := tx.Key(ctx, fingerprint)
		if err != nil {
			return err
		}
		d := access.CanRemoveKey(actor, k.AddedBy)
		if d == access.Refused {
			return errs.E(op, errs.Forbidden, "Somebody else added the key %s; ask him, or an administrator.", fingerprint)
		}
		if err := keyVerdict(op, d); err != nil {
			return err
		}
		if err := tx.ReevaluateSignatures(ctx, fingerprint); err != nil {
			return err
		}
		if err := tx.DeleteKey(ctx, k.ID); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.KeyRemoved, fingerprint, "name", k.Name()))
	})
	s.Verifier.request()
	return errs.Wrap(op, err)
}

// OwnKeys lists the keys that the actor added; to an admin, all. Errors: Unauthenticated,
// Invalid for a bad cursor.
func (s *Service) OwnKeys(ctx context.Context, actor model.Actor, p model.Page) (list []model.Key, next string, err error) {
	const op = "registry.OwnKeys"
	if err := keyVerdict(op, access.CanListKeys(actor, false)); err != nil {
		return nil, "", err
	}
	after, err := p.AfterID()
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	var found []store.KeySize
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if access.CanListKeys(actor, true) == access.Allow {
			found, err = tx.KeysByName(ctx, "", after, p.Size()+1)
		} else {
			found, err = tx.KeysAddedBy(ctx, actor.UserID, after, p.Size()+1)
		}
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	page, _ := model.Cut(p, found, func(k store.KeySize) string { return model.CursorOf(k.ID) })
	rows, err := s.readKeys(ctx, page, false)
	if len(rows) > 0 && len(rows) < len(found) {
		next = model.CursorOf(rows[len(rows)-1].ID)
	}
	for _, k := range rows {
		list = append(list, k.Key)
	}
	return list, next, errs.Wrap(op, err)
}

// keyVerdict is verdict for keys, which belong to no collection.
func keyVerdict(op string, d access.Decision) error {
	switch d {
	case access.Allow:
		return nil
	case access.NeedLogin:
		return errs.E(op, errs.Unauthenticated, "Sign in first: this registry takes and removes keys only for its users, and may show them only to these.")
	case access.Narrow:
		return errs.E(op, errs.Forbidden, "Your token does not reach that far; use one for all collections, with the scope write to add keys and delete to remove them.")
	}
	return errs.E(op, errs.Forbidden, "Only an administrator may do this with keys here.")
}

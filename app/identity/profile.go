package identity

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// maxFullName bounds what people are called, in characters.
const maxFullName = 100

// SetFullName changes what people call the actor; empty is to be called by the name of
// the account. Errors: Invalid, Forbidden for a token that may not manage the account.
func (s *Service) SetFullName(ctx context.Context, actor model.Actor, name string) error {
	const op = "identity.SetFullName"
	if _, err := accountOf(op, actor, ""); err != nil {
		return err
	}
	name, err := cleanFullName(name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.SetFullName(ctx, actor.UserID, name); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.UserRenamed, actor.Name, "to", name))
	}))
}

// cleanFullName holds a full name to the rules.
func cleanFullName(name string) (string, error) {
	const op = "identity.cleanFullName"
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > maxFullName {
		return "", errs.E(op, errs.Invalid, "The full name is too long; write at most %d characters.", maxFullName)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) && r != '\u200d' || r == utf8.RuneError }) {
		return "", errs.E(op, errs.Invalid, "The full name has characters that cannot be seen; leave them out.")
	}
	return name, nil
}

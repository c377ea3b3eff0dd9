package registry

import (
	"context"
	"strings"
	"unicode/utf8"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// MaxReadme bounds what is written about a container, in bytes.
const MaxReadme = 128 << 10

// Readme gives what a container's owners tell about it to whoever may see it; an empty
// one of version 0 if they told nothing yet. Errors: NotFound, Unauthenticated.
func (s *Service) Readme(ctx context.Context, actor model.Actor, path ref.Path) (model.Readme, error) {
	const op = "registry.Readme"
	var r model.Readme
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		r, err = tx.Readme(ctx, p.Container)
		return err
	})
	return r, errs.Wrap(op, err)
}

// CanDescribe reports whether the actor may change what is written about a container.
// Errors: NotFound, Unauthenticated for one that he may not see.
func (s *Service) CanDescribe(ctx context.Context, actor model.Actor, path ref.Path) (bool, error) {
	const op = "registry.CanDescribe"
	may := false
	err := s.readContainer(ctx, actor, access.Read, path, func(_ *store.Tx, p store.Place) error {
		may = access.Can(actor, access.Describe, s.target(p)) == access.Allow
		return nil
	})
	return may, errs.Wrap(op, err)
}

// SetReadme changes what is written about a container, and gives it as it is then; an
// empty text takes it away. The collection's owners may. version is the one that was
// changed: if another has changed it meanwhile, nothing is kept. Errors: Conflict,
// TooLarge, OverQuota, Invalid, NotFound, Forbidden, Unauthenticated.
func (s *Service) SetReadme(ctx context.Context, actor model.Actor, path ref.Path, text string, version int64) (model.Readme, error) {
	const op = "registry.SetReadme"
	text = strings.ReplaceAll(text, "\r\n", "\n") // forms send a text so, whatever was typed
	switch {
	case len(text) > MaxReadme:
		return model.Readme{}, errs.E(op, errs.TooLarge, "The text has %d bytes; %d KiB are allowed.", len(text), MaxReadme>>10)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return model.Readme{}, errs.E(op, errs.Invalid, "The text is not UTF-8; save it as UTF-8 and send it again.")
	}
	var r model.Readme
	err := s.addToContainer(ctx, actor, access.Describe, path, func(tx *store.Tx, p store.Place) (err error) {
		if r, err = tx.Readme(ctx, p.Container); err != nil {
			return err
		}
		if r.Version != version {
			return errs.E(op, errs.Conflict, "Somebody else has changed the text while you wrote; look at it, and save again.")
		}
		if err = tx.SetReadme(ctx, p.Container, actor.UserID, text); err != nil {
			return err
		}
		if err = tx.Record(ctx, actor.Did(model.ReadmeChanged, p.ContainerOf.Full()).In(p.Collection)); err != nil {
			return err
		}
		r, err = tx.Readme(ctx, p.Container)
		return err
	})
	if err != nil {
		return model.Readme{}, errs.Wrap(op, err)
	}
	return r, nil
}

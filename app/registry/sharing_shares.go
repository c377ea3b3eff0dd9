package registry

import (
	"context"
	"strconv"
	"time"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/howto"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// The bounds of a link's life.
const (
	DefaultShareLife = 7 * 24 * time.Hour
	maxShareLife     = 366 * 24 * time.Hour
)

// Share makes a link by which anybody can download one image until it expires; a life of
// 0 is DefaultShareLife. The secret is given this once. Owners may. Errors: NotFound,
// Forbidden, Unauthenticated, Invalid, Unsupported for an image that is not one file.
func (s *Service) Share(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, arch string, life time.Duration) (model.Share, string, error) {
	const op = "registry.Share"
	arch = ref.Arch(arch)
	if life == 0 {
		life = DefaultShareLife
	}
	if life < 0 || life > maxShareLife {
		return model.Share{}, "", errs.E(op, errs.Invalid, "A link lives between a second and a year.")
	}
	secret, hash := newSecret()
	var share model.Share
	err := s.updateContainer(ctx, actor, access.Manage, path, func(tx *store.Tx, p store.Place) error {
		i, err := s.find(ctx, tx, p, r, arch)
		if err != nil {
			return err
		}
		if !i.Kind.IsFile() {
			return errs.E(op, errs.Unsupported, "%s is %s, not an image file, and cannot have a download link.", i.Title(), howto.What(i.Howto()))
		}
		share = model.Share{Image: i.Title(), By: actor.Name, Created: tx.Now, Expires: tx.Now.Add(life)}
		if share.ID, err = tx.AddShare(ctx, i, hash, actor.UserID, share.Expires); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.ShareCreated, fullTitle(i), "share", strconv.FormatInt(share.ID, 10),
			"expires", share.Expires.UTC().Format(time.RFC3339)).In(p.Collection))
	})
	return share, secret, errs.Wrap(op, err)
}

// SharedImage finds the image behind a link's secret. It works for anybody, as long as
// the link lives and whoever made it may still share the image. Errors: NotFound.
func (s *Service) SharedImage(ctx context.Context, secret string) (model.Image, error) {
	const op = "registry.SharedImage"
	var i model.Image
	err := s.db.View(ctx, func(tx *store.Tx) error {
		gone := errs.E(op, errs.NotFound, "This link is not known, was taken back, or has expired; ask for a new one.")
		found, by, err := tx.SharedImage(ctx, hashSecret(secret))
		if errs.Is(err, errs.NotFound) {
			return gone
		}
		if err != nil {
			return err
		}
		maker, err := tx.User(ctx, by)
		if err != nil {
			return err
		}
		p, err := tx.PlaceOf(ctx, found.ID, by)
		if err != nil {
			return err
		}
		actor := model.Actor{UserID: maker.ID, Name: maker.Name, Admin: maker.Admin, Scope: model.ScopeAll}
		if maker.Disabled || s.allow(actor, access.Manage, p) != nil {
			return gone
		}
		i = found
		return nil
	})
	return i, errs.Wrap(op, err)
}

// Shares lists the live links to images of a container, newest first. Owners may ask.
// Errors: NotFound, Forbidden, Unauthenticated, Invalid for a bad cursor.
func (s *Service) Shares(ctx context.Context, actor model.Actor, path ref.Path, p model.Page) (list []model.Share, next string, err error) {
	const op = "registry.Shares"
	before, err := p.AfterID()
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	err = s.readContainer(ctx, actor, access.Manage, path, func(tx *store.Tx, place store.Place) error {
		list, err = tx.Shares(ctx, place.Container, before, p)
		return err
	})
	list, next = model.Cut(p, list, func(s model.Share) string { return model.CursorOf(s.ID) })
	return list, next, errs.Wrap(op, err)
}

// Unshare takes a link back. Owners may. Errors: NotFound, Forbidden, Unauthenticated.
func (s *Service) Unshare(ctx context.Context, actor model.Actor, id int64) error {
	const op = "registry.Unshare"
	return errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		var p store.Place
		image, err := tx.ImageOfShare(ctx, id)
		if err == nil {
			if p, err = tx.PlaceOf(ctx, image, actor.UserID); err == nil {
				err = s.allow(actor, access.Manage, p)
			}
		}
		// The error of allow names the container, which he who guessed a number must not learn.
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Unauthenticated) {
			return hidden(op, actor, access.Manage, "link "+strconv.FormatInt(id, 10))
		}
		if err != nil {
			return err
		}
		if err := tx.DeleteShare(ctx, id); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.ShareRemoved, p.ContainerOf.Full(), "share", strconv.FormatInt(id, 10)).In(p.Collection))
	}))
}

// fullTitle is an image's title with its namespace, as events name it.
func fullTitle(i model.Image) string {
	if i.Tag != "" {
		return i.Container.Full() + ":" + i.Tag
	}
	return i.Container.Full() + "@" + string(i.Known())
}

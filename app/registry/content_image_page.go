package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// ImagePage is what the page of an image shows an actor.
type ImagePage struct {
	Image model.Image
	// Report is the JSON of what is inside it; nil for one that is not a single file.
	Report   []byte
	Contents model.Contents
	Pulls    model.Pulls
	// Public is the collection's visibility, and OpenToAll says that callers without
	// credentials may pull.
	Public, OpenToAll bool
	// CanManage says that the actor may change the image's tags, share and delete it.
	CanManage bool
}

// ImagePage gives the page of the image that a reference names for an architecture, as Image
// finds it, with the pulls of so many days. Errors: NotFound, Unauthenticated, Unavailable if
// there is no memory for it.
func (s *Service) ImagePage(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, arch string, days int) (ImagePage, error) {
	const op = "registry.ImagePage"
	arch = ref.Arch(arch)
	var page ImagePage
	var named []model.Image
	var memory int64
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		page.Public, page.OpenToAll, page.CanManage = p.Public, s.openToAll(p), s.can(actor, access.Describe, p)
		if named, err = s.candidates(ctx, tx, p, r); err != nil {
			return err
		}
		if page.Image, err = chooseImage(ctx, tx, p, named, r, arch); err != nil {
			return err
		}
		inspection, err := imageInfoMemory(ctx, tx, page.Image)
		if err != nil {
			return err
		}
		largest, err := tx.LargestManifest(ctx, append(idsOf(named), page.Image.ID))
		if memory = inspection + manifest.MemoryFactor*largest; memory > budget.Small/2 {
			memory += inspectedPage
		}
		return err
	})
	if err == nil { // no transaction waits for memory
		err = budget.Take(ctx, memory)
	}
	var m manifest.Manifest
	if err == nil {
		err = s.db.View(ctx, func(tx *store.Tx) (err error) {
			if page.Report, err = inspect(ctx, tx, &page.Image); err != nil {
				return err
			}
			if page.Contents, m, err = readContents(ctx, tx, named, page.Image); err != nil {
				return err
			}
			page.Pulls.Total = page.Image.Pulls
			page.Pulls.Days, err = tx.ImagePulls(ctx, page.Image.ID, since(tx, days))
			return err
		})
	}
	if err == nil {
		err = s.fillContents(ctx, m, &page.Contents)
	}
	if err != nil {
		return ImagePage{}, errs.Wrap(op, err)
	}
	return page, nil
}

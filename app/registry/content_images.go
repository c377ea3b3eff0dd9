package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sregistry/app/access"
	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// defaultArch is what a client gets that does not say which architecture it wants.
const defaultArch = "amd64"

// Image finds an image by tag, by the digest of its file, or by that of its manifest. An
// index is searched for the architecture; an empty arch is the only one there is, or
// else amd64. Errors: NotFound, Unauthenticated.
func (s *Service) Image(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, arch string) (model.Image, error) {
	const op = "registry.Image"
	arch = ref.Arch(arch)
	i, err := s.images.get(s, actor, lookupKey{actor.UserID, path, r, arch}, func() (p store.Place, i model.Image, err error) {
		err = s.db.View(ctx, func(tx *store.Tx) error {
			if p, err = s.authorizedContainer(ctx, tx, actor, access.Read, path); err != nil {
				return err
			}
			i, err = s.find(ctx, tx, p, r, arch)
			return err
		})
		return p, i, err
	})
	return i, errs.Wrap(op, err)
}

// ImageByID finds an image by its row id, for an address that the registry signed.
// Errors: NotFound, Unauthenticated.
func (s *Service) ImageByID(ctx context.Context, actor model.Actor, id int64) (model.Image, error) {
	const op = "registry.ImageByID"
	var i model.Image
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := tx.PlaceOf(ctx, id, actor.UserID)
		if errs.Is(err, errs.NotFound) {
			return hidden(op, actor, access.Read, "this image")
		}
		if err != nil {
			return err
		}
		if s.allow(actor, access.Read, p) != nil {
			return hidden(op, actor, access.Read, "this image") // a number must not tell a name
		}
		i, err = tx.Image(ctx, id)
		return err
	})
	return i, errs.Wrap(op, err)
}

// find gives the image that a reference names in a place which the actor may read.
func (s *Service) find(ctx context.Context, tx *store.Tx, p store.Place, r ref.Reference, arch string) (model.Image, error) {
	candidates, err := s.candidates(ctx, tx, p, r)
	if err != nil {
		return model.Image{}, err
	}
	return chooseImage(ctx, tx, p, candidates, r, arch)
}

// chooseImage takes the image for an architecture of those that a reference names.
func chooseImage(ctx context.Context, tx *store.Tx, p store.Place, candidates []model.Image, r ref.Reference, arch string) (model.Image, error) {
	var flat []model.Image
	for _, c := range candidates {
		if c.Kind != model.Index {
			flat = append(flat, c)
			continue
		}
		children, err := tx.Children(ctx, c.ID)
		if err != nil {
			return model.Image{}, err
		}
		for _, child := range children {
			child.Tag, child.Frozen = c.Tag, c.Frozen
			flat = append(flat, child)
		}
	}
	if len(flat) == 0 { // an index of nothing is still an image
		return candidates[0], nil
	}
	return choose(flat, arch, p.ContainerOf.String()+":"+r.String())
}

// candidates gives the images that a reference names, at least one.
func (s *Service) candidates(ctx context.Context, tx *store.Tx, p store.Place, r ref.Reference) ([]model.Image, error) {
	const op = "registry.candidates"
	if r.Digest == "" {
		images, err := tx.ImagesByTag(ctx, p.Container, r.Tag)
		if err == nil && len(images) == 0 {
			return nil, missing(op, p.ContainerOf.String()+":"+r.Tag)
		}
		return images, err
	}
	i, err := tx.ImageByContent(ctx, p.Container, r.Digest)
	if errs.Is(err, errs.NotFound) {
		i, err = tx.ImageByDigest(ctx, p.Container, r.Digest)
	}
	if errs.Is(err, errs.NotFound) {
		return nil, missing(op, p.ContainerOf.String()+"@"+string(r.Digest))
	}
	i.Frozen = p.Frozen
	return []model.Image{i}, err
}

// choose takes the image for an architecture. One whose architecture is not known fits
// every wish, if it is the only one.
func choose(images []model.Image, arch, name string) (model.Image, error) {
	if len(images) == 1 && (arch == "" || images[0].Arch == "" || images[0].Arch == arch) {
		return images[0], nil
	}
	want := arch
	if want == "" {
		want = defaultArch
	}
	var have []string
	for _, i := range images {
		if i.Arch == want {
			return i, nil
		}
		if i.Arch != "" && !slices.Contains(have, i.Arch) {
			have = append(have, i.Arch)
		}
	}
	if arch == "" {
		known := slices.IndexFunc(images, func(i model.Image) bool { return i.Arch != "" }) // rather than what is attached to one
		return images[max(known, 0)], nil
	}
	return model.Image{}, errs.E("registry.choose", errs.NotFound, "%s has no image for the architecture %s; it has %s.",
		name, arch, strings.Join(have, ", "))
}

const (
	// maxTagsListed bounds the tags of one image that Inspect gives.
	maxTagsListed = 1000
	// reportFactor is how many times its length a report takes in memory while it is read from
	// the database, and put into an answer.
	reportFactor = 5
	// inspectedPage is what a page about large reports takes besides, in bytes.
	inspectedPage = 2 << 20
)

// Inspect gives an image with its tags, of a thousand at most, and labels, and the JSON of
// what is inside it, nil for one that is not a single file. Errors: NotFound,
// Unauthenticated, Unavailable if there is no memory for it.
func (s *Service) Inspect(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, arch string) (model.Image, []byte, error) {
	const op = "registry.Inspect"
	i, err := s.Image(ctx, actor, path, r, arch)
	if err != nil {
		return i, nil, errs.Wrap(op, err)
	}
	if err := s.takeInspection(ctx, i); err != nil {
		return i, nil, errs.Wrap(op, err)
	}
	report, err := s.readInspection(ctx, &i)
	return i, report, errs.Wrap(op, err)
}

// InspectPair is Inspect for two images of a container which are to be compared, for which
// memory is taken at once: of the second, the one for the architecture of the first unless one
// is given.
func (s *Service) InspectPair(ctx context.Context, actor model.Actor, path ref.Path, one, two ref.Reference, arch string) (first model.Image, firstReport []byte, second model.Image, secondReport []byte, err error) {
	const op = "registry.InspectPair"
	if first, err = s.Image(ctx, actor, path, one, arch); err == nil {
		second, err = s.Image(ctx, actor, path, two, cmp.Or(arch, first.Arch))
	}
	if err == nil {
		err = s.takeInspection(ctx, first, second)
	}
	if err == nil {
		firstReport, err = s.readInspection(ctx, &first)
	}
	if err == nil {
		secondReport, err = s.readInspection(ctx, &second)
	}
	return first, firstReport, second, secondReport, errs.Wrap(op, err)
}

// readInspection completes an image by what Inspect gives besides.
func (s *Service) readInspection(ctx context.Context, i *model.Image) (report []byte, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		report, err = inspect(ctx, tx, i)
		return err
	})
	return report, err
}

// imageInfoMemory is how much memory inspect takes.
func imageInfoMemory(ctx context.Context, tx *store.Tx, i model.Image) (int64, error) {
	labels, err := tx.LabelsLength(ctx, i.ID)
	if err != nil || !i.Kind.IsFile() {
		return listFactor * labels, err
	}
	report, err := tx.ReportLength(ctx, i.Content)
	return reportFactor*report + listFactor*labels, err
}

// inspect adds to an image its tags, labels and signatures, and gives the report of a file.
func inspect(ctx context.Context, tx *store.Tx, i *model.Image) (report []byte, err error) {
	if i.Tags, err = tx.TagsOf(ctx, i.ID, maxTagsListed); err != nil {
		return nil, err
	}
	if i.Labels, err = tx.LabelsOf(ctx, i.ID); err != nil || !i.Kind.IsFile() {
		return nil, err
	}
	if i.Signing, err = signatureStatus(ctx, tx, i.Content); err != nil {
		return nil, err
	}
	return tx.Report(ctx, i.Content)
}

// takeInspection takes from the budget what Inspect will read of some images, and what is then
// made of it.
func (s *Service) takeInspection(ctx context.Context, images ...model.Image) error {
	var bytes int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		for _, i := range images {
			n, err := imageInfoMemory(ctx, tx, i)
			if err != nil {
				return err
			}
			bytes += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	if bytes > budget.Small/2 {
		bytes += inspectedPage
	}
	return budget.More(ctx, bytes)
}

// IsTagged reports whether a tag names an image that the actor was given by Image or Inspect.
func (s *Service) IsTagged(ctx context.Context, i model.Image, tag string) (yes bool, err error) {
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		yes, err = tx.IsTagged(ctx, i.ID, tag)
		return err
	})
	return yes, errs.Wrap("registry.IsTagged", err)
}

// ImageFilter chooses images for a list; see the store.
type ImageFilter = store.ImageFilter

// Images lists the tagged images that an actor may see, by name. Anybody may ask.
func (s *Service) Images(ctx context.Context, actor model.Actor, f ImageFilter, p model.Page) (list []model.Image, next string, err error) {
	const op = "registry.Images"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if f.Collection != "" {
			path, err := ref.ParsePath(f.Collection)
			if err != nil {
				return nil // a name that cannot be has no images
			}
			c, err := s.collection(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			f.Collection = c.Name.Full()
		}
		list, err = tx.Images(ctx, actor, s.Settings().SignIn, f, p)
		return err
	})
	list, next = model.Cut(p, list, store.ImageCursor)
	return list, next, errs.Wrap(op, err)
}

// AuthorizeSearch reports whether an actor may look for images at all, so that clients which
// show an empty list otherwise can say why. Errors: Unauthenticated where signing in is
// required.
func (s *Service) AuthorizeSearch(actor model.Actor) error {
	if s.Settings().SignIn && actor.IsAnonymous() {
		return errs.E("registry.AuthorizeSearch", errs.Unauthenticated, "This registry requires signing in. Sign in to search.")
	}
	return nil
}

// NewestImages lists tagged images that an actor may see and in whose names a text is, or
// of these the validly signed ones, by name, at most limit: if there are more, those under
// the newest tags. Anybody may ask.
func (s *Service) NewestImages(ctx context.Context, actor model.Actor, text string, signed bool, limit int) (list []model.Image, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.NewestImages(ctx, actor, s.Settings().SignIn, text, signed, limit)
		return err
	})
	return list, errs.Wrap("registry.NewestImages", err)
}

// maxLabelImages bounds the images that are listed with one label, and about those of a
// page.
const maxLabelImages = 500

// Labels lists keys and values that stand in images which the actor may see, with those
// images; an empty key or value stands for every one. A page ends early where its labels
// have many. Anybody may ask.
func (s *Service) Labels(ctx context.Context, actor model.Actor, key, value string, p model.Page) (list []model.Label, next string, err error) {
	const op = "registry.Labels"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		more := false
		list, more, err = tx.Labels(ctx, actor, s.Settings().SignIn, key, value, p, maxLabelImages)
		if more {
			next = store.LabelCursor(list[len(list)-1])
		}
		return err
	})
	return list, next, errs.Wrap(op, err)
}

package registry

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/access"
	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// The bounds of what is shown of one image: the platforms, layers, steps, variables and
// referrers, each; a text, in bytes; and all texts of its config and its annotations.
const (
	maxContentsShown = 500
	maxTextShown     = 8 << 10
	maxTextsShown    = 128 << 10
)

// excerpt takes texts as long as there is room for them, and notes whether it left any out.
type excerpt struct {
	left int
	cut  bool
}

// take gives as much of a text as is shown.
func (e *excerpt) take(text string) string {
	most := min(maxTextShown, e.left)
	if len(text) > most {
		e.cut = true
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	e.left -= min(len(text), e.left)
	return text
}

// list gives as many of some texts as are shown.
func (e *excerpt) list(texts few[string]) []string {
	e.cut = e.cut || texts.more
	var list []string
	for _, text := range texts.list {
		if e.left == 0 {
			e.cut = true
			break
		}
		list = append(list, e.take(text))
	}
	return list
}

// pairs gives as many of some annotations as are shown, in the order of their names.
func (e *excerpt) pairs(all map[string]string, more int) map[string]string {
	e.cut = e.cut || more > 0
	list := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(name) > maxTextShown || e.left <= len(name) {
			e.cut = true
			continue
		}
		e.left -= len(name)
		list[name] = e.take(all[name])
	}
	return list
}

// Contents tells what an image is made of that was found by the reference r in a container, as
// much as is shown of it. Errors: NotFound, Unauthenticated, Unavailable if there is no memory
// to find out.
func (s *Service) Contents(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, i model.Image) (model.Contents, error) {
	const op = "registry.Contents"
	var c model.Contents
	var m manifest.Manifest
	var candidates []model.Image
	var largest int64 // of the manifests that are read, in bytes
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		if candidates, err = s.candidates(ctx, tx, p, r); err != nil {
			return err
		}
		largest, err = tx.LargestManifest(ctx, append(idsOf(candidates), i.ID))
		return err
	})
	if err == nil { // no transaction waits for memory
		err = budget.Take(ctx, manifest.MemoryFactor*largest)
	}
	if err == nil {
		err = s.db.View(ctx, func(tx *store.Tx) (err error) {
			c, m, err = readContents(ctx, tx, candidates, i)
			return err
		})
	}
	if err == nil {
		err = s.fillContents(ctx, m, &c)
	}
	if err != nil {
		return model.Contents{}, errs.Wrap(op, err)
	}
	return c, nil
}

// readContents reads from the database what an image is made of, given the images that the
// reference names by which it was found.
func readContents(ctx context.Context, tx *store.Tx, named []model.Image, i model.Image) (c model.Contents, m manifest.Manifest, err error) {
	if err = platforms(ctx, tx, named, &c); err != nil {
		return c, m, err
	}
	if m, err = readManifest(ctx, tx, i); err != nil {
		return c, m, err
	}
	return c, m, referrersOf(ctx, tx, i, &c)
}

// fillContents adds what the image's manifest says, and its config, which is a file.
func (s *Service) fillContents(ctx context.Context, m manifest.Manifest, c *model.Contents) (err error) {
	shown := excerpt{left: maxTextsShown}
	c.MediaType, c.ArtifactType = m.MediaType, m.ArtifactType
	for _, l := range truncate(m.Layers) {
		c.Layers = append(c.Layers, model.Layer{MediaType: shown.take(l.MediaType), Digest: l.Digest, Size: l.Size})
	}
	if m.IsImage() {
		err = s.readConfig(ctx, m.Config, c, &shown)
	}
	c.Annotations = shown.pairs(m.Annotations, m.MoreAnnotations)
	c.Truncated = shown.cut || len(m.Layers) > maxContentsShown || len(m.Manifests) > maxContentsShown
	return err
}

func idsOf(images []model.Image) []int64 {
	ids := make([]int64, 0, len(images)+1)
	for _, i := range images {
		ids = append(ids, i.ID)
	}
	return ids
}

// platforms notes those of the images that a reference names, and of those in an index, and
// what is attached to the latter.
func platforms(ctx context.Context, tx *store.Tx, images []model.Image, c *model.Contents) error {
	for _, i := range truncate(images) {
		if i.Kind != model.Index {
			if i.Arch != "" {
				c.Platforms = append(c.Platforms, model.Platform{OS: "linux", Arch: i.Arch, Digest: i.Digest})
			}
			continue
		}
		m, err := readManifest(ctx, tx, i)
		if err != nil {
			return err
		}
		for _, child := range truncate(m.Manifests) {
			if isAttached(child) {
				c.Referrers = append(c.Referrers, attached(child, m.Manifests))
			} else if p := child.Platform; p != nil {
				c.Platforms = append(c.Platforms, model.Platform{OS: p.OS, Arch: p.Architecture, Variant: p.Variant, Digest: child.Digest})
			}
		}
	}
	return nil
}

// The annotations by which docker's builder says that something in an index is about another
// image in it.
const (
	referenceType   = "vnd.docker.reference.type"
	referenceDigest = "vnd.docker.reference.digest"
)

// isAttached reports whether something that an index names is no image, but about one:
// docker's builder gives it a platform that there is not.
func isAttached(d v1.Descriptor) bool {
	return d.Annotations[referenceType] != "" || d.Platform != nil && d.Platform.Architecture == "unknown"
}

// attached tells what it is, and of which platform the image that it is about.
func attached(d v1.Descriptor, all []v1.Descriptor) model.Referrer {
	r := model.Referrer{ArtifactType: cmp.Or(strings.TrimSuffix(d.Annotations[referenceType], "-manifest"), d.ArtifactType, d.MediaType), Digest: d.Digest}
	about := d.Annotations[referenceDigest]
	at := slices.IndexFunc(all, func(o v1.Descriptor) bool { return string(o.Digest) == about && o.Platform != nil })
	if at >= 0 {
		p := all[at].Platform
		r.Platform = model.Platform{OS: p.OS, Arch: p.Architecture, Variant: p.Variant}.String()
	}
	return r
}

func readManifest(ctx context.Context, tx *store.Tx, i model.Image) (manifest.Manifest, error) {
	body, err := tx.Manifest(ctx, i.ID)
	if err != nil {
		return manifest.Manifest{}, err
	}
	return manifest.Parse(i.MediaType, body)
}

// referrersOf notes what refers to an image, and what tags of cosign's older scheme say is
// about it.
func referrersOf(ctx context.Context, tx *store.Tx, i model.Image, c *model.Contents) error {
	found, err := tx.ReferrerTypes(ctx, i.ContainerID, i.Digest, maxContentsShown)
	if err != nil {
		return err
	}
	for _, r := range found {
		c.Referrers = append(c.Referrers, model.Referrer{ArtifactType: r.ArtifactType, Digest: r.Digest})
	}
	signatures, err := tx.SignatureTags(ctx, i.ContainerID, i.Digest, maxContentsShown)
	for _, r := range signatures {
		c.Referrers = append(c.Referrers, model.Referrer{ArtifactType: "cosign " + ref.SignatureKind(r.Tag), Digest: r.Digest})
	}
	return err
}

// readConfig tells how an OCI image runs, and how it was made. A config that is damaged
// makes a poorer account, not an error.
func (s *Service) readConfig(ctx context.Context, config v1.Descriptor, c *model.Contents, shown *excerpt) error {
	image, err := s.ociConfig(ctx, config)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Config = model.Config{Author: shown.take(image.Author), User: shown.take(image.Config.User), WorkingDir: shown.take(image.Config.WorkingDir),
		Entrypoint: shown.list(image.Config.Entrypoint), Cmd: shown.list(image.Config.Cmd), Env: shown.list(image.Config.Env)}
	if image.Created != nil {
		c.Config.Created = *image.Created
	}
	shown.cut = shown.cut || image.History.more
	for _, h := range image.History.list {
		step := model.Step{By: shown.take(h.CreatedBy), Comment: shown.take(h.Comment), Empty: h.EmptyLayer}
		if h.Created != nil {
			step.Created = *h.Created
		}
		c.History = append(c.History, step)
	}
	return nil
}

// truncate cuts a list to what is shown of it.
func truncate[T any](list []T) []T { return list[:min(len(list), maxContentsShown)] }

package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxContentsShown bounds the platforms, layers, steps and referrers that are shown of one image.
const maxContentsShown = 500

// Contents tells what an image is made of that was found by the reference r in a container.
// Errors: NotFound, Unauthenticated.
func (s *Service) Contents(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, i model.Image) (model.Contents, error) {
	const op = "registry.Contents"
	var c model.Contents
	var m manifest.Manifest
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) error {
		candidates, err := s.candidates(ctx, tx, p, r)
		if err != nil {
			return err
		}
		if err = platforms(ctx, tx, candidates, &c); err != nil {
			return err
		}
		if m, err = readManifest(ctx, tx, i); err != nil {
			return err
		}
		return referrersOf(ctx, tx, i, &c)
	})
	if err != nil {
		return model.Contents{}, errs.Wrap(op, err)
	}
	c.MediaType, c.ArtifactType, c.Annotations = m.MediaType, m.ArtifactType, m.Annotations
	for _, l := range truncate(m.Layers) {
		c.Layers = append(c.Layers, model.Layer{MediaType: l.MediaType, Digest: l.Digest, Size: l.Size})
	}
	if m.IsImage() {
		err = s.readConfig(m.Config, &c)
	}
	return c, errs.Wrap(op, err)
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
	found, err := tx.Referrers(ctx, i.ContainerID, i.Digest, "", 0, maxContentsShown, maxReferrersSize)
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
func (s *Service) readConfig(config v1.Descriptor, c *model.Contents) error {
	image, err := s.imageConfig(config)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Config = model.Config{Author: image.Author, User: image.Config.User, WorkingDir: image.Config.WorkingDir,
		Entrypoint: image.Config.Entrypoint, Cmd: image.Config.Cmd, Env: image.Config.Env}
	if image.Created != nil {
		c.Config.Created = *image.Created
	}
	for _, h := range truncate(image.History) {
		step := model.Step{By: h.CreatedBy, Comment: h.Comment, Empty: h.EmptyLayer}
		if h.Created != nil {
			step.Created = *h.Created
		}
		c.History = append(c.History, step)
	}
	return nil
}

// truncate cuts a list to what is shown of it.
func truncate[T any](list []T) []T { return list[:min(len(list), maxContentsShown)] }

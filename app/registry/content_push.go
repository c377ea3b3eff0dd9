package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"math"
	"strconv"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/access"
	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// AuthorizePush reports whether an actor may push an image under a tag, or under none if tag
// is empty, before a byte of it is sent. Errors: Frozen, Forbidden, Unauthenticated,
// Invalid.
func (s *Service) AuthorizePush(ctx context.Context, actor model.Actor, path ref.Path, tag string) error {
	const op = "registry.AuthorizePush"
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil || p.Container == 0 {
			return err
		}
		return s.allowTag(ctx, tx, actor, access.Push, p, tag)
	})
	return errs.Wrap(op, err)
}

// Push takes an image file in one go and gives it a tag: for doors whose clients send a
// file and nothing else. Nothing is kept of a push that fails. Errors: those of
// AuthorizePush; OverQuota, at once if the body has a method Size; Invalid for a file that is
// no image, Canceled for one that breaks off, NoSpace.
func (s *Service) Push(ctx context.Context, actor model.Actor, path ref.Path, tag string, body io.Reader) (model.Image, error) {
	const op = "registry.Push"
	if err := s.AuthorizePush(ctx, actor, path, tag); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	reserved, err := s.reserve(ctx, actor, path, contentLength(body), "")
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	defer reserved.release(ctx)
	d, err := s.receiveFile(ctx, reserved.limit(ctx, body))
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	d.reservation = reserved
	i, err := s.createFileImage(ctx, actor, path, d, tag, store.Blob{Digest: d.Content, Size: d.Size})
	return i, errs.Wrap(op, err)
}

// receiveFile is commitFile of a body. A file that is not an image is not kept.
func (s *Service) receiveFile(ctx context.Context, body io.Reader) (imageInfo, error) {
	u, err := s.blobs.Create(rand.Text())
	if err != nil {
		return imageInfo{}, err
	}
	defer u.Abort() // does nothing after the commit
	if _, err := u.Append(ctx, body, blob.Unlimited); err != nil {
		return imageInfo{}, err
	}
	return s.commitFile(ctx, u)
}

// PutManifest keeps a manifest whose blobs the container holds, under a tag or only by
// its digest, and under more tags if some are given. Owners may. Errors: BlobUnknown for
// a blob, or a manifest that an index names, which is not there; DigestInvalid, Frozen,
// TooLarge, Invalid, Unsupported, Forbidden, Unauthenticated. What is frozen and would not
// change is no error.
func (s *Service) PutManifest(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, mediaType string, body []byte, tags ...string) (model.Image, error) {
	const op = "registry.PutManifest"
	i, err := s.putManifest(ctx, actor, path, r, mediaType, body, tags)
	if !errs.Is(err, errs.Frozen) {
		return i, errs.Wrap(op, err)
	}
	// The refusal came after all other reasons to refuse.
	d := r.Digest
	if d == "" {
		d, tags = digest.FromBytes(body), append(tags, r.Tag)
	}
	same, left, lost := s.unnamed(ctx, actor, path, d, tags)
	switch {
	case lost != nil || len(left) == len(tags) && len(left) > 0:
		return i, errs.Wrap(op, err)
	case len(left) == 0:
		return same, nil
	}
	i, err = s.putManifest(ctx, actor, path, ref.Reference{Digest: d}, mediaType, body, left)
	return i, errs.Wrap(op, err)
}

// unnamed finds an image that is pushed again, and which of some tags do not name it yet: to
// push it under the others changes nothing, even if they are frozen. Errors: NotFound.
func (s *Service) unnamed(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest, tags []string) (i model.Image, left []string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if i, err = tx.ImageByDigest(ctx, p.Container, d); err != nil {
			return err
		}
		for _, tag := range tags {
			names, err := tx.TagNamesImage(ctx, p.Container, tag, i.ID)
			if err != nil {
				return err
			}
			if !names {
				left = append(left, tag)
			}
		}
		return nil
	})
	return i, left, err
}

func (s *Service) putManifest(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference, mediaType string, body []byte, tags []string) (model.Image, error) {
	const op = "registry.putManifest"
	if len(body) > manifest.MaxSize {
		return model.Image{}, errs.E(op, errs.TooLarge, "The manifest has more than %d bytes.", manifest.MaxSize)
	}
	if r.Digest != "" && r.Digest != r.Digest.Algorithm().FromBytes(body) {
		return model.Image{}, errs.E(op, errs.DigestInvalid, "The manifest does not have the digest %s.", r.Digest)
	}
	m, err := manifest.Parse(mediaType, body)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	if err := manifest.CheckFields(body); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	// Whether the blobs are the actor's to use is asked first: what is inside them must
	// not be told to somebody who only knows their digests.
	if err := s.checkBlobs(ctx, actor, path, m); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	d, err := s.inspectManifest(ctx, m, body)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	if r.Digest != "" {
		d.Digest = r.Digest
	}
	if err := s.verifyIfRequired(ctx, actor, path, &d); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	var i model.Image
	err = s.keepPush(ctx, actor, path, arrival{}, func(tx *store.Tx, p store.Place) (err error) {
		if i, err = s.createImage(ctx, tx, actor, p, d, r.Tag); err != nil {
			return err
		}
		for _, tag := range tags {
			if err := s.setTag(ctx, tx, actor, p, tag, i); err != nil {
				return err
			}
			if err := recordTag(ctx, tx, actor, p, tag, i); err != nil {
				return err
			}
		}
		return nil
	})
	return i, errs.Wrap(op, err)
}

// checkBlobs reports whether a container holds, for somebody who may push to it, all blobs
// that a manifest names.
func (s *Service) checkBlobs(ctx context.Context, actor model.Actor, path ref.Path, m manifest.Manifest) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		return checkBlobsHeld(ctx, tx, p, m)
	})
}

// checkBlobsHeld reports whether a container holds all blobs of a manifest, of the sizes that it says
// (OCI image specification, descriptor.md: size).
func checkBlobsHeld(ctx context.Context, tx *store.Tx, p store.Place, m manifest.Manifest) error {
	const op = "registry.checkBlobsHeld"
	sizes := map[digest.Digest]int64{} // one blob may be named many times
	for _, d := range m.Held() {
		size, known := sizes[d.Digest]
		if !known {
			var err error
			size, err = tx.BlobSize(ctx, p.Container, d.Digest)
			if errs.Is(err, errs.NotFound) {
				return errs.E(op, errs.BlobUnknown, "The manifest names the blob %s, which is not in %s; upload it first.", d.Digest, p.ContainerOf)
			}
			if err != nil {
				return err
			}
			sizes[d.Digest] = size
		}
		if d.Size != size {
			return wrongSize(op, d, size)
		}
	}
	return nil
}

// createImage is the one way an image comes to be, whichever door it came by.
func (s *Service) createImage(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, d imageInfo, tag string) (model.Image, error) {
	if err := checkBlobsHeld(ctx, tx, p, d.manifest); err != nil {
		return model.Image{}, err
	}
	if err := s.resolveChildren(ctx, tx, p, &d); err != nil {
		return model.Image{}, err
	}
	if err := resolveForeignLayers(ctx, tx, p, &d); err != nil {
		return model.Image{}, err
	}
	d.Container, d.PushedBy = p.Container, actor.UserID
	id, err := tx.AddImage(ctx, d.NewImage)
	if err != nil {
		return model.Image{}, err
	}
	if d.report != nil {
		if err := tx.SetReport(ctx, d.Content, d.report); err != nil {
			return model.Image{}, err
		}
	}
	if err := s.recordSignatures(ctx, tx, d); err != nil {
		return model.Image{}, err
	}
	i, err := tx.Image(ctx, id)
	if err != nil {
		return i, err
	}
	if err := s.enforceSigningPolicy(ctx, tx, p, i, false); err != nil {
		return i, err
	}
	if tag != "" {
		if err := s.setTag(ctx, tx, actor, p, tag, i); err != nil {
			return i, err
		}
		i.Tag = tag
	}
	if err := tx.Record(ctx, pushEvent(actor, p, i)); err != nil {
		return i, err
	}
	return i, tx.TouchContainer(ctx, p)
}

// pushEvent is the event of an image that came, under a tag or by its digest.
func pushEvent(actor model.Actor, p store.Place, i model.Image) model.Event {
	return actor.Did(model.Pushed, fullTitle(i), "digest", i.Known().String(), "kind", string(i.Kind), "arch", i.Arch, "tag", i.Tag,
		"size", strconv.FormatInt(i.Size, 10)).In(p.Collection)
}

// resolveChildren finds what an index names; it has to be in the container. That is images, and by
// any media type that is not a manifest's, blobs: builders keep their caches so, and an
// unknown type must not be an error (OCI image specification, image-index.md).
func (s *Service) resolveChildren(ctx context.Context, tx *store.Tx, p store.Place, d *imageInfo) error {
	for _, child := range d.manifest.Manifests {
		size, err := adoptImage(ctx, tx, p, d, child)
		if errs.Is(err, errs.NotFound) && !manifest.IsManifestType(child.MediaType) {
			size, err = adoptBlob(ctx, tx, p, d, child)
		}
		if errs.Is(err, errs.NotFound) {
			return errs.E("registry.resolveChildren", errs.BlobUnknown, "The index names %s, which is not in %s. Push it first.", child.Digest, p.ContainerOf)
		}
		if err != nil {
			return err
		}
		d.Size = min(d.Size, math.MaxInt64-size) + size // an index in an index in an index adds up fast
	}
	return nil
}

func adoptImage(ctx context.Context, tx *store.Tx, p store.Place, d *imageInfo, child v1.Descriptor) (int64, error) {
	c, err := tx.ImageByDigest(ctx, p.Container, child.Digest)
	if err != nil {
		return 0, err
	}
	arch := ""
	if child.Platform != nil {
		arch = knownArch(child.Platform.Architecture)
	}
	d.Children = append(d.Children, store.Child{Image: c.ID, Arch: arch})
	return c.Size, nil
}

func adoptBlob(ctx context.Context, tx *store.Tx, p store.Place, d *imageInfo, child v1.Descriptor) (int64, error) {
	size, err := tx.BlobSize(ctx, p.Container, child.Digest)
	if err != nil {
		return 0, err
	}
	if child.Size != size {
		return 0, wrongSize("registry.adoptBlob", child, size)
	}
	d.Blobs = append(d.Blobs, child.Digest)
	return size, nil
}

// wrongSize refuses a manifest that lies about a blob.
func wrongSize(op string, d v1.Descriptor, size int64) error {
	return errs.E(op, errs.Invalid, "The manifest says that the blob %s has %d bytes, but it has %d.", d.Digest, d.Size, size)
}

// resolveForeignLayers finds the layers that need not have been pushed, and were all the same.
func resolveForeignLayers(ctx context.Context, tx *store.Tx, p store.Place, d *imageInfo) error {
	for _, layer := range d.manifest.Elsewhere() {
		_, err := tx.BlobSize(ctx, p.Container, layer)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		d.Blobs = append(d.Blobs, layer)
	}
	return nil
}

// storeBytes makes a durable blob of a few bytes.
func (s *Service) storeBytes(ctx context.Context, content []byte) (digest.Digest, error) {
	u, err := s.blobs.Create(rand.Text())
	if err != nil {
		return "", err
	}
	defer u.Abort() // does nothing after the commit
	if _, err := u.Append(ctx, bytes.NewReader(content), int64(len(content))); err != nil {
		return "", err
	}
	return u.Commit(digest.FromBytes(content))
}

package client

import (
	"context"
	"io"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"sregistry/app/errs"
	"sregistry/app/howto"
	"sregistry/app/manifest"
	"sregistry/app/ref"
)

// copyInto brings image files into a library or a hub that is not an OCI registry, and gives the
// digest of the last one. A tag of an OCI registry may name one for each architecture.
func copyInto(ctx context.Context, from *remote.Repository, r CopyRequest, ownSource bool) (digest.Digest, error) {
	const op = "client.copyInto"
	if r.Tag == "" {
		return "", errs.E(op, errs.Invalid, "%s keeps images by their tags: write one after the name there.", r.To.Base)
	}
	to, err := r.To.client(r.UserAgent)
	if err != nil {
		return "", err
	}
	var sources []imageFile
	if ownSource {
		one, err := findFile(ctx, r)
		if err != nil {
			return "", err
		}
		sources = append(sources, one)
	} else if sources, err = findInRegistry(ctx, from, r); err != nil {
		return "", err
	}
	for _, source := range sources {
		defer source.close()
	}
	if r.To.Scheme == SchemeHub && len(sources) > 1 {
		return "", errs.E(op, errs.Unsupported, "%s has images for %d architectures, and a hub keeps one under a tag: choose with --arch.", r.From.Path, len(sources))
	}
	var d digest.Digest
	for _, source := range sources {
		if err := r.deliver(ctx, to, source); err != nil {
			return "", err
		}
		d = source.digest
	}
	return d, nil
}

// deliver brings one file to its place, unless it is there, and makes sure of it.
func (r CopyRequest) deliver(ctx context.Context, to *Client, source imageFile) error {
	put, has := to.putIntoLibrary, to.libraryHas
	if r.To.Scheme == SchemeHub {
		put, has = to.putIntoHub, to.hubHas
	}
	there, err := has(ctx, r, source)
	if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.DigestInvalid) {
		return err
	}
	if there {
		r.tell(Piece{source.digest, source.size, Present})
		return nil
	}
	body, err := source.open()
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := to.newSpool(ctx, io.LimitReader(body, source.size+1)) // one more would be found out
	if err != nil {
		return err
	}
	defer file.close()
	if err := file.expect(source); err != nil {
		return err
	}
	if source.arch, err = r.ArchOf(ctx, file.file, file.size); err != nil {
		return err
	}
	if err := put(ctx, r, source, file); err != nil {
		return err
	}
	if there, err = has(ctx, r, source); err != nil {
		return err
	}
	if !there {
		return errs.E("client.deliver", errs.DigestInvalid, "%s took %s:%s and now gives something else under this name: it may be frozen there, or somebody pushed meanwhile.",
			r.To.Base, r.To.Path, r.Tag)
	}
	r.tell(Piece{source.digest, source.size, Sent})
	return nil
}

// findInRegistry finds the image files that a reference names in an OCI registry. Errors:
// Unsupported for an image that is none.
func findInRegistry(ctx context.Context, from *remote.Repository, r CopyRequest) ([]imageFile, error) {
	root, err := from.Resolve(ctx, reference(r.Reference))
	if err != nil {
		return nil, err
	}
	if root.MediaType != manifest.OCIIndex && root.MediaType != manifest.DockerList {
		one, err := r.fileOf(ctx, from, root)
		return []imageFile{one}, err
	}
	children, err := content.Successors(ctx, from, root)
	if err != nil {
		return nil, err
	}
	var files []imageFile
	for _, child := range children {
		if r.Arch != "" && (child.Platform == nil || ref.Arch(child.Platform.Architecture) != ref.Arch(r.Arch)) {
			continue
		}
		one, err := r.fileOf(ctx, from, child)
		if err != nil {
			return nil, err
		}
		files = append(files, one)
	}
	if len(files) == 0 {
		return nil, errs.E("client.findInRegistry", errs.NotFound, "%s:%s has no image for %s.", r.From.Path, reference(r.Reference), r.Arch)
	}
	return files, nil
}

// noFile tells how an image which is not one file becomes one, if it can.
func (r CopyRequest) noFile(m manifest.Manifest) error {
	about := howto.Image{Kind: "artifact", OCISIF: m.IsOCISIF() || m.IsDataContainer()}
	base, err := ParseBase(r.From.Base)
	if err != nil {
		return err
	}
	at := howto.Place{Host: base.Host, Plain: base.Scheme == "http", Name: r.From.Path.String() + ":" + reference(r.Reference)}
	if r.Reference.Digest != "" {
		at.Name = r.From.Path.String() + "@" + r.Reference.Digest.String()
	}
	advice := ""
	switch {
	case m.IsImage() && !about.OCISIF:
		about.Kind = "oci"
		advice = " Make one with: " + at.Command(howto.Apptainer, "build x.sif", "docker")
	case about.OCISIF:
		advice = " Get one with: " + howto.Pull(about, at)
	}
	return errs.E("client.noFile", errs.Unsupported, "%s is %s, and %s keeps only image files.%s", r.From.Path, howto.What(about), r.To.Base, advice)
}

// fileOf finds the image file of one manifest.
func (r CopyRequest) fileOf(ctx context.Context, from *remote.Repository, at v1.Descriptor) (imageFile, error) {
	body, err := content.FetchAll(ctx, from, at)
	if err != nil {
		return imageFile{}, err
	}
	m, err := manifest.Parse(at.MediaType, body)
	if err != nil {
		return imageFile{}, err
	}
	file, ok := m.File()
	if !ok {
		return imageFile{}, r.noFile(m)
	}
	one := imageFile{digest: file.Digest, size: file.Size, close: func() {}}
	if at.Platform != nil {
		one.arch = at.Platform.Architecture
	}
	one.open = func() (io.ReadCloser, error) { return from.Fetch(ctx, file) }
	return one, nil
}

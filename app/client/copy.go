package client

import (
	"context"
	"io"
	"sync"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/ref"
)

// Place is where an image is or shall be, in any registry.
type Place struct {
	// Base is the address of the registry, "https://registry.example".
	Base string
	// Scheme is the transport that was written before the name. A library or hub that is no
	// OCI registry is spoken to in its own way.
	Scheme string
	Path   ref.Path
	Login  Login
}

// CopyRequest says what to copy where.
type CopyRequest struct {
	From, To Place
	// Reference is the image's at From; at To it gets the same, unless Tag says another.
	Reference ref.Reference
	Tag       string
	// Arch chooses among the images that a tag has in a library or hub which is not an OCI
	// registry, or that go into one; empty is what it gives by itself, or all that it takes.
	Arch string
	// ArchOf reads the architecture of an image file, and fails with Invalid if it is none;
	// it is needed for what goes into a library or hub.
	ArchOf    func(ctx context.Context, file io.ReaderAt, size int64) (string, error)
	UserAgent string
	// Report is told of every piece, by one goroutine at a time; it may be nil.
	Report func(Piece)
}

// Piece is a manifest or blob that now is where it should be.
type Piece struct {
	Digest digest.Digest
	Size   int64 // in bytes
	How    How
}

// How tells what a piece cost.
type How string

// The ways of a piece, in words that a person may read.
const (
	Sent    How = "sent"
	Mounted How = "taken over" // from another container of the same registry
	Present How = "there already"
)

// Copy brings an image, with all that refers to it, from one registry into another, byte
// for byte, and gives the digest of its manifest. Blobs stream from the one to the other;
// what is there already is not sent. The tag is set at the end, when all is there. Into a
// library or hub that is not an OCI registry goes the image file alone, by way of the disk, and
// the digest is the file's. Errors: Unauthenticated, Forbidden, NotFound, Frozen and so on,
// from either registry; Unsupported, for an image that is not a file, into a library or hub;
// DigestInvalid, if something else arrived there; Unavailable, Canceled.
func Copy(ctx context.Context, r CopyRequest) (digest.Digest, error) {
	const op = "client.Copy"
	from, err := openRepository(r.From, r.UserAgent)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	to, err := openRepository(r.To, r.UserAgent)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	if r.Tag == "" {
		r.Tag = r.Reference.Tag
	}
	ownSource, err := r.From.hasOwnWay(ctx, r.UserAgent)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	ownTarget, err := r.To.hasOwnWay(ctx, r.UserAgent)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	var d digest.Digest
	switch {
	case ownTarget:
		d, err = copyInto(ctx, from, r, ownSource)
	case ownSource:
		d, err = copyFile(ctx, to, r)
	default:
		d, err = copyImage(ctx, from, to, r)
	}
	if err != nil {
		return "", copyError(op, ctx, r, err)
	}
	return d, nil
}

func copyImage(ctx context.Context, from, to *remote.Repository, r CopyRequest) (digest.Digest, error) {
	root, err := from.Resolve(ctx, reference(r.Reference))
	if err != nil {
		return "", err
	}
	if err := copyGraph(ctx, from, to, root, copyOptions(r)); err != nil || r.Tag == "" {
		return root.Digest, err
	}
	return root.Digest, to.Tag(ctx, root, r.Tag)
}

// copyGraph copies a manifest with what it names and what refers to it. What refers to a
// part of an index is found only from there.
func copyGraph(ctx context.Context, from, to *remote.Repository, root v1.Descriptor, options oras.ExtendedCopyGraphOptions) error {
	if err := oras.ExtendedCopyGraph(ctx, from, to, root, options); err != nil {
		return err
	}
	if root.MediaType != manifest.OCIIndex && root.MediaType != manifest.DockerList {
		return nil
	}
	children, err := content.Successors(ctx, from, root)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := copyGraph(ctx, from, to, child, options); err != nil {
			return err
		}
	}
	return nil
}

// copyOptions reports each piece, and has blobs taken over within one registry.
func copyOptions(r CopyRequest) oras.ExtendedCopyGraphOptions {
	var mu sync.Mutex
	report := func(how How) func(context.Context, v1.Descriptor) error {
		return func(_ context.Context, d v1.Descriptor) error {
			mu.Lock()
			defer mu.Unlock()
			if r.Report != nil {
				r.Report(Piece{d.Digest, d.Size, how})
			}
			return nil
		}
	}
	options := oras.DefaultExtendedCopyGraphOptions
	options.PostCopy, options.OnCopySkipped, options.OnMounted = report(Sent), report(Present), report(Mounted)
	if r.From.Base == r.To.Base {
		options.MountFrom = func(context.Context, v1.Descriptor) ([]string, error) { return []string{repositoryName(r.From)}, nil }
	}
	return options
}

// CopyTags gives the tags of a container in any registry. Errors: those of Copy.
func CopyTags(ctx context.Context, r CopyRequest) ([]string, error) {
	const op = "client.CopyTags"
	from, err := openRepository(r.From, r.UserAgent)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var tags []string
	err = from.Tags(ctx, "", func(page []string) error {
		tags = append(tags, page...)
		return nil
	})
	if err != nil {
		return nil, copyError(op, ctx, r, err)
	}
	return tags, nil
}

package backup

import (
	"archive/tar"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/store"
)

// openStream begins to read what ToStream has written. Errors: Invalid for anything else.
func openStream(r io.Reader) (*tar.Reader, Manifest, error) {
	const op = "backup.openStream"
	archive := tar.NewReader(r)
	first, err := archive.Next()
	if err != nil || first.Name != beginName {
		return nil, Manifest{}, errs.Because(op, errs.Invalid, err, "What comes in is not a backup that \"sregistry backup -\" has written.")
	}
	m, err := readManifest(archive)
	return archive, m, errs.Wrap(op, err)
}

// entry is a file in a stream, which is read until the next one is asked for.
type entry struct {
	name string
	blob store.Blob // without a digest if it is none
	io.Reader
}

// nextInStream gives the next file of a stream. Errors, also of reading it: DigestInvalid
// if the stream is cut off.
func nextInStream(archive *tar.Reader) (entry, error) {
	const op = "backup.nextInStream"
	cut := errs.E(op, errs.DigestInvalid, "The backup is cut off or damaged; it has to be read again, from its beginning.")
	header, err := archive.Next()
	if err != nil {
		return entry{}, cut
	}
	e := entry{name: header.Name, Reader: fragile{archive, cut}}
	if path, isBlob := strings.CutPrefix(header.Name, blobsPrefix); isBlob {
		e.blob = store.Blob{Digest: digest.Digest(strings.Replace(path, "/", ":", 1)), Size: header.Size}
		if err := e.blob.Digest.Validate(); err != nil {
			return entry{}, errs.Because(op, errs.DigestInvalid, err, "The backup has a file %q, which no backup of sregistry has; it was tampered with.", header.Name)
		}
	}
	return e, nil
}

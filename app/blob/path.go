package blob

import (
	"regexp"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

const (
	blobsFolder   = "blobs"
	uploadsFolder = "uploads"
	// quarantineFolder keeps the files of damaged blobs, and those that nothing refers to. It is
	// made when there is the first.
	quarantineFolder = "quarantine"
	// unknownPrefix begins the names of the latter there.
	unknownPrefix = "unknown-"
)

var validID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// uploadPath is where an upload lies. Kind: Invalid if it is not a valid id.
func uploadPath(id string) (string, error) {
	if !validID.MatchString(id) {
		return "", errs.E("blob.uploadPath", errs.Invalid, "This is not an upload's name. Start the upload again.")
	}
	return uploadsFolder + "/" + id, nil
}

// known reports whether the store keeps blobs by this algorithm.
func known(a digest.Algorithm) bool { return a == digest.SHA256 || a == digest.SHA512 }

// check refuses what is not a digest the store can hold. Kinds Invalid and Unsupported.
func check(d digest.Digest) error {
	const op = "blob.check"
	if err := d.Validate(); err != nil {
		return errs.Because(op, errs.Invalid, err, "This is not a digest; it should be sha256: and 64 hexadecimal digits.")
	}
	if !known(d.Algorithm()) {
		return errs.E(op, errs.Unsupported, "Digests by %s are not kept here; use sha256 or sha512.", d.Algorithm())
	}
	return nil
}

// shardOf is the folder that a blob lies in. The digest must have passed check.
func shardOf(d digest.Digest) string {
	return blobsFolder + "/" + d.Algorithm().String() + "/" + d.Encoded()[:2]
}

// quarantinePath is where the file of a damaged blob is kept. The digest must have passed check.
func quarantinePath(d digest.Digest) string {
	return quarantineFolder + "/" + d.Algorithm().String() + "-" + d.Encoded()
}

// unknownPath is where a blob's file is kept that nothing refers to. The digest must have
// passed check.
func unknownPath(d digest.Digest) string {
	return quarantineFolder + "/" + unknownPrefix + d.Algorithm().String() + "-" + d.Encoded()
}

// pathOf is where a blob lies. The digest must have passed check.
func pathOf(d digest.Digest) string { return shardOf(d) + "/" + d.Encoded() }

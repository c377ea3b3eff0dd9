package blob

import (
	"path"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// The modes of a file while it is an upload and once it is a blob.
const (
	writable = 0o600
	sealed   = 0o444
)

// Commit makes a blob of the upload and gives its digest: want, if the content has it, or
// the sha256 if want is empty. Once it returns nil, the blob and its name are durable. A
// blob that exists already is replaced by the same content, which mends it should the
// disk have corrupted it. The blob is held until the caller calls Release.
//
// Kinds: DigestInvalid if the content is not what want says, Invalid and Unsupported if
// want is not a valid digest, NotFound if the upload was removed, NoSpace, Unavailable,
// Internal. After a failure the upload is still there, to Commit again or to Abort,
// unless only the last step failed: then the blob is in place, but may not last.
func (u *Upload) Commit(want digest.Digest) (digest.Digest, error) {
	const op = "blob.Commit"
	if err := u.usable(op); err != nil {
		return "", err
	}
	d, err := u.resolveDigest(want)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	if err := u.store.shard(d); err != nil {
		return "", errs.Wrap(op, err)
	}
	if err := u.place(d); err != nil {
		// Writable again, or Resume would take it for a blob. If this fails as well the
		// upload is lost, which the first error has announced.
		_ = u.file.Chmod(writable)
		return "", errs.Wrap(op, err)
	}
	// The name is taken and the bytes are synced: that closing fails would mean nothing.
	_ = u.end()
	if err := u.store.fs.SyncDir(shardOf(d)); err != nil {
		u.store.Release(d)
		return "", fault(op, err)
	}
	return d, nil
}

// resolveDigest finds the digest the blob will have, or what is wrong with the one wanted.
func (u *Upload) resolveDigest(want digest.Digest) (digest.Digest, error) {
	const op = "blob.resolveDigest"
	algorithm := digest.SHA256
	if want != "" {
		if err := check(want); err != nil {
			return "", errs.Wrap(op, err)
		}
		algorithm = want.Algorithm()
	}
	got, kept := u.sums.digest(algorithm)
	if !kept {
		var err error
		if got, err = u.store.hashFile(u.path, algorithm); err != nil {
			return "", errs.Wrap(op, err)
		}
	}
	if want != "" && got != want {
		return "", errs.E(op, errs.DigestInvalid,
			"What arrived is not what was announced: its digest is %s, not %s. Send it again.", got, want)
	}
	return got, nil
}

// place seals the file, makes it durable and gives it the blob's name, in this order: no
// name of a blob ever stands for bytes that a power cut could take away.
func (u *Upload) place(d digest.Digest) error {
	const op = "blob.place"
	if err := u.file.Chmod(sealed); err != nil {
		return fault(op, err)
	}
	if err := u.store.fs.Chtimes(u.path, now()); err != nil {
		return missing(op, err)
	}
	if err := u.sync(); err != nil {
		return errs.Wrap(op, err)
	}
	u.store.naming.Lock()
	defer u.store.naming.Unlock()
	if err := u.store.fs.Rename(u.path, pathOf(d)); err != nil {
		return missing(op, err)
	}
	u.store.holdBlob(d)
	return nil
}

// missing is fault, for calls on a name that somebody may have removed.
func missing(op string, err error) error {
	if isGone(err) {
		return errs.Because(op, errs.NotFound, err, "This upload is gone. Start it again.")
	}
	return fault(op, err)
}

// shard makes the folder of a blob durable, once in the life of a process: that it
// exists does not prove it, for another may have made it only just now. Two that come at
// once both do it, rather than have everybody wait for a sync.
func (s *Store) shard(d digest.Digest) error {
	const op = "blob.shard"
	name := shardOf(d)
	s.mu.Lock()
	durable := s.shards[name]
	s.mu.Unlock()
	if durable {
		return nil
	}
	if err := s.makeFolder(name); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.fs.SyncDir(path.Dir(name)); err != nil {
		return fault(op, err)
	}
	s.mu.Lock()
	s.shards[name] = true
	s.mu.Unlock()
	return nil
}

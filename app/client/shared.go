package client

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sregistry/app/api"
	"sregistry/app/client/lease"
	"sregistry/app/errs"
)

// writable are the permissions that no file of a shared cache has: it may be linked from
// many places, and what one changes in its place changes for all.
const writable fs.FileMode = 0o222

// shared is the place of one image's content in a folder that several machines share.
type shared struct {
	*download
	image api.Image
	path  string
	times lease.Times
}

// throughCache puts the image into a target by way of a shared folder: one of all who want
// it downloads, the others wait and link. It reports whether we were the one. Errors: those
// of Pull, and Forbidden and so on of the folder.
func (d *download) throughCache(ctx context.Context, dir, target string, image api.Image) (fetched bool, err error) {
	const op = "client.throughCache"
	hex := d.content.Encoded()
	s := &shared{d, image, filepath.Join(dir, d.content.Algorithm().String(), hex[:2], hex+".sif"), d.c.options.Lease}
	if s.times == (lease.Times{}) {
		s.times = lease.Default()
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o777); err != nil {
		return false, fileError(op, "write", dir, err)
	}
	for {
		given, err := s.give(ctx, target)
		if given || err != nil {
			return fetched, err
		}
		l, err := lease.Take(ctx, s.path+".lease", s.times, s.there)
		if err != nil {
			return false, fileError(op, "write", dir, err)
		}
		if l == nil {
			continue
		}
		err = s.fetchOnce(l)
		lost := l.Context().Err() != nil && ctx.Err() == nil
		l.Release()
		if err != nil && !lost {
			return false, err
		}
		fetched = !lost
	}
}

// there reports whether the cache has the content, as far as a look can tell.
func (s *shared) there() (bool, error) {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Size() == s.size, err
}

// fetchOnce downloads into the cache, and resumes what one that died has left.
func (s *shared) fetchOnce(l *lease.Lease) error {
	const op = "client.shared.fetchOnce"
	own := s.path + "." + l.Nonce()
	if left, err := filepath.Glob(s.path + ".*.part"); err == nil {
		for _, part := range left {
			_ = os.Rename(part, own+".part") // one that may not be moved is left, and all is fetched
		}
	}
	p, err := openPart(own)
	if errs.Is(err, errs.Forbidden) || errs.Is(err, errs.Conflict) {
		// It is another user's, or of one who only seemed dead.
		_ = os.Remove(own + ".part")
		p, err = openPart(own)
	}
	if err != nil {
		return err
	}
	s.target = s.path
	err = s.intoPart(l.Context(), p, s.image)
	if errs.Is(err, errs.NoSpace) || errs.Is(err, errs.TooLarge) {
		p.remove()
	}
	p.close(err == nil)
	if err != nil {
		return err
	}
	info, err := os.Stat(own)
	if err == nil {
		err = os.Chmod(own, info.Mode()&^writable)
	}
	if err == nil {
		err = os.Rename(own, s.path)
	}
	if err != nil {
		return fileError(op, "write", s.path, err)
	}
	return nil
}

// give puts what the cache has into the target, by a link or else by a copy, and verified
// in either case; it reports whether there was something. What is damaged is taken out.
func (s *shared) give(ctx context.Context, target string) (bool, error) {
	if there, err := s.there(); !there || err != nil {
		if err != nil {
			err = fileError("client.shared.give", "read", s.path, err)
		}
		return false, err
	}
	good, err := s.link(ctx, target)
	if errors.Is(err, errNoLink) {
		good, err = s.copy(ctx, target)
	}
	if errors.Is(err, errGone) {
		return false, nil
	}
	if err == nil && !good {
		err = os.Remove(s.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fileError("client.shared.give", "remove", s.path+", which is damaged", err)
		}
		err = nil
	}
	return good, err
}

// errNoLink tells that a file cannot be linked: the target is on another file system, or
// this one has no links, or they are not for this user.
var errNoLink = errors.New("no hard link")

// errGone tells that there is no file any more: another found it damaged and took it out.
var errGone = errors.New("the cached file is gone")

// link gives the file a second name beside the target, and that the target's once it is
// known to be good.
func (s *shared) link(ctx context.Context, target string) (bool, error) {
	const op = "client.shared.link"
	draft, err := os.MkdirTemp(filepath.Dir(target), ".sregistry-*")
	if err != nil {
		return false, fileError(op, "write", filepath.Dir(target), err)
	}
	defer os.RemoveAll(draft)
	name := filepath.Join(draft, "image")
	if os.Link(s.path, name) != nil {
		return false, errNoLink
	}
	good, err := s.alreadyIn(ctx, name)
	if !good || err != nil {
		return false, err
	}
	if err := os.Rename(name, target); err != nil {
		return false, fileError(op, "write", target, err)
	}
	return true, nil
}

// copy writes the file once more, as a download does.
func (s *shared) copy(ctx context.Context, target string) (bool, error) {
	const op = "client.shared.copy"
	from, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, errGone
	}
	if err != nil {
		return false, fileError(op, "read", s.path, err)
	}
	defer from.Close()
	p, err := openPart(target)
	if err != nil {
		return false, err
	}
	good := false
	defer func() { p.close(good) }()
	if err := p.clear(); err != nil {
		return false, err
	}
	digester := s.content.Algorithm().Digester()
	out := &counted{to: io.MultiWriter(p, digester.Hash())}
	if _, err := io.CopyBuffer(out, withContext(ctx, from), make([]byte, bufferSize)); err != nil {
		if out.failed != nil {
			p.remove()
			return false, fileError(op, "write", target, out.failed)
		}
		return false, fileError(op, "read", s.path, err)
	}
	if digester.Digest() != s.content {
		return false, p.clear()
	}
	if err := p.commit(); err != nil {
		return false, err
	}
	good = true
	return true, nil
}

package client

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sregistry/app/api"
	"sregistry/app/client/lease"
	"sregistry/app/client/trust"
	"sregistry/app/errs"
)

// writable are the permissions that no file of a shared cache has: it may be linked from
// many places, and what one changes in its place changes for all.
const writable fs.FileMode = 0o222

// maxRounds is how often the cache is tried before the image is downloaded past it: somebody
// may spoil it as fast as we mend it.
const maxRounds = 3

// shared is the place of one image's content in a folder that several machines share. Whoever
// can write there can make us wait, or download past it, but not have us take what is not the
// image, nor what they can change later.
type shared struct {
	*download
	image api.Image
	path  string
	times lease.Times
	me    trust.User
}

// obstacle is why the cache cannot be used for an image though its folder can: something lies
// in the way that is not ours to remove.
type obstacle struct{ path string }

func (o *obstacle) Error() string { return o.path + " is in the way, and belongs to another user" }

// throughCache puts the image into a target by way of a shared folder: one of all who want
// it downloads, the others wait and link. It reports whether we were the one. Errors: those
// of Pull, an obstacle, and Forbidden and so on of the folder.
func (d *download) throughCache(ctx context.Context, dir, target string, image api.Image) (fetched bool, err error) {
	const op = "client.throughCache"
	hex := d.content.Encoded()
	s := &shared{d, image, filepath.Join(dir, d.content.Algorithm().String(), hex[:2], hex+".sif"), d.c.options.Lease, d.c.me}
	if s.times == (lease.Times{}) {
		s.times = lease.Default()
	}
	if err := makeShared(dir, filepath.Dir(s.path)); err != nil {
		return false, fileError(op, "write", dir, err)
	}
	for range maxRounds {
		given, err := s.give(ctx, target)
		if given || err != nil {
			return fetched, err
		}
		l, err := lease.Take(ctx, s.path+".lease", s.times, s.there)
		if errors.Is(err, lease.ErrObstructed) {
			return false, &obstacle{s.path + ".lease"}
		}
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
	return false, &obstacle{s.path}
}

// makeShared makes the folders below a shared one. They are for the same people as it is,
// whatever the umask of the first of them.
func makeShared(dir, below string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	for _, path := range []string{filepath.Dir(below), below} {
		err := os.Mkdir(path, 0o777)
		if err == nil {
			err = os.Chmod(path, info.Mode())
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// there reports whether the cache has the content, as far as can be told without reading it.
func (s *shared) there() (bool, error) {
	info, err := os.Lstat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Mode().IsRegular() && info.Size() == s.size, err
}

// fetchOnce downloads into the cache, and resumes what one that died has left.
func (s *shared) fetchOnce(l *lease.Lease) error {
	path := s.path + "." + l.Nonce() + ".part"
	s.adopt(path)
	p, err := openPart(path, s.path, s.me)
	if errs.Is(err, errs.Forbidden) || errs.Is(err, errs.Conflict) {
		// It is of one who only seemed dead, or somebody has read our nonce in the lease.
		_ = os.Remove(path)
		p, err = openPart(path, s.path, s.me)
	}
	if err != nil {
		return err
	}
	p.readOnly = true
	s.target = s.path
	err = s.intoPart(l.Context(), p, s.image)
	if errs.Is(err, errs.NoSpace) || errs.Is(err, errs.TooLarge) {
		p.remove()
	}
	p.close(err == nil)
	if errs.Is(err, errs.Forbidden) {
		return &obstacle{s.path} // a part can be made in this folder, but not take this name
	}
	return err
}

// adopt takes over the part that somebody has left who downloaded before us. One that is not
// ours alone is of no use, and goes as far as we may remove it.
func (s *shared) adopt(path string) {
	left, err := os.ReadDir(filepath.Dir(s.path))
	if err != nil {
		return // all is fetched
	}
	for _, entry := range left {
		name := entry.Name()
		if !strings.HasPrefix(name, filepath.Base(s.path)+".") || !strings.HasSuffix(name, ".part") {
			continue
		}
		old := filepath.Join(filepath.Dir(s.path), name)
		if info, err := entry.Info(); err == nil && s.me.Sealed(info) {
			_ = os.Rename(old, path) // it is looked at again when it is open
		} else {
			_ = os.Remove(old)
		}
	}
}

// give puts what the cache has into the target, by a link or else by a copy, and verified
// in either case; it reports whether there was something. What is damaged is taken out.
func (s *shared) give(ctx context.Context, target string) (bool, error) {
	const op = "client.shared.give"
	if _, err := os.Lstat(s.path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fileError(op, "read", s.path, err)
	}
	good := false
	there, err := s.there()
	if there && err == nil {
		good, err = s.link(ctx, target)
		if errors.Is(err, errNoLink) {
			good, err = s.copy(ctx, target)
		}
	}
	switch {
	case good, err != nil && !errors.Is(err, errUseless):
		return good, err
	}
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, &obstacle{s.path}
	}
	return false, nil
}

// errNoLink tells that a file cannot be linked: the target is on another file system, or
// this one has no links, or they are not for this user, or somebody else could change what he
// would then share with us.
var errNoLink = errors.New("no hard link")

// errUseless tells that what the cache has cannot be read, or is gone by now.
var errUseless = errors.New("the cached file is of no use")

// link gives the file a second name beside the target, and that the target's once it is
// known to be good, and that nobody else can change it. Whose the file is, is asked of the
// linked one: its other name may lead elsewhere by then.
func (s *shared) link(ctx context.Context, target string) (bool, error) {
	const op = "client.shared.link"
	draft, err := os.MkdirTemp(filepath.Dir(target), ".sregistry-*")
	if err != nil {
		return false, fileError(op, "write", target, err)
	}
	defer os.RemoveAll(draft)
	name := filepath.Join(draft, "image")
	if os.Link(s.path, name) != nil {
		return false, errNoLink
	}
	f, info, err := trust.Open(name)
	if err != nil || !s.me.Sealed(info) {
		if err == nil {
			f.Close()
		}
		return false, errNoLink
	}
	defer f.Close()
	if good, err := s.isIn(ctx, f); !good || err != nil {
		return false, err
	}
	if err := os.Rename(name, target); err != nil {
		return false, fileError(op, "write", target, err)
	}
	return true, nil
}

// copy writes the file once more, as a download does. What is verified is what was written,
// so it does not matter who changes the cached file meanwhile.
func (s *shared) copy(ctx context.Context, target string) (bool, error) {
	const op = "client.shared.copy"
	from, _, err := trust.Open(s.path)
	if err != nil {
		return false, errUseless
	}
	defer from.Close()
	p, err := openPart(target+".part", target, s.me)
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
	if _, err := io.CopyBuffer(out, withContext(ctx, io.LimitReader(from, s.size)), make([]byte, bufferSize)); err != nil {
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

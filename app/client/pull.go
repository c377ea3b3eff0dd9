package client

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// PullRequest says which image to pull, and where to.
type PullRequest struct {
	Container ref.Path
	Reference ref.Reference // zero is "latest"
	Arch      string        // empty is the server's choice
	// Target is the file to write; empty is the image's own name in the working directory.
	Target string
	// Force lets another file of that name be overwritten.
	Force bool
	// Cache is a folder that many machines share, by which only one of those that pull the
	// same image downloads it; empty is none.
	Cache    string
	Progress Progress
}

// Pulled is the outcome of a pull.
type Pulled struct {
	Image api.Image
	File  string
	// Unchanged tells that the file was there already, with this content.
	Unchanged bool
	// Shared tells that the content came out of the cache, and nothing was downloaded.
	Shared bool
	// Bypassed is what kept the cache from being used, a file of somebody else's; empty if it
	// was used, or if there is none.
	Bypassed string
}

// Pull writes an image to a file. It arrives in a file with ".part" after its name, is
// hashed meanwhile, and gets its name once its size and digest are verified; a later pull
// resumes a part that was left. Errors: NotFound, Unauthenticated, Forbidden, Conflict
// for a file that is in the way, DigestInvalid for wrong bytes, NoSpace, Unavailable,
// Unsupported for an image that is not a file, Canceled.
func (c *Client) Pull(ctx context.Context, r PullRequest) (Pulled, error) {
	const op = "client.Pull"
	image, err := c.resolve(ctx, r)
	if err != nil {
		return Pulled{}, errs.Wrap(op, err)
	}
	d, err := c.newDownload(r.Container, image, r.Progress)
	if err != nil {
		return Pulled{}, errs.Wrap(op, err)
	}
	out := Pulled{Image: image, File: r.Target}
	if out.File == "" {
		if out.File, err = fileName(image); err != nil {
			return Pulled{}, errs.Wrap(op, err)
		}
	}
	same, ours, err := d.alreadyIn(ctx, out.File)
	out.Unchanged = same && ours
	switch {
	case err != nil || out.Unchanged:
		return out, errs.Wrap(op, err)
	case same && !r.Force:
		return out, errs.E(op, errs.Conflict, "%s has this content, but another user can change it. Use --force to replace it, or --name for another name.", out.File)
	case !r.Force && exists(out.File):
		return out, errs.E(op, errs.Conflict, "%s exists and is another file. Use --force to overwrite it, or --name for another name.", out.File)
	}
	if r.Cache != "" {
		fetched, err := d.throughCache(ctx, r.Cache, out.File, image)
		blocked, ok := errors.AsType[*obstacle](err)
		if !ok {
			out.Shared = !fetched && err == nil
			return out, errs.Wrap(op, err)
		}
		out.Bypassed = blocked.path
	}
	return out, errs.Wrap(op, d.direct(ctx, out.File, image))
}

// direct downloads into a target.
func (d *download) direct(ctx context.Context, target string, image api.Image) error {
	p, err := openPart(target+".part", target, d.c.me)
	if err != nil {
		return err
	}
	d.target = target
	err = d.intoPart(ctx, p, image)
	if errs.Is(err, errs.NoSpace) || errs.Is(err, errs.TooLarge) {
		p.remove() // a part could be resumed, but a disk that stays full harms others
	}
	p.close(err == nil)
	return err
}

// PullTo writes an image to a stream. It is verified as it passes, so that wrong bytes are
// known only at the end, by an error of kind DigestInvalid; the others are those of Pull.
func (c *Client) PullTo(ctx context.Context, r PullRequest, to io.Writer) (api.Image, error) {
	const op = "client.PullTo"
	image, err := c.resolve(ctx, r)
	if err != nil {
		return api.Image{}, errs.Wrap(op, err)
	}
	d, err := c.newDownload(r.Container, image, r.Progress)
	if err != nil {
		return image, errs.Wrap(op, err)
	}
	digester := d.content.Algorithm().Digester()
	if err := d.fetch(ctx, io.MultiWriter(to, digester.Hash())); err != nil {
		return image, errs.Wrap(op, err)
	}
	if digester.Digest() != d.content {
		return image, errs.Wrap(op, d.wrong(image))
	}
	return image, nil
}

// resolve asks for the image, and does not let the server answer with another content than
// the one that was named.
func (c *Client) resolve(ctx context.Context, r PullRequest) (api.Image, error) {
	image, err := c.Image(ctx, r.Container, r.Reference, r.Arch)
	if err != nil {
		return image, err
	}
	if want := r.Reference.Digest.String(); want != "" && want != image.Content && want != image.Digest {
		return image, errs.E("client.resolve", errs.DigestInvalid, "%s answered with another image than the one asked for.", c.base)
	}
	return image, nil
}

// intoPart completes a part and puts it into place. A part that an earlier run left may be
// of another image; then it turns out wrong, and everything is fetched once more.
func (d *download) intoPart(ctx context.Context, p *part, image api.Image) error {
	if p.size > d.size {
		if err := p.clear(); err != nil {
			return err
		}
	}
	for found := p.size > 0; ; found = false {
		digester := d.content.Algorithm().Digester()
		if err := p.rehash(ctx, digester.Hash()); err != nil {
			return err
		}
		d.offset = p.size
		if err := d.fetch(ctx, io.MultiWriter(p, digester.Hash())); err != nil {
			return err
		}
		if digester.Digest() == d.content {
			return p.commit()
		}
		if err := p.clear(); err != nil {
			return err
		}
		if !found {
			return d.wrong(image)
		}
	}
}

// alreadyIn reports whether a file has the image's content, and whether it is ours to keep:
// in a folder of many, another may have laid out the right file to change it later.
func (d *download) alreadyIn(ctx context.Context, path string) (same, ours bool, err error) {
	const op = "client.alreadyIn"
	name, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // to write it will tell why it cannot be there
		return false, false, nil
	}
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist): // a link that leads nowhere is in the way all the same
		return false, false, nil
	case err != nil:
		return false, false, fileError(op, "read", path, err)
	case info.IsDir():
		return false, false, errs.E(op, errs.Conflict, "%s is a folder. Choose another name with --name.", path)
	case !info.Mode().IsRegular() || info.Size() != d.size:
		return false, false, nil
	}
	f, err := OpenFile(path)
	if err != nil {
		return false, false, err
	}
	defer f.Close()
	if info, err = f.file.Stat(); err != nil {
		return false, false, fileError(op, "read", path, err)
	}
	same, err = d.isIn(ctx, f.file)
	return same, d.c.me.Keeps(info) && d.c.me.Owns(name), err
}

// isIn reports whether an open file has the image's content.
func (d *download) isIn(ctx context.Context, f *os.File) (bool, error) {
	verifier := d.content.Verifier()
	if _, err := io.CopyBuffer(verifier, withContext(ctx, f), make([]byte, bufferSize)); err != nil {
		return false, fileError("client.isIn", "read", f.Name(), err)
	}
	return verifier.Verified(), nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// nameLetters are those of the file names that a registry proposes, which are made of the
// names of containers and tags: none of them means anything to a terminal or a shell.
const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// fileName is the name that the server proposes, if it is no more than the name of an image
// file: it must not lead out of the working directory, nor be chosen for another program
// that reads a file of that name there.
func fileName(image api.Image) (string, error) {
	name := image.FileName
	isImage := strings.HasSuffix(name, ".sif") || strings.HasSuffix(name, ".simg")
	if !isImage || strings.Trim(name, nameLetters) != "" || strings.ContainsAny(name[:1], ".-") {
		return "", errs.E("client.fileName", errs.Invalid, "%s has no name for a file. Choose one with --name.", image.Name)
	}
	return name, nil
}

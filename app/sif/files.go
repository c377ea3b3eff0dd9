package sif

import (
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
)

// Files is the root filesystem of an image, open for looking at what files there are. It
// is not safe for concurrent use.
type Files struct {
	in *inspection
	fs *squash.FS
}

// File is a name in a folder of an image, and what is known of it without reading it.
type File struct {
	Name     string // its bytes as they are, which need not be text
	Mode     fs.FileMode
	Size     int64 // of a regular file, in bytes
	Modified time.Time
	Target   string // of a symbolic link, as it is, or the beginning of a long one
}

// Listing is a part of a folder.
type Listing struct {
	Files []File
	// Count is how many files the folder has; if Uncounted, it has more.
	Count     int
	Uncounted bool
}

// OpenFiles opens the root filesystem of an image: r is the file and size its length in
// bytes. Whoever is done with it closes it.
//
// Errors: Unsupported, with a sentence, for an image of which the files cannot be listed,
// because it is encrypted, for example; Invalid for a file that is not an image or is damaged;
// Canceled if ctx ends, then or later; Internal if r cannot be read.
func OpenFiles(ctx context.Context, r io.ReaderAt, size int64) (*Files, error) {
	const op = "sif.OpenFiles"
	f := &Files{in: &inspection{file: &source{ctx: ctx, r: r, size: size, left: maxWalk}, report: &Report{}}}
	start, length, err := f.in.root()
	if err != nil {
		return nil, f.failure(op, err)
	}
	f.fs, err = squash.Open(io.NewSectionReader(f.in.file, start, length), length, maxWalk)
	if err != nil {
		return nil, f.failure(op, err)
	}
	return f, nil
}

// Close frees what the decompression holds.
func (f *Files) Close() { f.fs.Close() }

// List reads a part of the folder of an absolute path: most files at the most, after
// leaving out the first skip of them. Links are followed. Errors: NotFound if there is no
// such folder; Invalid, Canceled and Internal as for OpenFiles.
func (f *Files) List(path string, skip, most int) (Listing, error) {
	const op = "sif.Files.List"
	dir, err := f.fs.Open(path)
	if errs.Is(err, errs.NotFound) && f.in.file.failure == nil {
		return Listing{}, errs.E(op, errs.NotFound, "There is no folder %s in the image.", clean([]byte(path)))
	}
	if err != nil {
		return Listing{}, f.failure(op, err)
	}
	entries, count, err := f.fs.List(dir, skip, most, maxListed, nil)
	if err != nil {
		return Listing{}, f.failure(op, err)
	}
	l := Listing{Count: min(count, maxListed), Uncounted: count > maxListed}
	for _, e := range entries {
		l.Files = append(l.Files, file(e))
	}
	return l, nil
}

func file(e squash.Entry) File {
	target := e.Target
	if len(target) > maxListedTarget {
		target = target[:maxListedTarget] + "…"
	}
	return File{Name: e.Name, Mode: e.Mode, Size: int64(min(e.Size, 1<<63-1)), Modified: instant(int64(e.Modified)), Target: target}
}

// failure makes a sentence of half a one, unless the fault lies not with the image.
func (f *Files) failure(op string, err error) error {
	switch {
	case f.in.file.failure != nil:
		return errs.Wrap(op, f.in.file.failure)
	case errs.Is(err, errs.Unsupported):
		return errs.Wrap(op, err)
	}
	return errs.Because(op, errs.Invalid, err, "The filesystem of the image cannot be read: %s.", errs.Message(err))
}

// root finds where the root filesystem lies in the file.
func (in *inspection) root() (start, size int64, err error) {
	const op = "sif.root"
	head, err := in.head()
	if err != nil {
		return 0, 0, err
	}
	if isSIF(head) {
		return in.partition(head)
	}
	start = int64(len(launchLine(head)))
	switch {
	case isSquashfs(head[start:]):
		return start, in.file.size - start, nil
	case isExt3(head[start:]):
		return 0, 0, errs.E(op, errs.Unsupported, "This is an ext3 image of an old Singularity, of which the files cannot be listed.")
	}
	return 0, 0, notAnImage(head)
}

// partition finds the primary partition of a SIF.
func (in *inspection) partition(head []byte) (start, size int64, err error) {
	const op = "sif.partition"
	h, err := in.readHeader(head)
	if err != nil {
		return 0, 0, err
	}
	used, err := in.readDescriptors(h)
	if err != nil {
		return 0, 0, err
	}
	d, ok := in.primary(used)
	if !ok {
		return 0, 0, errs.E(op, errs.Unsupported, "The image has no single filesystem, so its files cannot be listed.")
	}
	if err := in.checkBounds(d); err != nil {
		return 0, 0, err
	}
	switch p := partitionOf(d); {
	case p.encrypted():
		return 0, 0, errs.E(op, errs.Unsupported, "The filesystem of the image is encrypted, so its files cannot be listed.")
	case p.fs != sif.FsSquash:
		return 0, 0, errs.E(op, errs.Unsupported, "The filesystem of the image is of type %s, of which the files cannot be listed.", p.filesystem())
	}
	return d.Offset, d.Size, nil
}

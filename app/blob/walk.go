package blob

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// Entry is something that lies among the blobs.
type Entry struct {
	// Digest is the blob's; empty for a stray, which is anything that has no business there.
	Digest digest.Digest
	// Path is where it lies, below the store's folder.
	Path string
	// Size is in bytes.
	Size int64
	// Changed is when it was committed.
	Changed time.Time
}

// Walk calls fn with every blob and every stray among the blobs and uploads, folder by
// folder, until fn fails. What comes or goes meanwhile may be seen or not. Kinds:
// Canceled, Internal, and those of fn.
func (s *Store) Walk(ctx context.Context, fn func(Entry) error) error {
	const op = "blob.Walk"
	w := walk{ctx: ctx, store: s, fn: fn}
	err := w.each(blobsFolder, func(algorithm string) error {
		name := blobsFolder + "/" + algorithm
		if !known(digest.Algorithm(algorithm)) {
			return w.show(Entry{Path: name})
		}
		return w.each(name, func(shard string) error { return w.shard(name+"/"+shard, digest.Algorithm(algorithm)) })
	})
	if err == nil {
		err = w.each(uploadsFolder, func(id string) error {
			if validID.MatchString(id) {
				return nil
			}
			return w.show(Entry{Path: uploadsFolder + "/" + id})
		})
	}
	return errs.Wrap(op, err)
}

// walk is one run of Walk.
type walk struct {
	ctx   context.Context
	store *Store
	fn    func(Entry) error
}

// shard shows what lies in a folder of blobs, or the folder itself if it is a stray.
func (w walk) shard(folder string, algorithm digest.Algorithm) error {
	info, err := w.store.fs.Stat(folder)
	if err != nil {
		return fault("blob.Walk", err)
	}
	if !info.IsDir() {
		return w.show(Entry{Path: folder})
	}
	return w.each(folder, func(name string) error {
		e := Entry{Path: folder + "/" + name}
		d := digest.NewDigestFromEncoded(algorithm, name)
		if d.Validate() == nil && pathOf(d) == e.Path {
			e.Digest = d
		}
		return w.show(e)
	})
}

// each calls fn with the names in a folder.
func (w walk) each(folder string, fn func(name string) error) error {
	names, err := w.store.fs.ReadDir(folder)
	if err != nil {
		return fault("blob.Walk", err)
	}
	for _, name := range names {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := fn(name); err != nil {
			return err
		}
	}
	return nil
}

// show completes an entry and passes it on, unless it has gone meanwhile.
func (w walk) show(e Entry) error {
	info, err := w.store.fs.Stat(e.Path)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return fault("blob.Walk", err)
	}
	if !info.Mode().IsRegular() {
		e.Digest = ""
	}
	e.Size, e.Changed = info.Size(), info.ModTime()
	return w.fn(e)
}

// UploadEntry is an upload that is under way or was left.
type UploadEntry struct {
	ID string
	// Size is in bytes.
	Size int64
	// Changed is when bytes last came in.
	Changed time.Time
	// Open tells that somebody is writing to it now.
	Open bool
}

// Uploads lists the uploads, by id. Kinds: Internal.
func (s *Store) Uploads() ([]UploadEntry, error) {
	const op = "blob.Uploads"
	names, err := s.fs.ReadDir(uploadsFolder)
	if err != nil {
		return nil, fault(op, err)
	}
	var uploads []UploadEntry
	for _, id := range names {
		info, err := s.fs.Stat(uploadsFolder + "/" + id)
		if isGone(err) || !validID.MatchString(id) {
			continue
		}
		if err != nil {
			return nil, fault(op, err)
		}
		s.mu.Lock()
		open := s.open[id]
		s.mu.Unlock()
		uploads = append(uploads, UploadEntry{ID: id, Size: info.Size(), Changed: info.ModTime(), Open: open})
	}
	return uploads, nil
}

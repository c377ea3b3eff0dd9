package backup

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

// names gives the complete backups in a folder, oldest first.
func names(files blob.FS) ([]string, error) {
	const op = "backup.names"
	all, err := files.ReadDir(snapshotsFolder)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var list []string
	for _, name := range all {
		if _, err := time.Parse(stampLayout, name); err != nil {
			continue
		}
		_, err := files.Stat(snapshotsFolder + "/" + name + "/" + manifestName)
		if isGone(err) {
			continue
		}
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return list, nil
}

// prune lets all but the newest backups go, and then the blobs that only they needed.
func (t *folder) prune(ctx context.Context, r *Report) error {
	all, err := t.files.ReadDir(snapshotsFolder)
	if err != nil {
		return err
	}
	kept, err := names(t.files)
	if err != nil {
		return err
	}
	kept = kept[max(0, len(kept)-max(t.options.Keep, 1)):]
	for _, name := range all {
		if slices.Contains(kept, name) {
			continue
		}
		if err := t.drop(snapshotsFolder + "/" + name); err != nil {
			return err
		}
		r.Dropped++
	}
	return t.sweep(ctx, kept, r)
}

// drop removes one backup: first what makes it one.
func (t *folder) drop(folder string) error {
	inside, err := t.files.ReadDir(folder)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if at := slices.Index(inside, manifestName); at > 0 {
		inside[0], inside[at] = inside[at], inside[0]
	}
	for _, name := range inside {
		if err := t.files.Remove(folder + "/" + name); err != nil {
			return err
		}
		if name == manifestName {
			if err := t.files.SyncDir(folder); err != nil {
				return err
			}
		}
	}
	if err := t.files.Remove(folder); err != nil {
		return err
	}
	return t.files.SyncDir(snapshotsFolder)
}

// sweep removes the blobs that none of the kept backups names. If one of them cannot be
// read, nothing is removed.
func (t *folder) sweep(ctx context.Context, kept []string, r *Report) (err error) {
	var copies []*store.DB
	defer func() {
		for _, c := range copies {
			err = errors.Join(err, c.Close())
		}
	}()
	slices.Reverse(kept) // the newest knows most of them
	for _, name := range kept {
		c, err := store.OpenCopy(filepath.Join(t.dir, snapshotsFolder, name, store.FileName))
		if err != nil {
			return err
		}
		copies = append(copies, c)
	}
	var unused []digest.Digest
	err = t.blobs.Walk(ctx, func(e blob.Entry) error {
		if e.Digest == "" {
			return nil
		}
		needed, err := isNeeded(ctx, copies, e.Digest)
		if err == nil && !needed {
			unused = append(unused, e.Digest)
		}
		return err
	})
	if err != nil {
		return err
	}
	gone, err := t.blobs.Free(unused, nil) // nobody else copies to the folder, which is locked
	r.Removed = len(gone)
	return err
}

func isNeeded(ctx context.Context, copies []*store.DB, d digest.Digest) (needed bool, err error) {
	for _, c := range copies {
		err := c.Peek(ctx, func(tx *store.Tx) (err error) {
			needed, err = tx.HasBlob(ctx, d)
			return err
		})
		if err != nil || needed {
			return needed, err
		}
	}
	return false, nil
}

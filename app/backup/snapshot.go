package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/store"
)

const (
	// pinLife is how long files stay if a backup dies without a word.
	pinLife = 10 * time.Minute
	// pinRenewal is how often a backup says that it lives.
	pinRenewal = time.Minute
	// batch is how many rows are read at a time.
	batch = 500
)

// errAsleep ends a backup that did not say for too long that it lives.
var errAsleep = errs.E("backup.renew", errs.Unavailable, "The backup was held up for so long that what it was to copy may be gone; run it again. What was copied is kept.")

// snapshot is the state of a data folder at one moment, whose blobs are pinned.
type snapshot struct {
	source   Source
	pin      string
	copy     *store.DB
	manifest Manifest
	// ctx is done when the blobs are no longer pinned.
	ctx    context.Context
	cancel context.CancelCauseFunc
	beat   sync.WaitGroup

	mu      sync.Mutex
	reached digest.Digest
}

// take pins all blobs, then copies the database. The caller ends the snapshot.
func (s Source) take(ctx context.Context) (_ *snapshot, err error) {
	const op = "backup.take"
	n := &snapshot{source: s, pin: rand.Text()}
	if err := s.tidy(ctx); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if err := s.DB.Update(ctx, func(tx *store.Tx) error { return tx.Pin(ctx, n.pin, pinLife) }); err != nil {
		return nil, errs.Wrap(op, err)
	}
	n.ctx, n.cancel = context.WithCancelCause(ctx)
	n.beat.Go(n.keep)
	defer func() {
		if err != nil {
			err = errors.Join(err, n.end())
		}
	}()
	n.manifest = Manifest{Format: format, Program: s.Program, Taken: time.Now().UTC(), Files: map[string]File{}}
	if err := s.DB.Copy(n.ctx, n.file()); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if n.copy, err = store.OpenCopy(filepath.Join(s.Dir, store.SnapshotFolder, n.file())); err != nil {
		return nil, errs.Wrap(op, err)
	}
	err = n.copy.View(n.ctx, func(tx *store.Tx) (err error) {
		if n.manifest.Schema, err = tx.Schema(ctx); err != nil {
			return err
		}
		if n.manifest.Rows, err = tx.Counts(ctx); err != nil {
			return err
		}
		n.manifest.Blobs, n.manifest.Bytes, err = tx.BlobTotals(ctx)
		return err
	})
	return n, errs.Wrap(op, err)
}

// file is the name of the copy of the database. It tells by which pin it lives.
func (n *snapshot) file() string { return "backup-" + n.pin + ".db" }

// tidy removes copies of the database that dead backups have left.
func (s Source) tidy(ctx context.Context) error {
	files := s.Blobs.Files()
	names, err := files.ReadDir(store.SnapshotFolder)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		pin, isCopy := strings.CutPrefix(name, "backup-")
		if !isCopy {
			continue
		}
		pin, _, _ = strings.Cut(pin, ".")
		lives := false
		err := s.DB.Peek(ctx, func(tx *store.Tx) (err error) {
			lives, err = tx.Pinned(ctx, pin)
			return err
		})
		if err == nil && !lives {
			err = files.Remove(store.SnapshotFolder + "/" + name)
		}
		if err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

// keep says again and again that the backup lives, until it ends.
func (n *snapshot) keep() {
	next := time.NewTicker(pinRenewal)
	defer next.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-next.C:
		}
		// A database that is busy is asked again; the pin outlives a few of these.
		if err := n.renew(); err != nil && !errs.Is(err, errs.Unavailable) || errors.Is(err, errAsleep) {
			n.cancel(err)
		}
	}
}

// renew says that the backup lives. Errors: errAsleep if it says so too late.
func (n *snapshot) renew() error {
	n.mu.Lock()
	reached := n.reached
	n.mu.Unlock()
	alive := false
	err := n.source.DB.Update(n.ctx, func(tx *store.Tx) (err error) {
		alive, err = tx.RenewPin(n.ctx, n.pin, reached, pinLife)
		return err
	})
	if err == nil && !alive {
		return errAsleep
	}
	return err
}

// pass notes that all blobs up to one are copied.
func (n *snapshot) pass(d digest.Digest) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reached = d
}

// each calls fn with every blob that the snapshot names, by digest.
func (n *snapshot) each(fn func(store.Blob) error) error {
	return eachBlob(n.ctx, n.copy, fn)
}

func eachBlob(ctx context.Context, db *store.DB, fn func(store.Blob) error) error {
	var after digest.Digest
	for {
		var list []store.Blob
		err := db.Peek(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.Blobs(ctx, after, batch)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, b := range list {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if err := fn(b); err != nil {
				return err
			}
			after = b.Digest
		}
	}
}

// eachFile calls fn with the database and every small file, and notes in the manifest
// what they are.
func (n *snapshot) eachFile(fn func(name string, f *os.File) (File, error)) error {
	files := n.source.Blobs.Files()
	one := func(name, at string) (File, error) {
		f, err := files.Open(at)
		if err != nil {
			return File{}, err
		}
		defer f.Close()
		return fn(name, f)
	}
	var err error
	if n.manifest.Database, err = one(store.FileName, store.SnapshotFolder+"/"+n.file()); err != nil {
		return err
	}
	for _, name := range n.source.Files {
		kept, err := one(name, name)
		if isGone(err) {
			continue
		}
		if err != nil {
			return err
		}
		n.manifest.Files[name] = kept
	}
	return nil
}

// confirm completes what is said of a damaged blob, and has the scrub look at it soon. If
// it is only missing because the pin has expired, that is the error.
func (n *snapshot) confirm(d Damage) (Damage, error) {
	if err := n.renew(); err != nil {
		return d, err
	}
	err := n.copy.Peek(n.ctx, func(tx *store.Tx) (err error) {
		d.Images, err = tx.ImagesWith(n.ctx, d.Digest, maxVictims)
		return err
	})
	if err != nil {
		return d, err
	}
	return d, n.source.DB.Update(n.ctx, func(tx *store.Tx) error { return tx.RequestScrub(n.ctx, d.Digest) })
}

// end lets the blobs and the copy of the database go.
func (n *snapshot) end() error {
	n.cancel(nil)
	n.beat.Wait()
	var all error
	if n.copy != nil {
		all = n.copy.Close()
	}
	if err := n.source.Blobs.Files().Remove(store.SnapshotFolder + "/" + n.file()); err != nil && !isGone(err) {
		all = errors.Join(all, err)
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(n.ctx), time.Minute)
	defer cancel()
	return errors.Join(all, n.source.DB.Update(lasting, func(tx *store.Tx) error { return tx.Unpin(lasting, n.pin) }))
}

// settle tells the report what became of a blob's copy: it was made, or the blob is
// damaged at its source. Any other error ends the backup.
func (n *snapshot) settle(r *Report, b store.Blob, err error) error {
	if bad, ok := errors.AsType[*spoiltError](err); ok {
		d, err := n.confirm(bad.Damage)
		if err != nil {
			return err
		}
		r.Damaged = append(r.Damaged, d)
		return nil
	}
	if err != nil {
		return err
	}
	r.Copied++
	r.CopiedBytes += b.Size
	return nil
}

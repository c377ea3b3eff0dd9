// Package blob keeps content-addressed files on the local filesystem, whole or not at
// all. It knows digests, offsets and file calls; it knows nothing of images, names,
// permissions or the database, and it decides nothing about who may read what.
//
// Below the folder of a store:
//
//	blobs/sha256/ab/<64 hex digits>    one blob, mode 0444, never written again
//	blobs/sha512/ab/<128 hex digits>   the same for clients that insist on sha512
//	uploads/<id>                       what has arrived of an upload, mode 0600
//	quarantine/<algorithm>-<hex>       a blob's file that was found damaged
//	quarantine/unknown-…               a blob's file that nothing refers to
//
// Entry points: Open, or OpenRead for reading only; Store.Create, Store.Resume and
// the methods of Upload to write; Store.OpenBlob to read; Store.VerifyFile and Store.Quarantine to
// find damage; Store.Walk, Store.Uploads, Store.Free and Store.QuarantineUnknown to clean up.
//
// The trap: a blob is durable once Commit has returned nil, but nothing refers to it yet.
// Until the caller has written that down and called Release, Free spares it. That is known
// to one process only, so no other may commit to a store that is swept.
package blob

import (
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// Store is a folder of blobs and uploads. Its methods may be called from several
// goroutines at once.
type Store struct {
	fs FS
	// cores decides when a hashing goroutine of its own pays; see pipelined.
	cores int32
	// running counts the calls of Append that are under way.
	running atomic.Int32

	mu     sync.Mutex
	open   map[string]bool // ids of the uploads that somebody is writing
	shards map[string]bool // folders of blobs known to be durable

	// naming orders Commit's rename and what looks at a blob before it takes its name away.
	naming sync.Mutex
	held   map[digest.Digest]hold // of blobs that were committed; under naming
}

// Option alters how Open works.
type Option func(*Store)

// WithFS puts a layer between the store and its files, for tests that inject faults.
func WithFS(wrap func(FS) FS) Option {
	return func(s *Store) { s.fs = wrap(s.fs) }
}

// Open opens the store in folder dir and makes what is missing of it, with mode 0700.
// Kinds: Unavailable if the folder cannot be written, NoSpace, Internal.
func Open(dir string, options ...Option) (*Store, error) {
	const op = "blob.Open"
	files, err := openFolder(dir)
	if err != nil {
		return nil, fault(op, err)
	}
	s := newStore(files)
	for _, option := range options {
		option(s)
	}
	if err := s.createLayout(); err != nil {
		s.fs.Close()
		return nil, errs.Wrap(op, err)
	}
	return s, nil
}

// OpenRead opens a store that is there for reading, and changes nothing in its folder,
// which may be on a disk that cannot be written. Kinds: NotFound, Unavailable.
func OpenRead(dir string) (*Store, error) {
	const op = "blob.OpenRead"
	root, err := os.OpenRoot(dir)
	if isGone(err) {
		return nil, errs.Because(op, errs.NotFound, err, "There is no folder %s.", dir)
	}
	if err != nil {
		return nil, errs.Because(op, errs.Unavailable, err, "The folder %s cannot be read.", dir)
	}
	return newStore(&folder{root: root}), nil
}

// newStore gives the store that has its files in a layer.
func newStore(files FS) *Store {
	return &Store{
		fs: files, cores: int32(runtime.GOMAXPROCS(0)),
		open: map[string]bool{}, shards: map[string]bool{}, held: map[digest.Digest]hold{},
	}
}

// createLayout makes the folders that every store has. They are synced even if they exist: the
// process that made them may have been killed before it came to that.
func (s *Store) createLayout() error {
	for _, name := range []string{uploadsFolder, blobsFolder, blobsFolder + "/sha256", blobsFolder + "/sha512"} {
		if err := s.makeFolder(name); err != nil {
			return err
		}
	}
	for _, name := range []string{".", blobsFolder} {
		if err := s.fs.SyncDir(name); err != nil {
			return fault("blob.createLayout", err)
		}
	}
	return nil
}

// Close releases the store's folder. Uploads and blobs that are still open stay usable
// as far as they need no further name.
func (s *Store) Close() error { return fault("blob.Close", s.fs.Close()) }

// makeFolder makes a folder unless it is there; to sync its parent is the caller's part.
func (s *Store) makeFolder(name string) error {
	const op = "blob.makeFolder"
	err := s.fs.Mkdir(name)
	if err == nil || !isExist(err) {
		return fault(op, err)
	}
	info, err := s.fs.Stat(name)
	if err != nil {
		return fault(op, err)
	}
	if !info.IsDir() {
		return fault(op, &fs.PathError{Op: "mkdir", Path: name, Err: errNotFolder})
	}
	return nil
}

// now is the time a sealed blob bears, in whole microseconds as filesystems keep it.
func now() time.Time { return time.Now().Truncate(time.Microsecond) }

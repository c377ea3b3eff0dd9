package datadir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/store"
)

// trace is something that belongs to a database: a folder below the data folder, the files in
// it, and what to call them.
type trace struct{ folder, pattern, what string }

var (
	// contents are what a database gives names to.
	contents = []trace{{"blobs", "*/*/*", "images"}, {"quarantine", "*", "quarantined files"}, {"uploads", "*", "uploads"}}
	// traces are all that tells of a database.
	traces = append(slices.Clone(contents), trace{store.SnapshotFolder, "*.db", "snapshots of a database"},
		trace{".", store.FileName + store.LogSuffix, "the log of a database"}, trace{".", identity.KeyFileName, "a server key"})
)

// traceOf names something in a data folder that belongs to a database; empty if there is
// nothing of the kind.
func traceOf(dir string, of []trace) (string, error) {
	for _, t := range of {
		found, err := hasFile(filepath.Join(dir, t.folder), t.pattern)
		if err != nil {
			return "", folderError("datadir.traceOf", dir, err)
		}
		if found {
			return t.what, nil
		}
	}
	return "", nil
}

// hasFile reports whether a folder holds a file with something in it whose path below it
// matches a pattern.
func hasFile(dir, pattern string) (found bool, err error) {
	depth := strings.Count(pattern, "/")
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			if path == dir && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) {
				return fs.SkipAll
			}
			return err
		}
		below, err := filepath.Rel(dir, path)
		if err != nil || path == dir {
			return err
		}
		if e.IsDir() {
			if strings.Count(below, "/") >= depth {
				return fs.SkipDir
			}
			return nil
		}
		if match, err := filepath.Match(pattern, filepath.ToSlash(below)); err != nil || !match {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && info.Size() > 0 {
			found = true
			return fs.SkipAll
		}
		return err
	})
	return found, err
}

// seek looks for the database of a data folder, before anything in it is opened. It refuses to
// have one made beside what belongs to another, unless that was asked for, and one beside the
// log of another, which would spoil both. It reports whether one has to be made.
func (d *Dir) seek(ctx context.Context) (missing bool, err error) {
	const op = "datadir.seek"
	file, err := store.Find(ctx, d.Path)
	if err != nil {
		return false, errs.Wrap(op, err)
	}
	if file.Tables {
		if d.newDatabase {
			return false, errs.E(op, errs.Conflict, "The folder %s has a database. Leave --new-database out, or move %s away first.", d.Path, store.FileName)
		}
		return false, errs.Wrap(op, d.fits(file))
	}
	what, err := traceOf(d.Path, traces)
	if err != nil {
		return false, errs.Wrap(op, err)
	}
	if what == "" {
		return true, nil
	}
	if !d.newDatabase {
		return true, lost(d.Path, what)
	}
	d.strange = true
	return true, errs.Wrap(op, d.setLogAside())
}

// lost is the error of a folder whose database is gone.
func lost(dir, what string) error {
	return errs.E("datadir.lost", errs.Conflict, `The folder %s has %s, but its database %s is missing or empty. Put the database back, or restore a backup with "sregistry restore"; to start with an empty registry all the same, run "sregistry serve --new-database" once.`, dir, what, store.FileName)
}

// Require refuses a folder in which there is no registry, so that none is made there. Errors:
// NotFound, Conflict if there was one and its database is lost, Forbidden for a folder that may
// not be read.
func Require(dir string) error {
	const op = "datadir.Require"
	info, err := os.Stat(filepath.Join(dir, store.FileName))
	if err == nil && info.Size() > 0 {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return folderError(op, dir, err)
	}
	if what, err := traceOf(dir, traces); err != nil {
		return errs.Wrap(op, err)
	} else if what != "" {
		return lost(dir, what)
	}
	return errs.Because(op, errs.NotFound, err, "No registry found in the folder %s. Name the right folder with --data.", dir)
}

// fits refuses a database whose log is another one's: SQLite would write that into it.
func (d *Dir) fits(file store.File) error {
	m, err := readMark(d.Path)
	if err != nil || !file.Log || m.InFile == 0 {
		return err
	}
	if file.Lineage.Registry == m.Registry && file.Lineage.Generation >= m.InFile {
		return nil
	}
	return errs.E("datadir.fits", errs.Conflict, `The file %s was replaced, but %s%s beside it belongs to the old one. Move %[2]s%[3]s and %[2]s-shm away, then start again.`,
		filepath.Join(d.Path, store.FileName), store.FileName, store.LogSuffix)
}

// setLogAside gives the log of a database that is lost another name, for SQLite would remove
// it.
func (d *Dir) setLogAside() error {
	log := filepath.Join(d.Path, store.FileName+store.LogSuffix)
	err := os.Rename(log, log+time.Now().UTC().Format(".20060102T150405.000Z"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return folderError("datadir.setLogAside", d.Path, err)
	}
	return nil
}

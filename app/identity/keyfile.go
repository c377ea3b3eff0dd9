package identity

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/owner"
	"sregistry/app/store"
)

// KeyFileName is the name of the server key in the data folder: 32 random bytes in hex.
// Without it no token of the database is good any more, so a backup must hold it.
const KeyFileName = "server.key"

// checkLabel is of the subkey by which the database knows the server key again. It opens
// nothing.
const checkLabel = "sregistry key check"

// keyCheckSize is how much of that the database keeps, in bytes.
const keyCheckSize = 16

// openKey reads the server key of a data folder, and makes it for a new database. A key that is
// lost, or is not the database's, is not replaced unless that was asked for: all tokens depend
// on it. Errors: Invalid for a file that is not a key, Conflict for one that is lost or is
// another's.
func (s *Service) openKey(ctx context.Context, dir string) error {
	const op = "identity.openKey"
	path := filepath.Join(dir, KeyFileName)
	var lineage store.Lineage
	users := 0
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if lineage, err = tx.Lineage(ctx); err != nil {
			return err
		}
		users, err = tx.CountUsers(ctx)
		return err
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	key, err := readKey(path)
	if err != nil && !errs.Is(err, errs.NotFound) && !s.newKey {
		return errs.Wrap(op, err)
	}
	missing := errs.Is(err, errs.NotFound)
	check := ""
	if err == nil {
		if check, err = key.check(); err != nil {
			return errs.Wrap(op, err)
		}
	}
	fits := check != "" && (check == lineage.KeyCheck || lineage.KeyCheck == "")
	switch {
	case fits && s.newKey:
		return errs.E(op, errs.Conflict, "The server key %s belongs to the database. Leave --new-key out.", path)
	case fits:
	case missing && lineage.KeyCheck == "" && users == 0: // all is new
		if key, err = makeKey(dir); err != nil {
			return unwritableKey(path, err)
		}
	case s.newKey:
		if key, err = replaceKey(dir); err != nil {
			return unwritableKey(path, err)
		}
		s.log.Warn("made a new server key; all tokens and webhook secrets must be created again", "file", path)
	case missing:
		return errs.E(op, errs.Conflict, `The server key %s is missing, and no token works without it. Restore it from a backup; if there is none, run "sregistry serve --new-key" once and create all tokens again.`, path)
	default:
		return errs.E(op, errs.Conflict, `The server key %s belongs to another registry, and no token works with it. Restore the right one from a backup; if there is none, run "sregistry serve --new-key" once and create all tokens again.`, path)
	}
	s.key = key
	return errs.Wrap(op, s.noteKey(ctx, lineage.KeyCheck))
}

// noteKey has the database know the key again.
func (s *Service) noteKey(ctx context.Context, known string) error {
	check, err := s.key.check()
	if err != nil || check == known || s.db.ReadOnly() {
		return err
	}
	return s.db.Update(ctx, func(tx *store.Tx) error { return tx.SetKeyCheck(ctx, check) })
}

// check gives what a key is known again by.
func (k serverKey) check() (string, error) {
	sum, err := k.subkey(nil, checkLabel, keyCheckSize)
	return hex.EncodeToString(sum), err
}

func unwritableKey(path string, err error) error {
	return errs.Because("identity.unwritableKey", errs.Unavailable, err, "The server key %s cannot be written. Check the permissions of the data folder.", path)
}

// readKey reads a server key. Errors: NotFound, Invalid for a file that is not one.
func readKey(path string) (serverKey, error) {
	const op = "identity.readKey"
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Because(op, errs.NotFound, err, "The server key %s is missing.", path)
	}
	if err != nil {
		return nil, errs.Because(op, errs.Unavailable, err, "The server key %s cannot be read. Check its permissions.", path)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != serverKeySize {
		return nil, errs.E(op, errs.Invalid,
			`The file %s is not a server key. Restore it from a backup; if there is none, run "sregistry serve --new-key" once and create all tokens again.`, path)
	}
	return key, nil
}

// replaceKey makes a new key in the place of one that is kept under another name.
func replaceKey(dir string) (serverKey, error) {
	path := filepath.Join(dir, KeyFileName)
	err := os.Rename(path, path+time.Now().UTC().Format(".20060102T150405.000Z"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return makeKey(dir)
}

// makeKey writes a new key durably. It is linked into place, which fails if another
// process was first, so that a key in use is never replaced; it gives the one that is there.
func makeKey(dir string) (_ serverKey, err error) {
	path := filepath.Join(dir, KeyFileName)
	f, err := owner.Of(dir).OpenFile(path+"."+rand.Text(), os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	var key [serverKeySize]byte
	rand.Read(key[:])
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err = os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	return readKey(path)
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) (err error) {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

package identity

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sregistry/app/errs"
)

// KeyFileName is the name of the server key in the data folder: 32 random bytes in hex.
// Without it no token of the database is good any more, so a backup must hold it. It is
// the one file of that folder that neither package blob nor the database writes.
const KeyFileName = "server.key"

// readKey reads the server key of a data folder, and makes it if there is none yet.
// Errors: Invalid for a file that is not a key.
func readKey(dir string) (serverKey, error) {
	const op = "identity.readKey"
	path := filepath.Join(dir, KeyFileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(dir); err != nil {
			return nil, errs.Because(op, errs.Unavailable, err, "The server key %s cannot be written; check the permissions of the data folder.", path)
		}
		// Read what is there now: another process may have been first.
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, errs.Because(op, errs.Unavailable, err, "The server key %s cannot be read; check its permissions.", path)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != serverKeySize {
		return nil, errs.E(op, errs.Invalid,
			"The file %s is not a server key; restore it from a backup, or remove it and make all tokens anew.", path)
	}
	return key, nil
}

// makeKey writes a new key durably. It is linked into place, which fails if another
// process was first, so that a key in use is never replaced.
func makeKey(dir string) (err error) {
	f, err := os.CreateTemp(dir, KeyFileName+".*") // 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	var key [serverKeySize]byte
	rand.Read(key[:])
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), filepath.Join(dir, KeyFileName))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) (err error) {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

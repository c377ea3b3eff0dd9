package credentials

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"sregistry/app/errs"
)

// Save writes the file, for its owner alone. Errors: Forbidden, Internal.
func (f *File) Save() error {
	const op = "credentials.Save"
	text, err := json.MarshalIndent(f.all, "", "    ")
	if err == nil {
		err = write(f.path, append(text, '\n'))
	}
	if errors.Is(err, fs.ErrPermission) {
		return errs.Because(op, errs.Forbidden, err, "Cannot write %s: you lack the permission.", f.path)
	}
	if err != nil {
		return errs.Because(op, errs.Internal, err, "Cannot write %s.", f.path)
	}
	return nil
}

// write replaces a file at once; a link is followed, so that it stays one.
func write(path string, text []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	if err == nil {
		err = draft.Sync()
	}
	if closed := draft.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		os.Remove(draft.Name())
	}
	return err
}

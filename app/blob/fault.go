package blob

import (
	"errors"
	"io/fs"
	"syscall"

	"sregistry/app/errs"
)

// What may lie where the store expects a file or a folder of its own.
var (
	errNotRegular = errors.New("not a regular file")
	errNotFolder  = errors.New("not a folder")
)

func isExist(err error) bool { return errors.Is(err, fs.ErrExist) }
func isGone(err error) bool  { return errors.Is(err, fs.ErrNotExist) }

// fault gives the error of a file call its kind: NoSpace, Unavailable, or else Internal.
// nil stays nil. Callers that know what a missing name means look for isGone first.
func fault(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Because(op, errs.NoSpace, err, "The registry's disk is full. Ask its administrator for room, then try again.")
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return errs.Because(op, errs.Unavailable, err, "The registry cannot write to its data folder. Ask its administrator to make it writable.")
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return errs.Because(op, errs.Unavailable, err, "The registry has too many files open. Try again in a moment.")
	}
	return errs.Wrap(op, err)
}

package blob

import (
	"os"

	"sregistry/app/errs"
)

// Peek opens what was taken of an upload so far, for a look at it before it is committed.
// The caller closes it. Kinds: NotFound if the upload was removed, Internal.
func (u *Upload) Peek() (*os.File, error) {
	const op = "blob.Peek"
	if err := u.usable(op); err != nil {
		return nil, err
	}
	f, err := u.store.fs.Open(u.path)
	if isGone(err) {
		return nil, errs.E(op, errs.NotFound, "This upload is gone. Start it again.")
	}
	return f, fault(op, err)
}

package registry

import (
	"context"
	"errors"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// FinishPush ends an upload of size bytes for a client that cannot hash what it sends, such
// as a browser: what arrived is kept as an image file, by whatever digest it has, under a
// tag. Whether the actor may do this, and whether the file is an image, is found out before
// anything is kept. A file that is not an image is thrown away; after any other error before
// the commit, the upload can be resumed. Errors: RangeInvalid if more or less has arrived,
// Conflict while a request still writes to it, Invalid for a file that is not an image, and
// those of AuthorizePush and Upload.
func (s *Service) FinishPush(ctx context.Context, actor model.Actor, path ref.Path, id string, size int64, tag string) (model.Image, error) {
	const op = "registry.FinishPush"
	if err := s.AuthorizePush(ctx, actor, path, tag); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	leave, err := s.uploadLocks.acquire(ctx, id, nil)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	defer leave()
	row, err := s.upload(ctx, actor, path, id)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	if row.Offset != size {
		return model.Image{}, errs.E(op, errs.RangeInvalid, "The upload stands at byte %d, and the file has %d; go on from there.", row.Offset, size)
	}
	u, err := s.blobs.Resume(row.ID, blob.Checkpoint{Offset: row.Offset, State: row.State})
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	defer u.Close() // does nothing after the commit
	var i model.Image
	d, err := s.commitFile(ctx, u)
	switch {
	case err == nil:
		d.reservation = &reservation{s: s, id: id} // the upload's row goes in the transaction that makes the image
		i, err = s.createFileImage(ctx, actor, path, d, tag, store.Blob{Digest: d.Content, Size: d.Size})
	case errs.Is(err, errs.Invalid):
		u.Abort() // it is not an image, and cannot become one
	default:
		return model.Image{}, errs.Wrap(op, err)
	}
	if err != nil {
		// The bytes are no longer an upload. Should its row stay, a sweep forgets it.
		return model.Image{}, errs.Wrap(op, errors.Join(err, s.removeUpload(ctx, id)))
	}
	return i, nil
}

// commitFile makes a durable blob of an upload that is an image file, and gives it the
// manifest that it would have by every door. Errors: Invalid for a file that is not an image,
// of which nothing is committed.
func (s *Service) commitFile(ctx context.Context, u *blob.Upload) (imageInfo, error) {
	size := u.Offset()
	f, err := u.Peek()
	if err != nil {
		return imageInfo{}, err
	}
	defer f.Close()
	report, err := inspectFile(ctx, f, size)
	if err != nil {
		return imageInfo{}, err
	}
	content, err := u.Commit("")
	if err != nil {
		return imageInfo{}, err
	}
	m, text, err := fileManifest(content, size)
	if err != nil {
		return imageInfo{}, err
	}
	d := newImageInfo(m, text)
	return d, d.setFile(content, size, report)
}

package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// maxOpenUploads bounds the uploads of which OpenUploads tells.
const maxOpenUploads = 500

// OpenUploads tells what is being pushed right now, and what was left half way, the latest
// first. For admins. Errors: Forbidden, Unauthenticated.
func (s *Service) OpenUploads(ctx context.Context, actor model.Actor) (list []model.OpenUpload, err error) {
	const op = "registry.OpenUploads"
	if err := requireAdmin(op, actor); err != nil {
		return nil, err
	}
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		list, err = tx.OpenUploads(ctx, maxOpenUploads)
		return err
	})
	if err == nil {
		err = s.mergeFiles(list)
	}
	return list, errs.Wrap(op, err)
}

// mergeFiles adds to uploads what their files say.
func (s *Service) mergeFiles(list []model.OpenUpload) error {
	files, err := s.blobs.Uploads()
	if err != nil {
		return err
	}
	for at := range list {
		for _, f := range files {
			if f.ID == list[at].ID {
				// The row knows what is durable; more may have come since.
				list[at].Bytes, list[at].Active = max(list[at].Bytes, f.Size), f.Open
				if f.Changed.After(list[at].Touched) {
					list[at].Touched = f.Changed
				}
			}
		}
	}
	return nil
}

// AbortUpload gives up an upload, whoever began it; a request that writes to it is cut off.
// For admins. Errors: NotFound if it has ended, Forbidden, Unauthenticated, Conflict if
// its request cannot be cut off.
func (s *Service) AbortUpload(ctx context.Context, actor model.Actor, id string) error {
	const op = "registry.AbortUpload"
	if err := requireAdmin(op, actor); err != nil {
		return err
	}
	var row store.Upload
	err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Upload(ctx, id)
		return err
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.discardUpload(ctx, id, actor.Did(model.UploadCanceled, row.Container)))
}

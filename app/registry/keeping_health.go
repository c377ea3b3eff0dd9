package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// What the server does by itself, as it is noted in the database.
const (
	backupTask = "backup"
	scrubTask  = "scrub"
)

// Overview is what the first page for admins shows: whether the registry is well.
type Overview struct {
	Health  model.Health
	Corrupt []model.CorruptBlob // the first ones
	// Uploads counts those under way, and ActiveUploads those of them to which somebody sends.
	Uploads, ActiveUploads int
}

// Overview gives that page, with so many of the corrupt blobs. For admins. Errors: Forbidden,
// Unauthenticated.
func (s *Service) Overview(ctx context.Context, actor model.Actor, corrupt int) (Overview, error) {
	const op = "registry.Overview"
	var page Overview
	if err := requireAdmin(op, actor); err != nil {
		return page, err
	}
	var uploads []model.OpenUpload
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if page.Health, err = s.Keeper.readHealth(ctx, tx); err != nil {
			return err
		}
		if page.Corrupt, _, err = corruptBlobs(ctx, tx, model.Page{Limit: corrupt}); err != nil {
			return err
		}
		uploads, err = tx.OpenUploads(ctx, maxOpenUploads)
		return err
	})
	if err == nil {
		err = s.Keeper.measureDisk(&page.Health)
	}
	if err == nil {
		err = s.mergeFiles(uploads)
	}
	if err != nil {
		return Overview{}, errs.Wrap(op, err)
	}
	page.Uploads = len(uploads)
	for _, u := range uploads {
		if u.Active {
			page.ActiveUploads++
		}
	}
	return page, nil
}

// Health tells those who run the registry whether it is whole, when it was last copied and
// how much disk space is left. Errors: Forbidden, Unauthenticated.
func (s *Service) Health(ctx context.Context, actor model.Actor) (model.Health, error) {
	const op = "registry.Health"
	if err := requireAdmin(op, actor); err != nil {
		return model.Health{}, err
	}
	h, err := s.Keeper.health(ctx)
	return h, errs.Wrap(op, err)
}

func (k *Keeper) health(ctx context.Context) (h model.Health, err error) {
	err = k.db.View(ctx, func(tx *store.Tx) (err error) {
		h, err = k.readHealth(ctx, tx)
		return err
	})
	if err == nil {
		err = k.measureDisk(&h)
	}
	return h, err
}

// readHealth gives what the database and the settings know of the registry's health.
func (k *Keeper) readHealth(ctx context.Context, tx *store.Tx) (h model.Health, err error) {
	if h, err = tx.Health(ctx); err != nil {
		return h, err
	}
	if h.Backup, err = tx.Task(ctx, backupTask); err != nil {
		return h, err
	}
	if h.Scrub, err = tx.Task(ctx, scrubTask); err != nil {
		return h, err
	}
	now := k.core.Settings()
	if h.Scrub.Every = now.ScrubEvery; now.BackupTo != "" {
		h.Backup.Every = now.BackupEvery
	}
	h.CleanupPaused, err = k.sweepPaused(ctx, tx)
	return h, err
}

// measureDisk adds what the files say.
func (k *Keeper) measureDisk(h *model.Health) (err error) {
	if h.Unknown, err = k.blobs.CountUnknown(); err != nil {
		return err
	}
	h.DiskFree, h.DiskSize, err = k.blobs.DiskSpace()
	return err
}

// RecordBackup notes, for those who run the registry, what became of a backup.
func (k *Keeper) RecordBackup(ctx context.Context, well bool, report string) error {
	return errs.Wrap("registry.Keeper.RecordBackup", k.db.Update(ctx, func(tx *store.Tx) error { return tx.RecordTask(ctx, backupTask, well, report) }))
}

// corruptBlobs lists corrupt blobs, by digest, with the images that cannot be pulled because of
// them.
func corruptBlobs(ctx context.Context, tx *store.Tx, p model.Page) (list []model.CorruptBlob, next string, err error) {
	if list, err = tx.CorruptBlobs(ctx, p); err != nil {
		return nil, "", err
	}
	list, next = model.Cut(p, list, func(d model.CorruptBlob) string { return string(d.Digest) })
	for at := range list {
		if list[at].Images, err = tx.ImagesWith(ctx, list[at].Digest, maxAffectedImages); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// ImageIntegrity tells when the content of an image that the actor was given was last read and
// found whole. Errors: NotFound, Unauthenticated.
func (s *Service) ImageIntegrity(ctx context.Context, actor model.Actor, path ref.Path, i model.Image) (sound model.Integrity, err error) {
	const op = "registry.ImageIntegrity"
	err = s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) error {
		if i.ContainerID != p.Container {
			return missing(op, i.Title())
		}
		sound, err = tx.ImageIntegrity(ctx, i.ID)
		return err
	})
	return sound, errs.Wrap(op, err)
}

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
		if h, err = tx.Health(ctx); err != nil {
			return err
		}
		if h.Backup, err = tx.Task(ctx, backupTask); err != nil {
			return err
		}
		h.Scrub, err = tx.Task(ctx, scrubTask)
		return err
	})
	if err != nil {
		return h, err
	}
	now := k.core.Settings()
	if h.Scrub.Every = now.ScrubEvery; now.BackupTo != "" {
		h.Backup.Every = now.BackupEvery
	}
	if h.CleanupPaused, err = k.sweepPaused(ctx); err != nil {
		return h, err
	}
	if h.Unknown, err = k.blobs.CountUnknown(); err != nil {
		return h, err
	}
	h.DiskFree, h.DiskSize, err = k.blobs.DiskSpace()
	return h, err
}

// RecordBackup notes, for those who run the registry, what became of a backup.
func (k *Keeper) RecordBackup(ctx context.Context, well bool, report string) error {
	return errs.Wrap("registry.Keeper.RecordBackup", k.db.Update(ctx, func(tx *store.Tx) error { return tx.RecordTask(ctx, backupTask, well, report) }))
}

// CorruptBlobs lists, for those who run the registry, blobs that are damaged, by digest, with
// the images that cannot be pulled because of it. Errors: Forbidden, Unauthenticated.
func (s *Service) CorruptBlobs(ctx context.Context, actor model.Actor, p model.Page) (list []model.CorruptBlob, next string, err error) {
	const op = "registry.CorruptBlobs"
	if err := requireAdmin(op, actor); err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if list, err = tx.CorruptBlobs(ctx, p); err != nil {
			return err
		}
		list, next = model.Cut(p, list, func(d model.CorruptBlob) string { return string(d.Digest) })
		for at := range list {
			if list[at].Images, err = tx.ImagesWith(ctx, list[at].Digest, maxAffectedImages); err != nil {
				return err
			}
		}
		return nil
	})
	return list, next, errs.Wrap(op, err)
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

package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sregistry/app/backup"
	"sregistry/app/datadir"
	"sregistry/app/errs"
	"sregistry/app/registry"
)

const (
	// backupInterval is how often the server sees whether a backup is due.
	backupInterval = 30 * time.Second
	// backupPatience is how long it waits after one that failed, at most.
	backupPatience = time.Hour
)

// runBackups makes the server's own backups, as its settings say, until ctx is done.
func runBackups(ctx context.Context, core *registry.Service, d *datadir.Dir, log *slog.Logger) {
	ticker := time.NewTicker(backupInterval)
	defer ticker.Stop()
	var tried time.Time
	for {
		if err := backUpIfDue(ctx, core, d, log, &tried); err != nil && !errs.Is(err, errs.Canceled) {
			log.Error("backup", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// backUpIfDue makes a backup if the newest in its folder is old enough: the folder is
// asked, because backups made elsewhere by hand do not count, and another folder has none.
func backUpIfDue(ctx context.Context, core *registry.Service, d *datadir.Dir, log *slog.Logger, tried *time.Time) error {
	ways := core.Settings()
	if ways.BackupTo == "" || time.Since(*tried) < min(ways.BackupEvery, backupPatience) {
		return nil
	}
	// If they cannot be listed, the backup itself says why.
	if list, err := backup.List(ways.BackupTo); err == nil && time.Since(list[len(list)-1].Taken) < ways.BackupEvery {
		return nil
	}
	*tried = time.Now()
	r, err := d.Source(false).ToFolder(ctx, ways.BackupTo, backup.Options{Keep: ways.BackupKeep})
	if ctx.Err() != nil { // the server stops; the next start makes it
		return err
	}
	said := r.Summary()
	if err != nil {
		said = errs.Message(err)
	}
	if err := errors.Join(err, core.Keeper.RecordBackup(context.WithoutCancel(ctx), err == nil, said)); err != nil {
		return err
	}
	for _, bad := range r.Damaged {
		log.Error("backup: a blob is corrupt or missing", "digest", bad.Digest, "what", bad.What, "images", bad.Images)
	}
	log.Info("backup done", "to", ways.BackupTo, "name", r.Name, "blobs", r.Blobs, "copied", r.Copied, "bytes", r.CopiedBytes, "deleted", r.Dropped, "removed", r.Removed)
	return nil
}

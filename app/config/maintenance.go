package config

import (
	"time"

	"github.com/spf13/pflag"

	"sregistry/app/errs"
)

// maintenanceFlags binds the settings of the maintenance tasks.
func (c *Config) maintenanceFlags(f *pflag.FlagSet) {
	durationVar(f, &c.SweepEvery, "sweep-every", "interval of garbage collection")
	f.StringVar(&c.BackupTo, "backup-to", c.BackupTo, "`folder` for automatic backups (default none)")
	durationVar(f, &c.BackupEvery, "backup-every", "interval of automatic backups")
	f.IntVar(&c.BackupKeep, "backup-keep", c.BackupKeep, "number of backups to keep")
	durationVar(f, &c.ScrubEvery, "scrub-every", "interval of verifying each file")
	f.IntVar(&c.ScrubRate, "scrub-rate", c.ScrubRate, "MiB/s that verifying may read")
}

func (c *Config) validateMaintenance() error {
	const op = "config.validateMaintenance"
	switch {
	case c.BackupEvery < time.Minute:
		return errs.E(op, errs.Invalid, "backup-every is %s. Use 1m or more.", c.BackupEvery)
	case c.BackupKeep < 1:
		return errs.E(op, errs.Invalid, "backup-keep is %d. Use 1 or more.", c.BackupKeep)
	case c.ScrubEvery < 0:
		return errs.E(op, errs.Invalid, "scrub-every is %s. Use 0 or more.", c.ScrubEvery)
	case c.ScrubRate < 1:
		return errs.E(op, errs.Invalid, "scrub-rate is %d. Use 1 or more, or set scrub-every to 0 to verify nothing.", c.ScrubRate)
	}
	return nil
}

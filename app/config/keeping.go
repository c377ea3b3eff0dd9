package config

import (
	"time"

	"github.com/spf13/pflag"

	"sregistry/app/errs"
)

// keepingFlags binds the settings of backups and of the reading of what is kept.
func (c *Config) keepingFlags(f *pflag.FlagSet) {
	f.StringVar(&c.BackupTo, "backup-to", c.BackupTo, "folder to which the server makes backups by itself, best on another machine's disk; none if empty")
	spanVar(f, &c.BackupEvery, "backup-every", "how often it makes one")
	f.IntVar(&c.BackupKeep, "backup-keep", c.BackupKeep, "how many of the newest backups stay; those before go, with the images that only they have")
	spanVar(f, &c.ScrubEvery, "scrub-every", "time within which every file is read once and checked against its hash; 0 is never")
	f.IntVar(&c.ScrubRate, "scrub-rate", c.ScrubRate, "MiB a second that this reading takes of the disk at most")
}

func (c *Config) validateKeeping() error {
	const op = "config.validateKeeping"
	switch {
	case c.BackupEvery < time.Minute:
		return errs.E(op, errs.Invalid, "backup-every is %s; write a minute or more.", c.BackupEvery)
	case c.BackupKeep < 1:
		return errs.E(op, errs.Invalid, "backup-keep is %d; one backup at least has to stay.", c.BackupKeep)
	case c.ScrubEvery < 0:
		return errs.E(op, errs.Invalid, "scrub-every is %s; it cannot be negative.", c.ScrubEvery)
	case c.ScrubRate < 1:
		return errs.E(op, errs.Invalid, "scrub-rate is %d; write 1 MiB a second or more, or scrub-every = 0 to read nothing.", c.ScrubRate)
	}
	return nil
}

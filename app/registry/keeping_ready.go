package registry

import (
	"context"
	"errors"
	"sync"
	"time"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// readyTTL is how long an answer of Ready is good, so that asking costs nothing.
	readyTTL = 5 * time.Second
	// readyTimeout is how long the checks may take.
	readyTimeout = 5 * time.Second
	// minDiskFree is how little disk space is too little: what the database needs to
	// go on for a while, and for an administrator to free some.
	minDiskFree = 128 << 20
	// probeTask is the row that is written to find out whether that is possible.
	probeTask = "probe"
)

// readinessCache is the last answer of Ready.
type readinessCache struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// Ready reports whether the registry can do its work: the database is read and written, the
// data folder is there, and there is space on its disk. It may be asked by anybody and as
// often as one likes. Errors: Unavailable or NoSpace, with a sentence that names what
// failed and no more.
func (k *Keeper) Ready(ctx context.Context) error {
	k.ready.mu.Lock()
	defer k.ready.mu.Unlock()
	if time.Since(k.ready.at) < readyTTL {
		return k.ready.err
	}
	// The next one is told the same, so it must not be what became of one who left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
	defer cancel()
	k.ready.err = k.checkReady(ctx)
	k.ready.at = time.Now()
	return k.ready.err
}

func (k *Keeper) checkReady(ctx context.Context) error {
	const op = "registry.Keeper.checkReady"
	if err := k.db.Peek(ctx, func(tx *store.Tx) error { _, err := tx.Task(ctx, probeTask); return err }); err != nil {
		return errUnready(err, "The database cannot be read.")
	}
	free, _, err := k.blobs.DiskSpace()
	if err != nil {
		return errUnready(err, "The data folder cannot be read.")
	}
	if free < minDiskFree {
		return errs.E(op, errs.NoSpace, "The disk is full.")
	}
	if err := k.db.Update(ctx, func(tx *store.Tx) error { return tx.RecordTask(ctx, probeTask, true, "") }); err != nil {
		return errUnready(err, "The database cannot be written.")
	}
	return nil
}

// errUnready says what failed. The cause is for the log only, even if it has a sentence for
// people: it may name files.
func errUnready(err error, sentence string) error {
	return errs.Because("registry.errUnready", errs.Unavailable, errors.New(err.Error()), "%s", sentence)
}

// AuthorizeMonitoring reports whether an actor may see the figures of the server. Errors:
// Unauthenticated, Forbidden.
func (s *Service) AuthorizeMonitoring(actor model.Actor) error {
	const op = "registry.AuthorizeMonitoring"
	switch access.CanMonitor(actor) {
	case access.Allow:
		return nil
	case access.NeedLogin:
		return errs.E(op, errs.Unauthenticated, "Sign in as an administrator, with a token that may read.")
	case access.Narrow:
		return errs.E(op, errs.Forbidden, "This token does not reach that far; use one for all collections.")
	}
	return errs.E(op, errs.Forbidden, "Only an administrator sees the figures of the server.")
}

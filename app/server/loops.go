package server

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"sregistry/app/datadir"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// background starts what the server does beside answering requests, until ctx is done or the
// function that it gives is called, which waits for all of it. Every caller has to call that.
func background(ctx context.Context, work ...func(context.Context)) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, one := range work {
		all.Go(func() { one(ctx) })
	}
	return func() { stop(); all.Wait() }
}

// resumeCleanup is the command that ends a pause of the cleanup.
const resumeCleanup = "sregistry maintenance resume cleanup"

// markEvery is how often the database gets a new mark at most.
const markEvery = 10 * time.Minute

// runSweeps collects garbage at an interval, first a moment after the start.
func runSweeps(ctx context.Context, core *registry.Service, id *identity.Service, d *datadir.Dir, every time.Duration, log *slog.Logger) {
	marked := time.Now()
	next := time.NewTimer(min(every, time.Minute))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		if time.Since(marked) > markEvery {
			marked = time.Now()
			// Of a database that was replaced meanwhile, nothing may be removed by what this
			// process remembers. That a disk is full must not hinder what makes room.
			if err := d.RenewMark(ctx); errs.Is(err, errs.Conflict) {
				log.Error("garbage collection", "error", err)
				next.Reset(every)
				continue
			} else if err != nil && !errs.Is(err, errs.Canceled) {
				log.Warn("marking the database", "error", err)
			}
		}
		done, err := core.Keeper.Sweep(ctx)
		if err = errors.Join(err, id.Sweep(ctx)); err != nil && !errs.Is(err, errs.Canceled) {
			log.Error("garbage collection", "error", err)
		}
		if !done.Paused.IsZero() {
			log.Warn("cleanup is paused, since the database may not know all files", "until", done.Paused, "resume", resumeCleanup)
		}
		log.Info("garbage collection done", "uploads", done.Uploads, "images", done.Images, "blobs", done.Blobs, "bytes", done.Bytes, "quarantined", done.Unknown)
		next.Reset(every)
	}
}

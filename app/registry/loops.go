package registry

import (
	"context"
	"time"
)

// runEvery calls fn at once, and then at intervals, until ctx is done.
func runEvery(ctx context.Context, every time.Duration, fn func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		fn()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// flushEvery calls fn at intervals, and once more when ctx is done, for what was collected in
// memory and has to be written.
func flushEvery(ctx context.Context, every time.Duration, fn func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for more := true; more; {
		select {
		case <-ctx.Done():
			more = false
		case <-tick.C:
		}
		fn()
	}
}

package server

import (
	"context"
	"net/http"
	"time"

	"sregistry/app/systemd"
)

// stopTime is how long a stop may take beside the time of the transfers.
const stopTime = 15 * time.Second

// notify keeps the service manager informed, as background does its work.
func notify(ctx context.Context, manager *systemd.Manager, l *listener, handler http.Handler) (end func()) {
	manager.Ready("Serving " + l.public.String())
	check := func(ctx context.Context) error { return l.selfCheck(ctx, handler) }
	return background(ctx, func(ctx context.Context) { manager.Watch(ctx, check) }, func(ctx context.Context) {
		<-ctx.Done()
		manager.Stopping("Waiting for transfers to end", l.drain+stopTime)
	})
}

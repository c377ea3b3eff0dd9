package httpx

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"sregistry/app/errs"
)

// cutTime is how long requests that were cut off have to notice it.
const cutTime = 5 * time.Second

// Serve answers requests until ctx is done. Then it takes no new ones, lets those under
// way finish during the grace, cuts off the rest, and says so. TLS is spoken if the server
// has a configuration for it.
func Serve(ctx context.Context, server *http.Server, l net.Listener, grace time.Duration, log *slog.Logger) error {
	const op = "httpx.Serve"
	var under traffic
	server.Handler = under.count(server.Handler)
	ended := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			ended <- server.ServeTLS(l, "", "")
			return
		}
		ended <- server.Serve(l)
	}()
	select {
	case err := <-ended:
		return errs.Wrap(op, err)
	case <-ctx.Done():
	}
	if ups, downs := under.now(); ups+downs > 0 {
		log.Info("waiting for requests to end", "uploads", ups, "downloads", downs, "grace", grace)
	}
	// Not ctx, which is over already.
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(patience)
	if errors.Is(err, context.DeadlineExceeded) {
		ups, downs := under.now()
		log.Warn("requests are cut off", "uploads", ups, "downloads", downs, "grace", grace)
		err = server.Close()
		under.wait(cutTime)
	}
	<-ended
	return errs.Wrap(op, err)
}

// traffic counts the requests under way.
type traffic struct{ ups, downs atomic.Int64 }

// count leaves the ResponseWriter as it is, or files would no longer be sent by the kernel.
func (t *traffic) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &t.ups
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			n = &t.downs
		}
		n.Add(1)
		defer n.Add(-1)
		next.ServeHTTP(w, r)
	})
}

func (t *traffic) now() (ups, downs int64) { return t.ups.Load(), t.downs.Load() }

// wait lets requests that were cut off put down what they hold, such as how much of an
// upload has come, before the database is closed under them.
func (t *traffic) wait(atMost time.Duration) {
	const look = 10 * time.Millisecond
	for range atMost / look {
		if ups, downs := t.now(); ups+downs == 0 {
			return
		}
		time.Sleep(look)
	}
}

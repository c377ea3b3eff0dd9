package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"sregistry/app/httpx"
	"sregistry/app/metrics"
	"sregistry/app/proto/watch"
	"sregistry/app/registry"
	"sregistry/app/version"
)

// newMetrics makes the figures of the server. Other rooms' figures are added here.
func newMetrics(ctx context.Context, core *registry.Service, log *slog.Logger) *metrics.Metrics {
	m := metrics.New(version.Number)
	of := func(read func(registry.Stats) float64) func() float64 {
		return func() float64 {
			f, err := core.Keeper.Stats(ctx)
			if err != nil {
				log.Error("figures", "error", err)
			}
			return read(f)
		}
	}
	m.Gauge("blobs", "Stored blobs.", of(func(f registry.Stats) float64 { return float64(f.Blobs) }))
	m.Gauge("blob_bytes", "Bytes of stored blobs.", of(func(f registry.Stats) float64 { return float64(f.Bytes) }))
	m.Gauge("blobs_damaged", "Corrupt or missing blobs.", of(func(f registry.Stats) float64 { return float64(f.Damaged) }))
	m.Gauge("database_bytes", "Size of the database.", of(func(f registry.Stats) float64 { return float64(f.Database) }))
	m.Gauge("disk_free_bytes", "Free space on the disk of the data folder.", of(func(f registry.Stats) float64 { return float64(f.DiskFree) }))
	m.Gauge("disk_size_bytes", "Size of the disk of the data folder.", of(func(f registry.Stats) float64 { return float64(f.DiskSize) }))
	m.Gauge("uploads_open", "Uploads in progress, active and paused.", of(func(f registry.Stats) float64 { return float64(f.Uploads) }))
	m.Gauge("webhook_deliveries_waiting", "Webhook deliveries waiting to be sent.",
		of(func(f registry.Stats) float64 { return float64(f.Waiting) }))
	m.Gauge("backup_last_success_timestamp_seconds", "Time of the last successful backup; 0 if none.",
		of(func(f registry.Stats) float64 { return moment(f.Backup.Done) }))
	m.Gauge("scrub_oldest_timestamp_seconds", "Time of the oldest verification of a blob; 0 if none.",
		of(func(f registry.Stats) float64 { return moment(f.Verified) }))
	m.Gauge("sweep_last_timestamp_seconds", "Time of the last garbage collection since the start; 0 if none.",
		of(func(f registry.Stats) float64 { return moment(f.LastSwept) }))
	m.Counter("swept_blobs_total", "Blobs deleted by garbage collection.", of(func(f registry.Stats) float64 { return float64(f.SweptTotal.Blobs) }))
	m.Counter("swept_bytes_total", "Bytes freed by garbage collection.", of(func(f registry.Stats) float64 { return float64(f.SweptTotal.Bytes) }))
	m.Counter("database_writes_total", "Database write transactions.", of(func(f registry.Stats) float64 { return float64(f.Writes) }))
	m.Counter("database_write_wait_seconds_total", "Time that database writes waited for others.",
		of(func(f registry.Stats) float64 { return f.WriteWait.Seconds() }))
	return m
}

// moment writes a time as Prometheus has it.
func moment(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.Unix())
}

// newPrivateHandler answers at the listener for those who watch the server.
func newPrivateHandler(core *registry.Service, m *metrics.Metrics, log *slog.Logger) http.Handler {
	e := httpx.New(httpx.Settings{Log: log, Errors: watch.Errors})
	httpx.Mount(e, watch.Errors, watch.Private(watch.Settings{Registry: core, Figures: m.Handler()}))
	return e
}

// openPrivate takes the port for those who watch the server; nil if there is to be none.
func openPrivate(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	return httpx.Listen(ctx, address)
}

// privateGrace is how long a scrape may go on after the server was told to stop.
const privateGrace = time.Second

// servePrivate answers those who watch the server until ctx is done.
func servePrivate(ctx context.Context, l net.Listener, handler http.Handler, log *slog.Logger) {
	log.Info("listening for metrics", "address", l.Addr().String())
	if err := httpx.Serve(ctx, httpx.NewServer(handler, log), l, privateGrace, log); err != nil {
		log.Error("metrics-listen", "error", err)
	}
}

// Package metrics counts what the server does, for Prometheus. Labels come from the table
// of routes and from kinds of things, never from names or addresses: however many users and
// images there are, there are not more series.
//
// Entry points: New; Served, which httpx tells of every request; Gauge and Counter for what
// a room knows by itself; Handler. The trap: a function that is given to Gauge or Counter
// runs at every scrape, and has to be quick.
package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sregistry/app/httpx"
)

// durations are the bounds of the histogram, in seconds: from a look-up to a transfer.
var durations = []float64{.001, .005, .025, .1, .5, 2.5, 10, 60, 600, 3600}

// Metrics are the figures of one server.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
}

// New makes the figures of a server of a version, all zero.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sregistry_requests_total",
			Help: "Completed requests, by door, route and status."}, []string{"door", "method", "route", "code"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sregistry_request_duration_seconds",
			Help: "Duration of requests including transfers, by door.", Buckets: durations}, []string{"door"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sregistry_received_bytes_total",
			Help: "Bytes received in request bodies, by door."}, []string{"door"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sregistry_sent_bytes_total",
			Help: "Bytes sent in response bodies, by door."}, []string{"door"}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "sregistry_info", Help: "Always 1; the version is its label.",
		ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.took, m.received, m.sent, info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Served counts a request.
func (m *Metrics) Served(s httpx.Served) {
	m.requests.WithLabelValues(s.Door, s.Method, s.Route, strconv.Itoa(s.Status)).Inc()
	m.took.WithLabelValues(s.Door).Observe(s.Took.Seconds())
	m.received.WithLabelValues(s.Door).Add(float64(s.Received))
	m.sent.WithLabelValues(s.Door).Add(float64(s.Sent))
}

// Gauge adds a figure that goes up and down; read is asked for it at every scrape. Its name
// is written after "sregistry_".
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sregistry_" + name, Help: help}, read))
}

// Counter is Gauge for a figure that only goes up.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "sregistry_" + name, Help: help}, read))
}

// Handler answers with all figures, in the text format of Prometheus or in OpenMetrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

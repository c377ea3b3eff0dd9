package metrics_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sregistry/app/httpx"
	"sregistry/app/metrics"
)

func scrape(m *metrics.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2.3")
	for range 3 {
		m.Served(httpx.Served{Door: "oci", Method: "GET", Route: "/v2/*", Status: 200, Took: 2 * time.Second, Received: 10, Sent: 100})
	}
	m.Served(httpx.Served{Door: "oci", Method: "GET", Route: "/v2/*", Status: 404, Took: time.Millisecond})
	text := scrape(m)
	for _, line := range []string{
		`sregistry_requests_total{code="200",door="oci",method="GET",route="/v2/*"} 3`,
		`sregistry_requests_total{code="404",door="oci",method="GET",route="/v2/*"} 1`,
		`sregistry_request_duration_seconds_bucket{door="oci",le="0.5"} 1`,
		`sregistry_request_duration_seconds_bucket{door="oci",le="2.5"} 4`,
		`sregistry_received_bytes_total{door="oci"} 30`, `sregistry_sent_bytes_total{door="oci"} 300`,
		`sregistry_info{version="1.2.3"} 1`, `go_goroutines `,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("%s is missing:\n%.3000s", line, text)
		}
	}
}

func TestFiguresOfRoomsAreReadWhenAskedFor(t *testing.T) {
	t.Parallel()
	m := metrics.New("")
	figure := 1.0
	m.Gauge("open_uploads", "Uploads.", func() float64 { return figure })
	m.Counter("writes_total", "Writes.", func() float64 { return figure })
	figure = 7
	if text := scrape(m); !strings.Contains(text, "sregistry_open_uploads 7\n") || !strings.Contains(text, "sregistry_writes_total 7\n") {
		t.Error(text)
	}
}

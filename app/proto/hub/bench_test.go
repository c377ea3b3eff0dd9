package hub_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/proto/hub"
)

// endless gives bytes without work, and among them beginnings of boundaries.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	for i := 0; i < len(p); i += 512 {
		p[i] = '\r'
	}
	return len(p), nil
}

// The form around an upload costs little beside the SHA-256 of its file, which takes about
// a second for a GiB.
func BenchmarkFormOfAGiB(b *testing.B) {
	const size = 1 << 30
	for b.Loop() {
		began := time.Now()
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{io.LimitReader(endless{}, size)}); err != nil {
			b.Fatal(err)
		}
		plain := time.Since(began)
		r := httptest.NewRequest(http.MethodPost, "/upload", doortest.HubFormReader("", "lab", "hello", "latest", io.LimitReader(endless{}, size)))
		r.Header.Set("Content-Type", doortest.HubFormType)
		began = time.Now()
		n, err := hub.DiscardForm(r)
		if err != nil || n != size {
			b.Fatal(n, err)
		}
		b.ReportMetric((time.Since(began) - plain).Seconds(), "s-more/GiB")
	}
}

package httpx_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var benchSize = flag.Int64("download-size", 256, "what BenchmarkDownload downloads, in MiB")

// BenchmarkDownload prints how fast a file goes through the router, as a ratio to net/http
// serving the same file; both take turns in one run.
func BenchmarkDownload(b *testing.B) {
	path := filepath.Join(b.TempDir(), "blob")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		b.Fatal(err)
	}
	if err := os.Truncate(path, *benchSize<<20); err != nil {
		b.Fatal(err)
	}
	e, _ := router(b, blobRoutes(path))
	ours := httptest.NewServer(e)
	defer ours.Close()
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open(path)
		if err != nil {
			b.Error(err)
			return
		}
		defer f.Close()
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, f)
	}))
	defer bare.Close()
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var us, them time.Duration
			download(b, ours.URL+"/x", clients) // so that neither pays for the cold file
			download(b, bare.URL+"/x", clients)
			for round := 0; b.Loop(); round++ {
				if round%2 == 0 {
					us += download(b, ours.URL+"/x", clients)
				}
				them += download(b, bare.URL+"/x", clients)
				if round%2 == 1 {
					us += download(b, ours.URL+"/x", clients)
				}
			}
			b.ReportMetric(float64(*benchSize)*float64(clients)*float64(b.N)/us.Seconds(), "MiB/s")
			b.ReportMetric(them.Seconds()/us.Seconds(), "of-net/http")
		})
	}
}

// download lets some clients get an address, and gives how long it took all of them.
func download(b *testing.B, url string, clients int) time.Duration {
	b.Helper()
	began := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			response, err := http.Get(url)
			if err != nil {
				b.Error(err)
				return
			}
			defer response.Body.Close()
			if n, err := io.Copy(io.Discard, response.Body); err != nil || n != *benchSize<<20 {
				b.Errorf("%d bytes, %v", n, err)
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

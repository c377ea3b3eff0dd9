package hub_test

import (
	"crypto/rand"
	"crypto/sha256"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/sif/siftest"
)

var uploadSize = flag.Int64("hub.size", 256<<20, "bytes of each image in the upload benchmark")

// BenchmarkUpload pushes an image as the Python client does, until it is acknowledged and
// so durable, against a plain loop that reads a body, hashes and writes it in turn and
// then syncs it, turn by turn in one run. Each image is another.
func BenchmarkUpload(b *testing.B) {
	f := newFixture(b)
	alice := f.person(b, "alice")
	dir := b.TempDir()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := plainReceive(filepath.Join(dir, rand.Text()), r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	b.Cleanup(plain.Close)
	image := filepath.Join(b.TempDir(), "x.sif")
	var mine, others time.Duration
	for n := 0; b.Loop(); n++ {
		if err := siftest.Write(image, siftest.Options{Arch: "amd64", Payload: *uploadSize, Seed: uint64(n)}); err != nil {
			b.Fatal(err)
		}
		// Both clients copy through a buffer: the kernel's copying would spare the one a core.
		others += f.timed(b, plain.URL, "application/octet-stream", "", image, func(file io.Reader) io.Reader { return io.MultiReader(file) })
		event := alice.Sign(f.clock.now(), "upload", "lab", "hello", "latest")
		mine += f.timed(b, f.URL+"/upload", doortest.HubFormType, event, image, func(file io.Reader) io.Reader {
			return doortest.HubFormReader(event, "lab", "hello", "latest", file)
		})
	}
	b.ReportMetric(others.Seconds()/mine.Seconds(), "ratio")
	b.ReportMetric(float64(*uploadSize>>20)*float64(b.N)/mine.Seconds(), "MiB/s")
	b.ReportMetric(float64(*uploadSize>>20)*float64(b.N)/others.Seconds(), "plain-MiB/s")
}

// plainReceive is the plain way to store a body.
func plainReceive(path string, body io.Reader) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(f, sum)}, struct{ io.Reader }{body}, make([]byte, 128<<10)); err != nil {
		return err
	}
	return f.Sync()
}

// timed sends a file and gives how long it took to be acknowledged.
func (f *fixture) timed(b *testing.B, url, contentType, authorization, name string, form func(io.Reader) io.Reader) time.Duration {
	b.Helper()
	file, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, form(file))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", authorization)
	began := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		b.Fatal(answer.Status, string(body))
	}
	return time.Since(began)
}

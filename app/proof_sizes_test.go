package app_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"sregistry/app/sif/siftest"
)

// memoryCap is what the server may have resident at any size of image, in bytes.
const memoryCap = memoryFactor * 192 << 20

// toFiles is up to what size, in bytes, an image is pulled into a file: beyond it, the disk
// would have to hold it twice.
const toFiles = 8 << 30

// Contents of sizes at which programs break are taken and given back whole, as blobs by OCI
// and, from where there can be an image in them, as image files by our client; the memory
// that it takes does not grow with them.
func TestProofSizes(t *testing.T) {
	t.Parallel()
	sizes := []int64{0, 1, 1<<20 + 1, 48 << 20}
	if *long {
		sizes = append(sizes, 2<<30-1, 2<<30, 2<<30+1, 4<<30+1, toFiles, 40<<30)
	}
	for _, size := range sizes {
		// Each in a folder of its own, which goes before the next comes.
		t.Run(fmt.Sprintf("blob of %d", size), func(t *testing.T) { comesBack(t, size, (*site).blobOf) })
		if size >= 1<<20 {
			t.Run(fmt.Sprintf("image of %d", size), func(t *testing.T) { comesBack(t, size, (*site).imageOf) })
		}
	}
}

// comesBack has something of so many bytes sent to a server and read again, and looks at the
// memory that the server took.
func comesBack(t *testing.T, size int64, send func(*site, *testing.T, int64)) {
	s := newSite(t, "--sweep-every", "1h")
	send(s, t, size)
	t.Logf("%d bytes came back whole; memory at most %d MiB", size, s.peak()>>20)
	if peak := s.peak(); peak > memoryCap || peak < 0 {
		t.Errorf("the server took %d MiB", peak>>20)
	}
}

// blobOf sends so many zeros as one stream, whose length is told in advance, and reads them
// whole, and the last of them alone.
func (s *site) blobOf(t *testing.T, size int64) {
	t.Helper()
	want := sumOf(t, io.LimitReader(zeros{}, size))
	location := beginUpload(t, s.url, s.token, "lab/blobs")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, fmt.Sprintf("%s?digest=sha256:%x", location, want), io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = size
	if size == 0 {
		r.Body = http.NoBody
	}
	if status := s.status(t, r); status != http.StatusCreated {
		t.Errorf("%d bytes: status %d", size, status)
		return
	}
	at := fmt.Sprintf("%s/v2/lab/blobs/blobs/sha256:%x", s.url, want)
	if got := s.read(t, at, ""); got != want {
		t.Errorf("%d bytes: other bytes came back", size)
	}
	if size > 0 && s.read(t, at, fmt.Sprintf("bytes=%d-", size-1)) != sha256.Sum256([]byte{0}) {
		t.Errorf("%d bytes: the last one is another", size)
	}
}

// imageOf pushes and pulls an image file of so many bytes, most of which are a hole.
func (s *site) imageOf(t *testing.T, size int64) {
	t.Helper()
	path := filepath.Join(s.home, "big.sif")
	if err := siftest.Write(path, siftest.Options{Arch: "amd64", Payload: 1000}); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("lab/image:s%d", size)
	s.run("push", "--quiet", "--name", name, path)
	if fileSum(t, path) != s.pulledSum(t, name, size) {
		t.Errorf("%d bytes: another image came back", size)
	}
}

// pulledSum pulls an image, into a file if the disk may hold it once more.
func (s *site) pulledSum(t *testing.T, name string, size int64) (sum [32]byte) {
	t.Helper()
	if size <= toFiles {
		path := filepath.Join(s.home, "pulled.sif")
		s.run("pull", "--quiet", "--name", path, name)
		return fileSum(t, path)
	}
	c := s.command("pull", "--quiet", "--name", "-", name)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	sum = sumOf(t, out)
	must(t, c.Wait())
	return sum
}

func (s *site) status(t *testing.T, r *http.Request) int {
	t.Helper()
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// read gives the sum of what is at an address.
func (s *site) read(t *testing.T, address, ranged string) [32]byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	if ranged != "" {
		r.Header.Set("Range", ranged)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return sumOf(t, answer.Body)
}

func sumOf(t *testing.T, r io.Reader) [32]byte {
	t.Helper()
	all := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{all}, r, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	return [32]byte(all.Sum(nil))
}

func fileSum(t *testing.T, path string) [32]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return sumOf(t, f)
}

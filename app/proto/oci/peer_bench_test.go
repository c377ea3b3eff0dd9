package oci_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
)

var (
	peer       = flag.String("peer", "", "path of Docker's registry, to compare with; without it nothing is compared")
	peerRounds = flag.Int("peer.rounds", 5, "paired runs of every comparison")
)

// pullers is how many clients pull at once where memory is looked at, and pulled what each
// of them reads at most, in bytes.
const (
	pullers = 64
	pulled  = 128 << 20
)

// figure is something that is measured of both, in turns.
type figure struct {
	name         string
	less         bool // is better
	ours, theirs []float64
}

// print tells the medians, and that of the ratios of the pairs; above 1 is in our favour.
func (f *figure) print() {
	ratios := make([]float64, len(f.ours))
	for i := range ratios {
		ratios[i] = f.ours[i] / f.theirs[i]
		if f.less {
			ratios[i] = 1 / ratios[i]
		}
	}
	fmt.Printf("%-38s ours %10.2f   theirs %10.2f   ratio %6.2f\n", f.name, median(f.ours), median(f.theirs), median(ratios))
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// BenchmarkPeer compares the real server with Docker's registry, turn by turn on one machine,
// and prints what it finds. The size of a transfer is that of the benchmarks.
func BenchmarkPeer(b *testing.B) {
	if *peer == "" {
		b.Log("nothing is compared: give -peer=/usr/bin/docker-registry")
		return
	}
	ours, theirs, guarded := startOurs(b), startTheirs(b, *peer, true), startTheirs(b, *peer, false)
	gib := float64(*size) / (1 << 30)
	upload, uploadCPU := &figure{name: "upload, MiB/s"}, &figure{name: "upload, CPU seconds per GiB", less: true}
	download, downloadCPU := &figure{name: "download, MiB/s"}, &figure{name: "download, CPU seconds per GiB", less: true}
	memory := &figure{name: fmt.Sprintf("peak memory, %d clients pull, MiB", pullers), less: true}
	anonymous, known := &figure{name: "manifest GET/s, anonymous"}, &figure{name: "manifest GET/s, with credentials"}
	figures := []*figure{upload, uploadCPU, download, downloadCPU, memory, anonymous, known}
	for _, p := range []program{ours, theirs, guarded} {
		p.putSmall(b)
	}
	for round := range *peerRounds {
		layer := newContent()
		each := func(other program, do func(program, func(ofOurs *figure) *[]float64)) {
			order := []program{ours, other}
			if round%2 == 1 {
				slices.Reverse(order)
			}
			for _, p := range order {
				do(p, func(f *figure) *[]float64 {
					if p.pid == ours.pid {
						return &f.ours
					}
					return &f.theirs
				})
			}
		}
		note := func(list *[]float64, v float64) { *list = append(*list, v) }
		each(theirs, func(p program, of func(*figure) *[]float64) {
			took, cpu := p.timed(b, func() { p.upload(b, layer) })
			note(of(upload), gib*1024/took)
			note(of(uploadCPU), cpu/gib)
		})
		each(theirs, func(p program, of func(*figure) *[]float64) {
			took, cpu := p.timed(b, func() { p.download(b, layer.digest, *size) })
			note(of(download), gib*1024/took)
			note(of(downloadCPU), cpu/gib)
		})
		each(theirs, func(p program, of func(*figure) *[]float64) {
			p.forgetPeak(b)
			var all sync.WaitGroup
			for range pullers {
				all.Go(func() { p.download(b, layer.digest, min(*size, pulled)) })
			}
			all.Wait()
			note(of(memory), p.peak(b))
		})
		each(theirs, func(p program, of func(*figure) *[]float64) { note(of(anonymous), p.flood(b, "")) })
		each(guarded, func(p program, of func(*figure) *[]float64) { note(of(known), p.flood(b, p.auth)) })
	}
	for _, f := range figures {
		f.print()
	}
}

// timed gives the seconds that something took, of the clock and of the program's processor.
func (p program) timed(t testing.TB, do func()) (took, cpu float64) {
	t.Helper()
	before, began := p.cpu(t), time.Now()
	do()
	took = time.Since(began).Seconds()
	return took, max(p.cpu(t)-before, 0.01) // the clock's tick
}

// upload pushes a layer as most clients do: POST, and PUT with all of it.
func (p program) upload(t testing.TB, c content) {
	t.Helper()
	p.put(t, c.reader(), *size, c.digest)
}

func (p program) put(t testing.TB, body io.Reader, length int64, d string) {
	t.Helper()
	begin, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"/v2/bench/x/blobs/uploads/", nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := begin.URL.Parse(p.do(t, begin, http.StatusAccepted).Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	query.Set("digest", d)
	at.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(t.Context(), "PUT", at.String(), io.NopCloser(body))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", "application/octet-stream")
	p.do(t, req, http.StatusCreated)
}

// download pulls the first bytes of a blob.
func (p program) download(t testing.TB, d string, length int64) {
	req, err := http.NewRequestWithContext(t.Context(), "GET", p.url+"/v2/bench/x/blobs/"+d, nil)
	if err != nil {
		t.Error(err)
		return
	}
	if p.auth != "" {
		req.Header.Set("Authorization", p.auth)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.LimitReader(resp.Body, length), make([]byte, 256<<10))
	if err != nil || n != length {
		t.Errorf("%s %s: %d bytes, %v", p.url, resp.Status, n, err)
	}
}

// putSmall pushes the image whose manifest is asked for, under the tag v1.
func (p program) putSmall(t testing.TB) {
	t.Helper()
	config := []byte(`{"architecture":"amd64","os":"linux"}`)
	p.put(t, bytes.NewReader(config), int64(len(config)), digest.FromBytes(config).String())
	body := fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[]}`,
		manifest.OCIManifest, digest.FromBytes(config), len(config))
	address, err := url.JoinPath(p.url, "/v2/bench/x/manifests/v1")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "PUT", address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", manifest.OCIManifest)
	p.do(t, req, http.StatusCreated)
}

// flood gives how many manifests a second the program answers with.
func (p program) flood(t testing.TB, auth string) float64 {
	t.Helper()
	const turn = 8000
	f := newFlood(t, p.url, "/v2/bench/x/manifests/v1", auth)
	began := time.Now()
	f.ask(t, turn)
	return turn / time.Since(began).Seconds()
}

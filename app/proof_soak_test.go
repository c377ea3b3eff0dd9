package app_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

// load is what the server holds at a moment.
type load struct {
	memory, log int64 // bytes: resident, and of the database's write-ahead log
	files       int   // open, connections among them
	routines    int64
}

func (l load) String() string {
	return fmt.Sprintf("%d MiB, %d files, %d goroutines, WAL of %d KiB", l.memory>>20, l.files, l.routines, l.log>>10)
}

var goroutines = regexp.MustCompile(`(?m)^go_goroutines (\d+)$`)

func (s *site) load(t *testing.T, metrics string) load {
	t.Helper()
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	l := load{memory: s.resident(), files: len(open)}
	text, err := call(t.Context(), http.MethodGet, "http://"+metrics+"/metrics", "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if m := goroutines.FindSubmatch(text); m != nil {
		l.routines, _ = strconv.ParseInt(string(m[1]), 10, 64)
	}
	if wal, err := os.Stat(filepath.Join(s.home, "data", "sregistry.db-wal")); err == nil {
		l.log = wal.Size()
	}
	return l
}

// Under pushes, pulls, broken requests and page views for a long time, the server's memory,
// files, goroutines and write-ahead log stay what they were after a third of it.
func TestProofSoak(t *testing.T) {
	t.Parallel()
	metrics := freeAddress(t)
	s := newSite(t, append(fresh, "--metrics-listen", metrics)...)
	length := 2 * lasting()
	if *long {
		length = lasting() / 2
	}
	var requests atomic.Int64
	work := func(length time.Duration) load {
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		var workers sync.WaitGroup
		for worker := range 4 {
			workers.Go(func() { s.live(ctx, worker, &requests) })
		}
		workers.Wait()
		http.DefaultClient.CloseIdleConnections()
		time.Sleep(500 * time.Millisecond) // until the server has seen that
		return s.load(t, metrics)
	}
	first := work(length / 3)
	last := work(length * 2 / 3)
	s.check()
	t.Logf("%d requests in %s; then: %s; at the end: %s", requests.Load(), length, first, last)
	const memory, files, routines, wal = memoryFactor * 48 << 20, 16, 16, 32 << 20
	if last.memory > first.memory+memory || last.files > first.files+files || last.routines > first.routines+routines || first.routines == 0 || last.log > wal {
		t.Error("something grows")
	}
}

// freeAddress is one on which nothing listens just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// live is what clients do, well and badly, until ctx is done.
func (s *site) live(ctx context.Context, worker int, requests *atomic.Int64) {
	r := rand.New(rand.NewPCG(uint64(worker), 5))
	name := fmt.Sprintf("lab/soak%d", worker)
	for ctx.Err() == nil {
		content := siftestBytes(s.t, r.Uint64N(8), 200_000)
		tag := fmt.Sprintf("t%d", r.IntN(3))
		door := doorsIn[r.IntN(len(doorsIn))]
		if err := door.push(ctx, s.url, s.token, name, tag, content); err != nil && ctx.Err() == nil {
			s.t.Errorf("%s: %v", door.name, err)
		}
		for _, path := range []string{"/", "/v2/" + name + "/blobs/" + digest.FromBytes(content).String(), "/containers/library/" + name, "/nothing", "/v2/" + name + "/manifests/none"} {
			s.half(ctx, path, r.IntN(3) == 0)
		}
		requests.Add(9)
	}
}

// half asks for something, and reads the answer, or goes away in the midst of it.
func (s *site) half(ctx context.Context, path string, leave bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return // the time is over
	}
	defer answer.Body.Close()
	if !leave {
		_, _ = io.Copy(io.Discard, answer.Body) // as above
	}
}

package client_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/client"
	"sregistry/app/client/clienttest"
	"sregistry/app/client/lease"
	"sregistry/app/ref"
)

// quickLease is for processes of one machine.
var quickLease = lease.Times{Beat: 50 * time.Millisecond, Dead: 4 * time.Second, Look: 20 * time.Millisecond}

// envPull makes the test's program one that pulls: URL, cache and target, one a line. It
// stops half way, with its lease alive, and waits to be killed.
const envPull = "SREGISTRY_TEST_PULL"

func TestMain(m *testing.M) {
	if text := os.Getenv(envPullAs); text != "" {
		pullAsked(text)
		return
	}
	if words := strings.Split(os.Getenv(envPull), "\n"); len(words) == 3 {
		name, err := ref.ParsePath("lab/hello")
		if err != nil {
			panic(err)
		}
		_, err = shareClient(words[0]).Pull(context.Background(), client.PullRequest{Container: name, Cache: words[1], Target: words[2],
			Progress: func(_ client.Phase, done, total int64) {
				if done > total/2 {
					fmt.Println("half")
					select {}
				}
			}})
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func shareClient(url string) *client.Client {
	c, err := client.New(client.Options{Base: url, Token: clienttest.Token, Pause: time.Millisecond, Lease: quickLease})
	if err != nil {
		panic(err)
	}
	return c
}

// pullShared pulls lab/hello as so many nodes at once, each into a file of its own. It gives
// how many of them took it out of the cache, and where in the file the download began.
func pullShared(t *testing.T, r *clienttest.Registry, nodes int, cache string, want []byte) (shared int, began int64) {
	t.Helper()
	var all sync.WaitGroup
	var links atomic.Int32
	first := atomic.Int64{}
	first.Store(-1)
	progress := func(_ client.Phase, done, _ int64) { first.CompareAndSwap(-1, done) }
	for range nodes {
		target := filepath.Join(t.TempDir(), "x.sif")
		all.Go(func() {
			got, err := shareClient(r.URL).Pull(t.Context(), client.PullRequest{Container: mustPath(t, "lab/hello"), Cache: cache, Target: target, Progress: progress})
			if err != nil {
				t.Error(err)
				return
			}
			if got.Shared {
				links.Add(1)
			}
			if content, err := os.ReadFile(target); err != nil || !bytes.Equal(content, want) {
				t.Errorf("%s has %d bytes, %v", target, len(content), err)
			}
		})
	}
	all.Wait()
	return int(links.Load()), first.Load()
}

// downloads counts how often the content was asked for since the last count.
func downloads(r *clienttest.Registry) (n int) {
	for _, line := range r.Requests() {
		if strings.HasPrefix(line, "GET /v2/lab/hello/blobs/") {
			n++
		}
	}
	return n
}

func TestOneOfManyDownloadsIntoASharedCache(t *testing.T) {
	t.Parallel()
	r, cache, want := clienttest.New(t), filepath.Join(t.TempDir(), "cache"), content(imageSize, 7)
	r.Put("lab/hello", "latest", want)
	shared, _ := pullShared(t, r, 10, cache, want)
	if n := downloads(r); shared != 9 || n != 1 {
		t.Errorf("%d came out of the cache, %d were downloaded", shared, n)
	}
	// What was damaged in the cache is not handed on.
	cached, err := filepath.Glob(filepath.Join(cache, "sha256", "*", "*"))
	if err != nil || len(cached) != 1 {
		t.Fatalf("the cache holds %v, %v", cached, err)
	}
	if info, err := os.Stat(cached[0]); err != nil || info.Mode()&0o222 != 0 {
		t.Errorf("what is shared can be written: %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(cached[0], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cached[0], content(imageSize, 8), 0o644); err != nil {
		t.Fatal(err)
	}
	shared, _ = pullShared(t, r, 3, cache, want)
	if n := downloads(r); shared != 2 || n != 1 {
		t.Errorf("after a damage %d came out of the cache, %d were downloaded", shared, n)
	}
}

// The one that downloads is killed; another of those who wait goes on where it stopped.
func TestKilledDownloaderIsReplacedByOne(t *testing.T) {
	t.Parallel()
	r, cache, want := clienttest.New(t), t.TempDir(), content(imageSize, 9)
	r.Put("lab/hello", "latest", want)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	leader := exec.Command(program)
	leader.Env = append(os.Environ(), envPull+"="+r.URL+"\n"+cache+"\n"+filepath.Join(t.TempDir(), "x.sif"))
	out, err := leader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := leader.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	if n, _ := out.Read(said); string(said[:n]) != "half\n" {
		t.Fatalf("the leader said %q", said[:n])
	}
	go func() {
		time.Sleep(300 * time.Millisecond) // while the others wait
		leader.Process.Kill()
		leader.Wait()
	}()
	shared, began := pullShared(t, r, 5, cache, want)
	if n := downloads(r); shared != 4 || n != 2 || began < imageSize/3 {
		t.Errorf("%d came out of the cache, %d were downloaded, the second one from byte %d on", shared, n, began)
	}
	left, err := filepath.Glob(filepath.Join(cache, "sha256", "*", "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// Where no hard link can be, the file is a copy.
func TestSharedCacheOnAnotherFileSystemIsCopied(t *testing.T) {
	t.Parallel()
	r, want := clienttest.New(t), content(imageSize, 10)
	r.Put("lab/hello", "latest", want)
	cache, err := os.MkdirTemp("/dev/shm", "sregistry-test-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(cache) })
	shared, _ := pullShared(t, r, 3, cache, want)
	if n := downloads(r); shared != 2 || n != 1 {
		t.Errorf("%d came out of the cache, %d were downloaded", shared, n)
	}
}

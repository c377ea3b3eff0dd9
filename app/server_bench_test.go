package app_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

var benchSize = flag.Int64("size", 64<<20, "bytes of each image in the benchmarks of the whole server")

// benchServer runs the real program for a benchmark, with an account and its token.
func benchServer(b *testing.B, dir string) (s *server, token string) {
	b.Helper()
	env := environment(b, dir)
	s, err := startServer(b.Context(), dir, env, "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0",
		"--log-level", "error", "--anonymous-rate", "0", "--user-rate", "0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.kill)
	v := &victim{t: b, home: dir, env: env}
	if _, err := os.Stat(filepath.Join(dir, ".sregistry")); err != nil {
		v.run("user", "add", "alice", "--password-stdin", "--data", filepath.Join(dir, "data"))
	}
	return s, v.token(s.url)
}

// BenchmarkMemory prints how far the server's memory rises above idle while 8 clients push
// an image each and 64 pull one: its peak, as the kernel counts it.
func BenchmarkMemory(b *testing.B) {
	s, token := benchServer(b, b.TempDir())
	file := filepath.Join(b.TempDir(), "x.sif")
	if err := siftest.Write(file, siftest.Options{Arch: "amd64", Payload: *benchSize}); err != nil {
		b.Fatal(err)
	}
	content := hashFile(b, file)
	pid := s.cmd.Process.Pid
	idle := memory(b, pid, "VmRSS")
	if err := pushFile(b.Context(), s.url, token, "bench/pulled", file, content); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil { // the peak begins anew
			b.Fatal(err)
		}
		var clients sync.WaitGroup
		for n := range 8 {
			clients.Go(func() {
				if err := pushFile(b.Context(), s.url, token, fmt.Sprintf("bench/pushed%d", n), file, content); err != nil {
					b.Error(err)
				}
			})
		}
		for range 64 {
			clients.Go(func() { drain(b, s.url+"/v2/bench/pulled/blobs/"+string(content), token) })
		}
		clients.Wait()
		peak := memory(b, pid, "VmHWM")
		b.ReportMetric(float64(peak-idle)/1024, "MiB-above-idle")
		fmt.Printf("8 pushes and 64 pulls of %d MiB: idle %d MiB, peak %d MiB, %d MiB above idle\n",
			*benchSize>>20, idle>>10, peak>>10, (peak-idle)>>10)
	}
}

// BenchmarkStart prints how long it takes from the start of the process to its first
// answer.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	first, _ := benchServer(b, dir)
	if err := first.stop(); err != nil {
		b.Fatal(err)
	}
	port := strings.TrimPrefix(first.url, "http://")
	for b.Loop() {
		b.StopTimer()
		v := &victim{t: b, home: dir, env: environment(b, dir)}
		c := v.command("serve", "--data", filepath.Join(dir, "data"), "--listen", port, "--log-level", "error")
		b.StartTimer()
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		for {
			answer, err := http.Get(first.url + "/api/v1")
			if err == nil {
				answer.Body.Close()
				break
			}
			time.Sleep(time.Millisecond)
		}
		b.StopTimer()
		c.Process.Kill()
		c.Wait()
		b.StartTimer()
	}
	fmt.Printf("start to first answer: %s\n", b.Elapsed()/time.Duration(b.N))
}

// memory reads a line of a process's status, in KiB.
func memory(b *testing.B, pid int, key string) int64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatalf("no %s in the status of %d", key, pid)
	return 0
}

func hashFile(b *testing.B, name string) digest.Digest {
	b.Helper()
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	d, err := digest.FromReader(f)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// pushFile pushes an image file as an OCI client does, streaming.
func pushFile(ctx context.Context, url, token, name, file string, content digest.Digest) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	to := fmt.Sprintf("%s/v2/%s/blobs/uploads/?digest=%s", url, name, content)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, f)
	if err != nil {
		return err
	}
	r.ContentLength = info.Size()
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s: %s", to, answer.Status)
	}
	config := fmt.Sprintf("%s/v2/%s/blobs/uploads/?digest=%s", url, name, digest.FromBytes(manifest.EmptyConfig))
	if err := send(ctx, http.MethodPost, config, token, http.StatusCreated, "application/octet-stream", manifest.EmptyConfig); err != nil {
		return err
	}
	return send(ctx, http.MethodPut, fmt.Sprintf("%s/v2/%s/manifests/latest", url, name), token, http.StatusCreated,
		manifest.OCIManifest, manifest.ForFile(content, info.Size()))
}

func drain(b *testing.B, url, token string) {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || n != answer.ContentLength {
		b.Errorf("%d of %d bytes: %v", n, answer.ContentLength, err)
	}
}

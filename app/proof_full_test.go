package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/sif/siftest"
)

// diskSize is that of the small disk, in MiB.
const diskSize = 24

// smallDisk runs a server whose data folder is a disk of its own, on which database, blobs
// and uploads share a few MiB. The disk is in a namespace of the server's.
func smallDisk(t *testing.T) *site {
	t.Helper()
	home := t.TempDir()
	data := filepath.Join(home, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	s := &site{victim: &victim{t: t, home: home, env: environment(t, home), tags: map[string]*promise{}}}
	script := fmt.Sprintf(`data=$1; shift
		mount -t tmpfs -o size=%dm none "$data" &&
		echo "the password of alice" | sregistry user add alice --password-stdin --data "$data" >&2 &&
		exec sregistry serve --data "$data" --listen 127.0.0.1:0 --log-level error "$@"`, diskSize)
	c := exec.CommandContext(t.Context(), "unshare", append([]string{"--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", data}, fresh...)...)
	c.Dir, c.Env = home, s.env
	s.server = &server{cmd: c, said: make(chan struct{})}
	c.Stderr = &s.server.err
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	s.token = s.victim.token(s.url)
	return s
}

// file is a path on the small disk, as it is seen from outside.
func (s *site) file(name string) string {
	return filepath.Join(fmt.Sprintf("/proc/%d/root", s.cmd.Process.Pid), s.home, "data", name)
}

// With a disk that is full, each door refuses a push with a status that says so, and never
// takes it; what is there is read by every door; and when there is room again, the same
// push succeeds, without a restart.
func TestProofDiskFull(t *testing.T) {
	if !*namespaces {
		t.Log("run with -namespaces")
		return
	}
	s := smallDisk(t)
	kept := siftest.SIF(t, siftest.Options{Arch: "amd64", Seed: 1, Payload: 1 << 20})
	for i, door := range doorsIn {
		if err := door.push(t.Context(), s.url, s.token, fmt.Sprintf("lab/kept%d", i), "v1", kept); err != nil {
			t.Fatal(err)
		}
	}
	large := siftest.SIF(t, siftest.Options{Arch: "amd64", Seed: 2, Payload: 4 << 20})
	refusals, reads := 0, 0
	// From a disk with less than the image needs, to one without a byte for the database.
	for _, free := range []int64{3 << 20, 1 << 20, 64 << 10, 4 << 10, 0} {
		filler := s.fill(t, free)
		for i, door := range doorsIn {
			err := door.push(t.Context(), s.url, s.token, "lab/large", "v1", large)
			if err == nil {
				t.Errorf("%s took %d bytes with %d free", door.name, len(large), free)
				continue
			}
			refusals++
			if !strings.Contains(err.Error(), "507") && !strings.Contains(err.Error(), "disk is full") {
				t.Errorf("%s with %d free: %v", door.name, free, err)
			}
			if got := pullDigest(t, s.url, s.token, fmt.Sprintf("lab/kept%d", i), "v1"); got != digest.FromBytes(kept) {
				t.Errorf("with %d free, %s gives %s", free, door.name, got)
			}
			for door, address := range s.downloads(t, fmt.Sprintf("lab/kept%d", i), "v1", [32]byte(sum(kept))) {
				if body, status := get(t, address, s.token); status != http.StatusOK || !bytes.Equal(body, kept) {
					t.Errorf("with %d free, %s answers %d with %d bytes", free, door, status, len(body))
				}
				reads++
			}
		}
		if _, status := get(t, s.url+"/", ""); status != http.StatusOK {
			t.Errorf("the site answers %d with %d free", status, free)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if err := doorsIn[0].push(t.Context(), s.url, s.token, "lab/small", "v1", siftestBytes(t, uint64(free), 1000)); err != nil {
			t.Errorf("after the disk was full: %v", err)
		}
	}
	for _, door := range doorsIn {
		if err := door.push(t.Context(), s.url, s.token, "lab/large", door.name, large); err != nil {
			t.Errorf("%s, with room again: %v", door.name, err)
		}
		if got := fileOf(t, s.url, s.token, "lab/large", door.name); got != digest.FromBytes(large) {
			t.Errorf("%s kept %s", door.name, got)
		}
	}
	// What the refused pushes had brought is given back.
	for end := time.Now().Add(2 * patience); ; time.Sleep(200 * time.Millisecond) {
		left, err := os.ReadDir(s.file("uploads"))
		if err == nil && len(left) == 0 {
			break
		}
		if !*long || time.Now().After(end) {
			t.Logf("%d unfinished uploads wait for their clients, %v", len(left), err)
			break
		}
	}
	t.Logf("%d pushes refused, %d reads answered whole", refusals, reads)
}

// fill leaves so many bytes free on the small disk.
func (s *site) fill(t *testing.T, free int64) (filler string) {
	t.Helper()
	filler = s.file("filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{f}, zeros{}, make([]byte, 4096)); err == nil || errors.Is(err, io.EOF) {
		t.Fatal("the disk does not get full")
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Truncate(info.Size() - free)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filler
}

// zeros is a reader without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

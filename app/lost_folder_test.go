package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// keeper is a data folder whose registry holds images, and what is done to it.
type keeper struct {
	t     testing.TB
	home  string
	env   []string
	token string
	log   string // the file that the last server wrote
}

// newKeeper makes a registry with an image, lab/first:1.
func newKeeper(t testing.TB) *keeper {
	t.Helper()
	home := t.TempDir()
	k := &keeper{t: t, home: home, env: environment(t, home)}
	k.must("user", "add", "alice", "--password-stdin", "--data", "data")
	s := k.serve()
	k.must("login", s.url, "--username", "alice", "--password-stdin")
	k.token = k.must("token", "create", "keeper", "--scope", "read,write,delete")
	k.push(s, "lab/first", 1)
	k.stop(s)
	return k
}

// copy gives a keeper of a folder of its own that is just like this one.
func (k *keeper) copy(t testing.TB) *keeper {
	t.Helper()
	home := t.TempDir()
	c := &keeper{t: t, home: home, env: environment(t, home), token: k.token}
	if out, err := exec.Command("cp", "-a", k.path("data"), c.path("data")).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return c
}

func (k *keeper) path(name string) string { return filepath.Join(k.home, name) }

func (k *keeper) run(args ...string) (stdout, stderr string, err error) {
	c := exec.Command("sregistry", args...)
	c.Dir, c.Env = k.home, k.env
	c.Stdin = strings.NewReader("the password of alice\n")
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	err = c.Run()
	return strings.TrimSpace(out.String()), said.String(), err
}

func (k *keeper) must(args ...string) string {
	k.t.Helper()
	out, said, err := k.run(args...)
	if err != nil {
		k.t.Fatalf("%v: %v: %s", args, err, said)
	}
	return out
}

// refused fails the test unless a command ends with a sentence that has these words.
func (k *keeper) refused(words []string, args ...string) {
	k.t.Helper()
	out, said, err := k.run(args...)
	if err == nil {
		k.t.Errorf("%v worked: %s", args, out)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			k.t.Errorf("%v says no word of %q: %s", args, w, said)
		}
	}
}

// serve starts a server that sweeps every second, and logs to a file.
func (k *keeper) serve(args ...string) *server {
	k.t.Helper()
	s, err := k.tryServe(args...)
	if err != nil {
		k.t.Fatalf("%v: %s", err, k.logged())
	}
	k.t.Cleanup(s.kill)
	return s
}

func (k *keeper) tryServe(args ...string) (*server, error) {
	k.t.Helper()
	k.log = k.path("log")
	log, err := os.Create(k.log)
	if err != nil {
		k.t.Fatal(err)
	}
	defer log.Close()
	args = append([]string{"serve", "--data", "data", "--listen", "127.0.0.1:0", "--sweep-every", "1s", "--log-format", "json"}, args...)
	s := &server{cmd: exec.Command("sregistry", args...), said: make(chan struct{})}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stderr = k.home, k.env, log
	return s, s.start()
}

func (k *keeper) stop(s *server) {
	k.t.Helper()
	if err := s.stop(); err != nil {
		k.t.Errorf("the server ended with %v: %s", err, k.logged())
	}
}

func (k *keeper) logged() string {
	text, err := os.ReadFile(k.log)
	if err != nil {
		k.t.Error(err)
	}
	return string(text)
}

// sweeps waits until the server has swept some times.
func (k *keeper) sweeps(times int) {
	k.t.Helper()
	for end := time.Now().Add(patience); strings.Count(k.logged(), `"msg":"garbage collection done"`) < times; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			k.t.Fatalf("it does not sweep: %s", k.logged())
		}
	}
}

func (k *keeper) push(s *server, name string, seed uint64) {
	k.t.Helper()
	if err := pushBytes(k.t.Context(), s.url, k.token, name, "1", siftestBytes(k.t, seed, 100_000)); err != nil {
		k.t.Fatal(err)
	}
}

// pulls fails the test unless the images can be pulled whole, by their names and seeds.
func (k *keeper) pulls(s *server, names map[string]uint64) {
	k.t.Helper()
	for name, seed := range names {
		to := k.path("pulled.sif")
		os.Remove(to)
		c := exec.Command("sregistry", "pull", "--name", to, name+":1")
		c.Dir, c.Env = k.home, append(k.env, "SREGISTRY_REGISTRY_BASE="+s.url, "SREGISTRY_REGISTRY_TOKEN="+k.token)
		if out, err := c.CombinedOutput(); err != nil {
			k.t.Errorf("pull %s: %v: %s", name, err, out)
			continue
		}
		if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, siftestBytes(k.t, seed, 100_000)) {
			k.t.Errorf("%s is another file: %v", name, err)
		}
	}
}

// age makes every file of the folder look two hours older.
func (k *keeper) age() {
	k.t.Helper()
	err := filepath.WalkDir(k.path("data"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(path, time.Time{}, info.ModTime().Add(-2*time.Hour))
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// files gives the digests of the files below folders of the data folder, in their order.
func (k *keeper) files(folders ...string) []string {
	k.t.Helper()
	var all []string
	for _, folder := range folders {
		err := filepath.WalkDir(k.path(filepath.Join("data", folder)), func(path string, e fs.DirEntry, err error) error {
			if os.IsNotExist(err) || err == nil && (e.IsDir() || e.Name() == "lock") {
				return nil
			}
			if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			sum := sha256.Sum256(text)
			all = append(all, hex.EncodeToString(sum[:]))
			return err
		})
		if err != nil {
			k.t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// contents are the files that hold what people pushed, wherever they are now.
func (k *keeper) contents() []string { return k.files("blobs", "quarantine") }

func (k *keeper) cp(from, to string) {
	k.t.Helper()
	text, err := os.ReadFile(k.path(from))
	if err == nil {
		err = os.WriteFile(k.path(to), text, 0o600)
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *keeper) rm(names ...string) {
	k.t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(k.path(name)); err != nil {
			k.t.Fatal(err)
		}
	}
}

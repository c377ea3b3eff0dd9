package app_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

var backups = flag.Int("backups", 4, "how many backups TestBackupsBesideEverythingAreWhole makes")

// possible are the contents that each tag may have had at some moment of a backup.
type possible map[string]map[digest.Digest]bool

// now begins to write down what tags may have, from this moment on.
func (v *victim) now() possible {
	v.mu.Lock()
	defer v.mu.Unlock()
	may := possible{}
	for key, p := range v.tags {
		may[key] = map[digest.Digest]bool{p.content: true}
		if p.changing {
			may[key][p.maybe] = true
		}
	}
	v.began = func(key string, next digest.Digest) {
		if may[key] == nil {
			may[key] = map[digest.Digest]bool{"": true}
		}
		may[key][next] = true
	}
	return may
}

// Backups are made by a process of their own while the server takes pushes by every door,
// moves and deletes tags, and sweeps; every other one is killed (SIGKILL) at a random
// instant. What is restored of the newest one that is complete is as the registry was at
// one moment of that backup: every tag has a content that it had then, whole.
func TestBackupsBesideEverythingAreWhole(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	v := &victim{t: t, home: home, env: environment(t, home), tags: map[string]*promise{}}
	flags := []string{"--listen", "127.0.0.1:0", "--log-level", "error", "--sweep-every", "1s", "--grace", "10s", "--upload-life", "1m",
		"--anonymous-rate", "0", "--user-rate", "0"}
	v.run("user", "add", "alice", "--password-stdin", "--data", filepath.Join(home, "data"))
	s, err := startServer(t.Context(), home, v.env, append(flags, "--data", filepath.Join(home, "data"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer s.kill()
	token := v.token(s.url)
	ctx, stop := context.WithCancel(t.Context())
	var changes atomic.Int64
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	for worker := range 3 {
		work.Go(func() { changes.Add(v.change(ctx, s.url, token, worker, rand.New(rand.NewPCG(7, uint64(worker))))) })
	}
	r := rand.New(rand.NewPCG(uint64(*backups), 2))
	var last possible
	killed, verified := 0, 0
	for round := range *backups {
		time.Sleep(time.Duration(100+r.IntN(300)) * time.Millisecond)
		may := v.now()
		c := v.command("backup", "backups", "--data", "data", "--keep", "2")
		var said strings.Builder
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if round%2 == 1 {
			time.AfterFunc(time.Duration(r.IntN(400))*time.Millisecond, func() { c.Process.Kill() })
		}
		err := c.Wait()
		v.mu.Lock()
		v.began = nil // what comes later is not in it
		v.mu.Unlock()
		if err != nil {
			if killed++; round%2 == 0 {
				t.Fatalf("backup %d: %v: %s", round, err, said.String())
			}
		}
		name := fmt.Sprint("restored", round)
		v.run("restore", "backups", "--data", name)
		v.run("check", "--data", name)
		n, wrong := v.compare(t.Context(), name, flags, token, may)
		if err != nil && wrong != nil && last != nil { // it was killed before it was complete
			n, wrong = v.compare(t.Context(), name, flags, token, last)
		} else {
			last = may
		}
		if verified += n; wrong != nil {
			t.Errorf("backup %d: %v", round, wrong)
		}
	}
	stop()
	work.Wait()
	t.Logf("%d backups beside %d acknowledged changes, %d of them killed; %d tags verified after restoring", *backups, changes.Load(), killed, verified)
}

// compare serves a restored folder and holds every tag against what it may have.
func (v *victim) compare(ctx context.Context, data string, flags []string, token string, may possible) (tags int, wrong error) {
	s, err := startServer(ctx, v.home, v.env, append(flags, "--data", filepath.Join(v.home, data))...)
	if err != nil {
		v.t.Fatal(err)
	}
	defer s.kill()
	for worker := range 3 {
		for n := range 4 {
			name, tag := fmt.Sprintf("lab/c%d", worker), fmt.Sprintf("t%d", n)
			got := pullDigest(v.t, s.url, token, name, tag)
			allowed := may[name+":"+tag]
			if !allowed[got] && !(allowed == nil && got == "") {
				wrong = errors.Join(wrong, fmt.Errorf("%s:%s gives %q, may have %v", name, tag, got, allowed))
			}
			tags++
		}
	}
	return tags, wrong
}

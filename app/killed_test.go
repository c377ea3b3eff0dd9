package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	neturl "net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

var kills = flag.Int("kills", 3, "how often TestKilledServerLosesNothing kills the server")

// promise is what the server has acknowledged: that a tag names a content. While a change
// is under way, either may be true.
type promise struct {
	content, maybe digest.Digest // "" is no tag
	changing       bool
}

// victim is a server that is killed again and again, and what it has promised.
type victim struct {
	t    testing.TB
	home string
	env  []string
	args []string
	mu   sync.Mutex
	tags map[string]*promise
	// began, if it is not nil, is told of every change before it is asked for, with mu held.
	began func(key string, next digest.Digest)
}

// The server is killed (SIGKILL) at random instants while it takes pushes, moves and
// deletes tags, and sweeps. After every restart each acknowledged tag must give its whole
// content, no tag may give anything that was not pushed to it, and a check must find no
// damage. The counts are printed.
func TestKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	v := &victim{t: t, home: home, env: environment(t, home), tags: map[string]*promise{},
		args: []string{"--data", filepath.Join(home, "data"), "--listen", "127.0.0.1:0", "--log-level", "error",
			"--sweep-every", "1s", "--grace", "2s", "--upload-life", "1m", "--anonymous-rate", "0", "--user-rate", "0"}}
	v.run("user", "add", "alice", "--password-stdin", "--data", filepath.Join(home, "data"))
	r := rand.New(rand.NewPCG(uint64(*kills), 1))
	token, violations, verified := "", 0, 0
	var changes atomic.Int64
	for round := range *kills + 1 {
		s, err := startServer(t.Context(), home, v.env, v.args...)
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			token = v.token(s.url)
		}
		bad, seen := v.verify(s.url, token)
		violations, verified = violations+bad, verified+seen
		if round == *kills {
			s.stop()
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		var work sync.WaitGroup
		for worker := range 4 {
			work.Go(func() {
				changes.Add(v.change(ctx, s.url, token, worker, rand.New(rand.NewPCG(uint64(round), uint64(worker)))))
			})
		}
		time.Sleep(time.Duration(20+r.IntN(400)) * time.Millisecond)
		s.kill()
		cancel()
		work.Wait()
		if out, err := v.command("check", "--data", filepath.Join(home, "data")).CombinedOutput(); err != nil {
			t.Errorf("after kill %d: %s", round+1, out)
			violations++
		}
	}
	t.Logf("%d kills, %d acknowledged changes, %d tags verified, %d violations", *kills, changes.Load(), verified, violations)
	if violations > 0 {
		t.Fail()
	}
}

func (v *victim) command(args ...string) *exec.Cmd {
	c := exec.Command("sregistry", args...)
	c.Dir, c.Env = v.home, v.env
	return c
}

func (v *victim) run(args ...string) string {
	v.t.Helper()
	c := v.command(args...)
	c.Stdin = strings.NewReader("the password of alice\n")
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		v.t.Fatalf("%v: %v: %s", args, err, said.String())
	}
	return strings.TrimSpace(string(out))
}

func (v *victim) token(url string) string {
	v.run("login", url, "--username", "alice", "--password-stdin")
	return v.run("token", "create", "killer", "--scope", "read,write,delete")
}

// change pushes to, retags and deletes a worker's own tags until the server is gone. It
// notes before each change what may become of it, and after the answer what is promised.
func (v *victim) change(ctx context.Context, url, token string, worker int, r *rand.Rand) (acknowledged int64) {
	at := fmt.Sprintf("lab/c%d", worker)
	for ctx.Err() == nil {
		name := fmt.Sprintf("t%d", r.IntN(4))
		key := at + ":" + name
		content := siftestBytes(v.t, r.Uint64N(6), 1000+r.Int64N(300_000))
		next := digest.FromBytes(content)
		do := func() error { return doorsIn[r.IntN(len(doorsIn))].push(ctx, url, token, at, name, content) }
		if r.IntN(4) == 0 {
			next, do = "", func() error { return deleteTag(ctx, url, token, at, name) }
		}
		v.mu.Lock()
		p := v.tags[key]
		if p == nil {
			p = &promise{}
			v.tags[key] = p
		}
		if next == "" && p.content == "" {
			v.mu.Unlock()
			continue
		}
		p.maybe, p.changing = next, true
		if v.began != nil {
			v.began(key, next)
		}
		v.mu.Unlock()
		if err := do(); err != nil {
			if _, gone := errors.AsType[*neturl.Error](err); !gone && ctx.Err() == nil && !errors.Is(err, io.ErrUnexpectedEOF) {
				v.t.Errorf("%s: %v", key, err)
			}
			return acknowledged // verify finds out what became of it
		}
		acknowledged++
		v.mu.Lock()
		*p = promise{content: next}
		v.mu.Unlock()
	}
	return acknowledged
}

// verify pulls every tag and holds it against what was promised.
func (v *victim) verify(url, token string) (violations, verified int) {
	for key, p := range v.tags {
		name, tag, _ := strings.Cut(key, ":")
		got := pullDigest(v.t, url, token, name, tag)
		verified++
		if got != p.content && !(p.changing && got == p.maybe) {
			v.t.Errorf("%s gives %q, promised %q (maybe %q: %v)", key, got, p.content, p.maybe, p.changing)
			violations++
		}
		*p = promise{content: got}
	}
	return violations, verified
}

// pullDigest reads the image of a tag whole and gives what it hashes to; "" if there is
// no such tag.
func pullDigest(t testing.TB, url, token, name, tag string) digest.Digest {
	t.Helper()
	body, status := get(t, url+"/v2/"+name+"/manifests/"+tag, token)
	if status == http.StatusNotFound {
		return ""
	}
	m, err := manifest.Parse("", body)
	if err != nil {
		t.Fatalf("%s:%s: status %d: %v", name, tag, status, err)
	}
	file, ok := m.File()
	if !ok {
		t.Fatalf("%s:%s is not an image file", name, tag)
	}
	body, status = get(t, url+"/v2/"+name+"/blobs/"+string(file.Digest), token)
	if status != http.StatusOK {
		return digest.Digest(fmt.Sprintf("status %d for %s", status, file.Digest))
	}
	return digest.NewDigestFromBytes(digest.SHA256, sum(body))
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

func get(t testing.TB, url, token string) ([]byte, int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body, answer.StatusCode
}

// pushBytes pushes an image as an OCI client does, one request after the other.
func pushBytes(ctx context.Context, url, token, name, tag string, content []byte) error {
	d := digest.FromBytes(content)
	for _, blob := range [][]byte{content, manifest.EmptyConfig} {
		to := fmt.Sprintf("%s/v2/%s/blobs/uploads/?digest=%s", url, name, digest.FromBytes(blob))
		if err := send(ctx, http.MethodPost, to, token, http.StatusCreated, "application/octet-stream", blob); err != nil {
			return err
		}
	}
	to := fmt.Sprintf("%s/v2/%s/manifests/%s", url, name, tag)
	return send(ctx, http.MethodPut, to, token, http.StatusCreated, manifest.OCIManifest, manifest.ForFile(d, int64(len(content))))
}

func deleteTag(ctx context.Context, url, token, name, tag string) error {
	return send(ctx, http.MethodDelete, fmt.Sprintf("%s/v2/%s/manifests/%s", url, name, tag), token, http.StatusAccepted, "", nil)
}

func send(ctx context.Context, method, url, token string, want int, contentType string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != want {
		return refused(answer)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// refusal is an answer that is not the one that was wanted.
type refusal struct {
	method, url, status string
	code                int
	body                []byte
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s %s: %s: %s", r.method, r.url, r.status, r.body)
}

func refused(answer *http.Response) error {
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	return &refusal{answer.Request.Method, answer.Request.URL.String(), answer.Status, answer.StatusCode, body}
}

var samples sync.Map

// siftestBytes gives one of a few images of a few sizes.
func siftestBytes(t testing.TB, seed uint64, size int64) []byte {
	key := fmt.Sprint(seed, size/50_000)
	if b, ok := samples.Load(key); ok {
		return b.([]byte)
	}
	b, err := siftest.Bytes(siftest.Options{Arch: "amd64", Seed: seed, Payload: size / 50_000 * 50_000})
	if err != nil {
		t.Error(err)
	}
	samples.Store(key, b)
	return b
}

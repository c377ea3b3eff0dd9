package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sregistry/app/client"
	"sregistry/app/client/clienttest"
	"sregistry/app/client/lease"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// The users of these tests: where the tests run as root, one plants files and the other one
// pulls in a process of their own; elsewhere the client is told that it is somebody else than
// the owner of all files.
const planter, puller = 41001, 41002

// envPullAs makes the test's program one that pulls what a client.PullRequest of JSON says.
const envPullAs = "SREGISTRY_TEST_PULL_AS"

// asked is what the program that pulls is given, and answered what it prints.
type asked struct {
	URL, Cache, Target string
	Force              bool
}

type answered struct {
	client.Pulled
	Kind, Says string
}

func (a asked) pull(c *client.Client) (out answered) {
	name, err := ref.ParsePath("lab/hello")
	if err != nil {
		panic(err)
	}
	out.Pulled, err = c.Pull(context.Background(), client.PullRequest{Container: name, Cache: a.Cache, Target: a.Target, Force: a.Force})
	if err != nil {
		out.Kind, out.Says = errs.KindOf(err).String(), errs.Message(err)
	}
	return out
}

// pullAsked is the program that pulls.
func pullAsked(text string) {
	var a asked
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(a.pull(shareClient(a.URL)))
}

// pullAsUser pulls lab/hello as the one of the two users who plants nothing.
func pullAsUser(t *testing.T, a asked) (out answered) {
	t.Helper()
	if os.Geteuid() != 0 {
		c := shareClient(a.URL)
		client.PretendToBe(c, os.Geteuid()+1)
		return a.pull(c)
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	// The test's program lies where the other user may not go.
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), envPullAs+"="+string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: puller, Gid: puller}}
	cmd.Dir = "/"
	got, err := cmd.Output()
	if err != nil || json.Unmarshal(got, &out) != nil {
		t.Fatalf("%v: %s", err, got)
	}
	return out
}

// openDir makes a folder for everybody, as /tmp is one if it is sticky.
func openDir(t *testing.T, mode os.FileMode) string {
	t.Helper()
	top, err := os.MkdirTemp("", "sregistry-test-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(top) })
	dir := filepath.Join(top, "all")
	for _, err := range []error{os.Chmod(top, 0o755), os.Mkdir(dir, 0o777), os.Chmod(dir, mode)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// plant gives a file to the one who plants.
func plant(t *testing.T, path string, content []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	give(t, path)
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func give(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() == 0 {
		if err := os.Lchown(path, planter, planter); err != nil {
			t.Fatal(err)
		}
	}
}

// cachePath is where a cache has an image.
func cachePath(cache string, content string) string {
	_, hex, _ := strings.Cut(content, ":")
	return filepath.Join(cache, "sha256", hex[:2], hex+".sif")
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	one, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.Stat(b)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(one, two)
}

// openAll lets everybody write to a cache's folders, which the planter made first.
func openAll(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		give(t, dir)
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
}

// What another user has put into the shared cache is verified and copied: a link to it would
// be a file that the other one can change when nobody looks any more.
func TestCachedFileThatAnotherCanChangeIsCopied(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]os.FileMode{"writable by all": 0o666, "read-only": 0o444} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, dir, want := clienttest.New(t), openDir(t, 0o777), content(imageSize, 20)
			image := r.Put("lab/hello", "latest", want)
			cached := cachePath(dir, image.Content)
			plant(t, cached, want, mode)
			openAll(t, cached, 0o777)
			target := filepath.Join(openDir(t, 0o777), "x.sif")
			got := pullAsUser(t, asked{URL: r.URL, Cache: dir, Target: target})
			if got.Says != "" || !got.Shared || sameFile(t, cached, target) {
				t.Fatalf("got %+v", got)
			}
			// The one who planted it changes it now.
			if err := os.Chmod(cached, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(cached, content(imageSize, 21), 0o644); err != nil {
				t.Fatal(err)
			}
			if now, err := os.ReadFile(target); err != nil || !bytes.Equal(now, want) {
				t.Errorf("the pulled file has changed: %v", err)
			}
			info, err := os.Stat(target)
			if err != nil || info.Mode()&0o022 != 0 {
				t.Errorf("others may write to the pulled file: %v, %v", info.Mode(), err)
			}
		})
	}
}

// What the user has put there, or root, is linked, if the system lets them.
func TestCachedFileOfOnesOwnIsLinked(t *testing.T) {
	t.Parallel()
	r, dir, want := clienttest.New(t), filepath.Join(t.TempDir(), "cache"), content(imageSize, 22)
	image := r.Put("lab/hello", "latest", want)
	pullShared(t, r, 1, dir, want)
	target := filepath.Join(t.TempDir(), "x.sif")
	ask := asked{URL: r.URL, Cache: dir, Target: target}
	if got := ask.pull(shareClient(r.URL)); !got.Shared || !sameFile(t, cachePath(dir, image.Content), target) {
		t.Errorf("got %+v", got)
	}
	// Once others may write to it, it is so no longer.
	if err := os.Chmod(cachePath(dir, image.Content), 0o664); err != nil {
		t.Fatal(err)
	}
	ask.Target += "2"
	if got := ask.pull(shareClient(r.URL)); !got.Shared || sameFile(t, cachePath(dir, image.Content), ask.Target) {
		t.Errorf("got %+v", got)
	}
}

// A part that somebody else can write to, or that is another file too, is not gone on with.
func TestPlantedPartIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	precious := []byte("precious, and longer than the image")
	for name, lay := range map[string]func(t *testing.T, dir, part string){
		"foreign owner":              func(t *testing.T, _, part string) { plant(t, part, precious, 0o666) },
		"foreign owner, not for all": func(t *testing.T, _, part string) { plant(t, part, precious, 0o600) },
		"symbolic link": func(t *testing.T, dir, part string) {
			plant(t, filepath.Join(dir, "precious"), precious, 0o666)
			if err := os.Symlink(filepath.Join(dir, "precious"), part); err != nil {
				t.Fatal(err)
			}
			give(t, part)
		},
		"hard link": func(t *testing.T, dir, part string) {
			own := filepath.Join(dir, "precious")
			if err := os.WriteFile(own, precious, 0o600); err != nil {
				t.Fatal(err)
			}
			if os.Geteuid() == 0 {
				if err := os.Chown(own, puller, puller); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Link(own, part); err != nil {
				t.Fatal(err)
			}
		},
		"pipe": func(t *testing.T, _, part string) {
			if err := syscall.Mkfifo(part, 0o666); err != nil {
				t.Fatal(err)
			}
			give(t, part)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, dir := clienttest.New(t), openDir(t, os.ModeSticky|0o777)
			r.Put("lab/hello", "latest", content(10, 23))
			lay(t, dir, filepath.Join(dir, "x.sif.part"))
			got := pullAsUser(t, asked{URL: r.URL, Target: filepath.Join(dir, "x.sif"), Force: true})
			if got.Kind != errs.Conflict.String() || !strings.Contains(got.Says, "x.sif.part") {
				t.Errorf("got %+v", got)
			}
			for _, file := range []string{"precious", "x.sif.part"} {
				info, err := os.Stat(filepath.Join(dir, file))
				if err != nil || !info.Mode().IsRegular() {
					continue
				}
				if text, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !bytes.Equal(text, precious) {
					t.Errorf("%s holds %q, %v", file, text, err)
				}
			}
		})
	}
}

// A part of one's own that others may write to, as earlier versions left them, is begun anew.
func TestPartThatOthersMayWriteToIsBegunAnew(t *testing.T) {
	t.Parallel()
	r, dir, want := clienttest.New(t), t.TempDir(), content(imageSize, 24)
	r.Put("lab/hello", "latest", want)
	part := filepath.Join(dir, "x.sif.part")
	if err := os.WriteFile(part, want[:1<<20], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(part, 0o664); err != nil {
		t.Fatal(err)
	}
	open, err := os.OpenFile(part, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if _, err := pullInto(t, r, dir, false); err != nil {
		t.Fatal(err)
	}
	if _, err := open.WriteAt([]byte("changed"), 0); err != nil {
		t.Fatal(err)
	}
	wantFile(t, dir, want)
}

// In a folder of many, the right file of somebody else's is not one's own.
func TestPlantedTargetIsNotUpToDate(t *testing.T) {
	t.Parallel()
	for name, lay := range map[string]func(t *testing.T, target string, want []byte){
		"file": func(t *testing.T, target string, want []byte) { plant(t, target, want, 0o644) },
		"link": func(t *testing.T, target string, want []byte) {
			plant(t, target+".other", want, 0o644)
			if err := os.Symlink(target+".other", target); err != nil {
				t.Fatal(err)
			}
			give(t, target)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, dir, want := clienttest.New(t), openDir(t, 0o777), content(1000, 25)
			r.Put("lab/hello", "latest", want)
			ask := asked{URL: r.URL, Target: filepath.Join(dir, "x.sif")}
			lay(t, ask.Target, want)
			got := pullAsUser(t, ask)
			if got.Unchanged || got.Kind != errs.Conflict.String() || !strings.Contains(got.Says, "another user") {
				t.Errorf("got %+v", got)
			}
			ask.Force = true
			if got = pullAsUser(t, ask); got.Says != "" {
				t.Errorf("got %+v", got)
			}
			if info, err := os.Lstat(ask.Target); err != nil || !info.Mode().IsRegular() || os.Geteuid() == 0 && info.Sys().(*syscall.Stat_t).Uid != puller {
				t.Errorf("the target is %v, %v", info, err)
			}
		})
	}
}

// What another user has laid out in the cache, and keeps there, is gone past: the image is
// downloaded as if there were no cache.
func TestWhatIsInTheWayInTheCacheIsGonePast(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		// Somebody else's file cannot be made so; a folder of a name in use cannot be removed either.
		r, dir, want := clienttest.New(t), openDir(t, 0o777), content(1000, 26)
		image := r.Put("lab/hello", "latest", want)
		plant(t, filepath.Join(cachePath(dir, image.Content), "x"), nil, 0o644)
		got := pullAsUser(t, asked{URL: r.URL, Cache: dir, Target: filepath.Join(openDir(t, 0o777), "x.sif")})
		if got.Says != "" || got.Bypassed != cachePath(dir, image.Content) {
			t.Errorf("got %+v", got)
		}
		return
	}
	wrong := content(1000, 27)
	for name, lay := range map[string]func(t *testing.T, cached string){
		"wrong bytes":     func(t *testing.T, cached string) { plant(t, cached, wrong, 0o644) },
		"wrong size":      func(t *testing.T, cached string) { plant(t, cached, wrong[:10], 0o644) },
		"unreadable":      func(t *testing.T, cached string) { plant(t, cached, wrong, 0o600) },
		"a folder":        func(t *testing.T, cached string) { plant(t, filepath.Join(cached, "x"), nil, 0o644) },
		"a dead lease":    func(t *testing.T, cached string) { plant(t, cached+".lease", []byte("somebody"), 0o644) },
		"a hidden lease":  func(t *testing.T, cached string) { plant(t, cached+".lease", []byte("somebody"), 0o600) },
		"a lease of zero": func(t *testing.T, cached string) { layLink(t, "/dev/zero", cached+".lease") },
		"a link to zero":  func(t *testing.T, cached string) { layLink(t, "/dev/zero", cached) },
		"a pipe": func(t *testing.T, cached string) {
			plant(t, cached+".x", nil, 0o644)
			if err := syscall.Mkfifo(cached, 0o666); err != nil {
				t.Fatal(err)
			}
			give(t, cached)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, dir, want := clienttest.New(t), openDir(t, os.ModeSticky|0o777), content(1000, 28)
			image := r.Put("lab/hello", "latest", want)
			cached := cachePath(dir, image.Content)
			lay(t, cached)
			openAll(t, cached, os.ModeSticky|0o777)
			target := filepath.Join(openDir(t, 0o777), "x.sif")
			got := pullAsUser(t, asked{URL: r.URL, Cache: dir, Target: target})
			if got.Says != "" || got.Shared || !strings.HasPrefix(got.Bypassed, cached) {
				t.Errorf("got %+v", got)
			}
			if now, err := os.ReadFile(target); err != nil || !bytes.Equal(now, want) {
				t.Errorf("the file is not the image: %v", err)
			}
		})
	}
}

func layLink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	give(t, path)
}

// What was left in the cache by others is not gone on with, and what was left by oneself is.
func TestOnlyOnesOwnPartIsAdopted(t *testing.T) {
	t.Parallel()
	r, dir, want := clienttest.New(t), openDir(t, 0o777), content(imageSize, 29)
	image := r.Put("lab/hello", "latest", want)
	cached := cachePath(dir, image.Content)
	plant(t, cached+".theirs.part", want[:2<<20], 0o666)
	openAll(t, cached, 0o777)
	target := filepath.Join(openDir(t, 0o777), "x.sif")
	if got := pullAsUser(t, asked{URL: r.URL, Cache: dir, Target: target}); got.Says != "" || got.Bypassed != "" {
		t.Fatalf("got %+v", got)
	}
	info, err := os.Stat(cached)
	if err != nil || os.Geteuid() == 0 && info.Sys().(*syscall.Stat_t).Uid != puller {
		t.Errorf("the cached file is %v, %v", info, err)
	}
	if left := files(t, filepath.Dir(cached)); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

// The folders that the first one makes in a shared cache are for the same people as the cache.
func TestFoldersOfACacheAreForThoseOfTheCache(t *testing.T) {
	t.Parallel()
	r, want := clienttest.New(t), content(1000, 30)
	image := r.Put("lab/hello", "latest", want)
	const mode = os.ModeSticky | 0o777
	dir := openDir(t, mode)
	pullShared(t, r, 1, dir, want)
	for _, path := range []string{filepath.Dir(cachePath(dir, image.Content)), filepath.Join(dir, "sha256")} {
		if info, err := os.Stat(path); err != nil || info.Mode() != os.ModeDir|mode {
			t.Errorf("%s is %v, %v", path, info.Mode(), err)
		}
	}
}

// An upload's session says where to send a push. Nobody else's is believed.
func TestPlantedSessionIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, session string){
		"writable": func(t *testing.T, session string) {
			if err := os.Chmod(session, 0o622); err != nil {
				t.Fatal(err)
			}
		},
		"link": func(t *testing.T, session string) {
			if err := os.Rename(session, session+".real"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(session+".real", session); err != nil {
				t.Fatal(err)
			}
		},
	} {
		r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 31)), t.TempDir()
		r.CutUploads(append([]int64{1 << 20}, make([]int64, 20)...)...)
		_, err := push(t, r, path, state)
		wantKind(t, err, errs.Unavailable)
		r.CutUploads()
		left, err := filepath.Glob(filepath.Join(state, "*.json"))
		if err != nil || len(left) != 1 {
			t.Fatalf("%v, %v", left, err)
		}
		if info, err := os.Stat(left[0]); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the session's file is %v, %v", info.Mode(), err)
		}
		spoil(t, left[0])
		got, err := push(t, r, path, state)
		if err != nil || got.Resumed != 0 {
			t.Errorf("%s: resumed %d, %v", name, got.Resumed, err)
		}
	}
}

// A lease may be read by others, whose waiting depends on it, and written by nobody else.
func TestLeaseIsWrittenByItsHolderAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lease")
	l, err := lease.Take(t.Context(), path, quickLease, func() (bool, error) { return false, nil })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o022 != 0 {
		t.Errorf("the lease is %v, %v", info.Mode(), err)
	}
}

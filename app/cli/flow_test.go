package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/client/clienttest"
)

func TestPushAndPull(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	u := newUser(t, r.URL)
	path, content := mustImage(t, u, 1)
	pushed := u.want(t, 0, "push", "--name", "lab/hello", "--tag", "v1", path)
	if want := digest.FromBytes(content).String() + "\n" + r.URL + "/lab/hello\n"; pushed.stdout != want {
		t.Errorf("the result is %q, not %q", pushed.stdout, want)
	}
	again := u.want(t, 0, "push", "--name", "lab/hello:v1", path)
	if again.stdout != pushed.stdout || !strings.Contains(again.stderr, "nothing was sent") {
		t.Errorf("the second push said %q and %q", again.stdout, again.stderr)
	}
	file := u.file("out.sif")
	if got := u.want(t, 0, "pull", "--name", file, "lab/hello:v1"); got.stdout != file+"\n" {
		t.Errorf("the pull's result is %q", got.stdout)
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file is not what was pushed: %v", err)
	}
	if got := u.want(t, 0, "pull", "--name", file, "lab/hello:v1"); !strings.Contains(got.stderr, "up to date") {
		t.Errorf("the second pull said %q", got.stderr)
	}
	if got := u.want(t, 0, "pull", "-q", "lab/hello@"+digest.FromBytes(content).String(), "-"); got.stdout != string(content) || got.stderr != "" {
		t.Errorf("%d bytes came out, and %q", len(got.stdout), got.stderr)
	}
	host := strings.TrimPrefix(r.URL, "http://")
	newUser(t, "").want(t, 0, "pull", "--name", u.file("other.sif"), host+"/lab/hello:v1")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	u.want(t, 13, "pull", "--name", file, "lab/hello:v1")
	u.want(t, 0, "pull", "--force", "--name", file, "lab/hello:v1")
}

func TestSeveralImagesInOnePull(t *testing.T) {
	r := clienttest.New(t)
	u := newUser(t, r.URL)
	t.Chdir(u.home)
	r.Put("lab/a", "latest", []byte("aaa"))
	r.Put("lab/b", "1", []byte("bbb"))
	got := u.want(t, 0, "pull", "lab/a", "lab/b:1")
	if got.stdout != "a_latest.sif\nb_1.sif\n" {
		t.Errorf("the result is %q", got.stdout)
	}
	got = u.want(t, 3, "pull", "--force", "lab/a", "lab/missing", "lab/b:1")
	if got.stdout != "a_latest.sif\nb_1.sif\n" || !strings.Contains(got.stderr, "lab/missing:latest: There is no such image.") {
		t.Errorf("got %+v", got)
	}
	u.want(t, 10, "pull", "lab/missing", "lab/missing2")
	u.want(t, 10, "pull", "lab/missing")
}

func TestFileThatIsNoImageIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	u := newUser(t, r.URL)
	path := u.file("notes.txt")
	if err := os.WriteFile(path, []byte("no image at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	u.want(t, 15, "push", "--name", "lab/hello", path)
	u.want(t, 15, "inspect", path)
	u.want(t, 10, "push", "--name", "lab/hello", u.file("missing.sif"))
	if sent := r.Requests(); sent != nil {
		t.Errorf("sent %v", sent)
	}
}

func TestInspectShowsTheSameHereAndThere(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	u := newUser(t, r.URL)
	path, content := mustImage(t, u, 2)
	local := u.want(t, 0, "inspect", "--json", path)
	r.Put("lab/hello", "latest", content)
	r.Change("lab/hello", "latest", func(i *api.Image) { i.Report = json.RawMessage(local.stdout) })
	here, there := u.want(t, 0, "inspect", path), u.want(t, 0, "inspect", "lab/hello")
	if !strings.Contains(there.stdout, "\nLabels\n  maintainer = bob\n") || !strings.Contains(there.stdout, "Architecture: amd64\n") {
		t.Errorf("the image's sheet is\n%s", there.stdout)
	}
	_, mine, _ := strings.Cut(here.stdout, "Format:")
	_, its, _ := strings.Cut(there.stdout, "Format:")
	if mine != its {
		t.Errorf("here:\n%s\nthere:\n%s", mine, its)
	}
}

func TestWhatImagesSayCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	u := newUser(t, r.URL)
	r.Put("lab/hello", "latest", []byte("x"))
	r.Change("lab/hello", "latest", func(i *api.Image) {
		i.PushedBy = "bob\x1b[2J\nFrozen: no"
		i.Report = json.RawMessage(`{"format":"sif","labels":{"a\u001b]0;":"\u202eevil\u0007\nb = c"},"help":"one\u009b2J\n\ttwo"}`)
	})
	got := u.want(t, 0, "inspect", "lab/hello").stdout
	for _, bad := range []string{"\x1b", "\x07", "\u009b", "\u202e", "\nFrozen: no", "\n  b = c"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q came through:\n%q", bad, got)
		}
	}
}

func TestDeleteAsks(t *testing.T) {
	t.Parallel()
	for answer, deletes := range map[string]bool{"yes\n": true, "Y\n": true, "no\n": false, "perhaps\nn\n": false, "perhaps\nyes\n": true} {
		r := clienttest.New(t)
		u := newUser(t, r.URL)
		u.stdin = answer
		deleted := false
		r.API.HandleFunc("DELETE /api/v1/containers/{c}/tags/{t}", func(w http.ResponseWriter, _ *http.Request) { deleted = true; w.WriteHeader(204) })
		got := u.want(t, 0, "delete", "lab/hello")
		if deleted != deletes || !strings.Contains(got.stderr, "Are you sure you want to remove lab/hello:latest?") {
			t.Errorf("%q: deleted %v, said %q", answer, deleted, got.stderr)
		}
		if asked := strings.Contains(got.stderr, "Please answer yes or no"); asked != strings.HasPrefix(answer, "perhaps") {
			t.Errorf("%q: asked again: %v", answer, asked)
		}
	}
	u := newUser(t, clienttest.New(t).URL)
	u.want(t, 2, "delete", "lab/hello") // nobody there to answer
}

func TestNothingFoundIsSaidInTheStatus(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	r.API.HandleFunc("GET /api/v1/images", func(w http.ResponseWriter, req *http.Request) {
		list := api.List[api.Image]{Items: []api.Image{}}
		if req.URL.Query().Get("q") == "hello" {
			list.Items = append(list.Items, api.Image{Name: "lab/hello:1", Kind: "sif", Arch: "amd64", Size: 3 << 20, Content: "sha256:abc"})
		}
		clienttest.JSON(w, 200, list)
	})
	u := newUser(t, r.URL)
	u.want(t, 10, "search", "nothing")
	got := u.want(t, 0, "search", "nothing", "hello")
	if want := "IMAGE        KIND  ARCH   SIZE     PUSHED  CONTENT\nlab/hello:1  sif   amd64  3.0 MiB          sha256:abc\n"; got.stdout != want {
		t.Errorf("got\n%swant\n%s", got.stdout, want)
	}
	if !strings.Contains(got.stderr, "No image found for nothing.") {
		t.Errorf("said %q", got.stderr)
	}
}

func TestFailuresHaveTheirOwnStatus(t *testing.T) {
	t.Parallel()
	for kind, code := range map[string]int{"internal": 1, "unsupported": 1, "invalid": 2, "not_found": 10, "forbidden": 11, "frozen": 11,
		"unauthenticated": 12, "conflict": 13, "rate_limited": 14, "unavailable": 14, "digest_invalid": 15, "blob_unknown": 15,
		"no_space": 16, "too_large": 16} {
		r := clienttest.New(t)
		r.API.HandleFunc("GET /api/v1/teams", func(w http.ResponseWriter, _ *http.Request) {
			clienttest.Fail(w, 400, kind, "The server's own sentence.")
		})
		got := newUser(t, r.URL).want(t, code, "team", "list")
		if says := strings.Contains(got.stderr, "The server's own sentence."); says == (kind == "internal") {
			t.Errorf("%s: said %q", kind, got.stderr)
		}
	}
	newUser(t, "http://127.0.0.1:1").want(t, 14, "team", "list")
}

func TestAddingAnOwnerToATeamLeavesHimOne(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	r.API.HandleFunc("GET /api/v1/teams/imaging", func(w http.ResponseWriter, _ *http.Request) {
		clienttest.JSON(w, 200, api.Team{Name: "imaging", Members: []api.Member{{User: "bob", Owner: true}}})
	})
	newUser(t, r.URL).want(t, 0, "team", "add", "imaging", "bob")
	for _, request := range r.Requests() {
		if strings.HasPrefix(request, "PUT") {
			t.Errorf("sent %s", request)
		}
	}
}

// A README is somebody else's. It is written out as it is for a file, and made safe for a
// terminal.
func TestReadmeDoesNotMoveTheCursor(t *testing.T) {
	t.Parallel()
	const text = "# Hello\n\tyou \U0001f9d1\u200d\U0001f52c\x1b[2J\u009b2J\n"
	r := clienttest.New(t)
	r.API.HandleFunc("GET /api/v1/containers/{container}/readme", func(w http.ResponseWriter, _ *http.Request) {
		clienttest.JSON(w, 200, api.Readme{Text: text, Version: 1})
	})
	u := newUser(t, r.URL)
	if got := u.run(t, "readme", "lab/hello"); got.stdout != text {
		t.Errorf("to a file went %q, %s", got.stdout, got.stderr)
	}
	u.shown = true
	if got := u.run(t, "readme", "lab/hello"); strings.ContainsAny(got.stdout, "\x1b\u009b") || !strings.HasPrefix(got.stdout, "# Hello\n\tyou ") {
		t.Errorf("to a terminal went %q, %s", got.stdout, got.stderr)
	}
}

func TestWhatIsInTheWayInTheSharedCacheIsWarnedOf(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	u := newUser(t, r.URL)
	image := r.Put("lab/hello", "latest", []byte("xyz"))
	hex := strings.TrimPrefix(image.Content, "sha256:")
	// A folder that is not empty stays, whoever owns it.
	if err := os.MkdirAll(u.file("cache/sha256/"+hex[:2]+"/"+hex+".sif/x"), 0o755); err != nil {
		t.Fatal(err)
	}
	got := u.want(t, 0, "pull", "--shared-cache", u.file("cache"), "--name", u.file("x.sif"), "lab/hello")
	if !strings.Contains(got.stderr, "without the shared cache") {
		t.Errorf("said %q", got.stderr)
	}
}

package client_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/client/clienttest"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// pullInto pulls lab/hello:latest into a file of a folder.
func pullInto(t *testing.T, r *clienttest.Registry, dir string, force bool) (client.Pulled, error) {
	t.Helper()
	return mustClient(t, r.URL).Pull(t.Context(), client.PullRequest{
		Container: mustPath(t, "lab/hello"), Target: filepath.Join(dir, "x.sif"), Force: force})
}

func wantFile(t *testing.T, dir string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, "x.sif"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file has %d bytes, not the %d wanted (%v)", len(got), len(want), err)
	}
	if diff := cmp.Diff([]string{"x.sif"}, files(t, dir)); diff != "" {
		t.Errorf("the folder (-want +got):\n%s", diff)
	}
}

func TestPullGoesOnAfterBrokenConnections(t *testing.T) {
	t.Parallel()
	for name, arm := range map[string]func(r *clienttest.Registry){
		"with ranges":    func(*clienttest.Registry) {},
		"without ranges": func(r *clienttest.Registry) { r.NoRanges() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, dir, want := clienttest.New(t), t.TempDir(), content(imageSize, 1)
			r.Put("lab/hello", "latest", want)
			arm(r)
			r.CutDownloads(1<<20, 0, 2<<20)
			if _, err := pullInto(t, r, dir, false); err != nil {
				t.Fatal(err)
			}
			wantFile(t, dir, want)
		})
	}
}

func TestPullGoesOnWithThePartOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	r, dir, want := clienttest.New(t), t.TempDir(), content(imageSize, 2)
	r.Put("lab/hello", "latest", want)
	r.CutDownloads(append([]int64{1 << 20}, make([]int64, 20)...)...)
	_, err := pullInto(t, r, dir, false)
	wantKind(t, err, errs.Unavailable)
	info, err := os.Stat(filepath.Join(dir, "x.sif.part"))
	if err != nil || info.Size() != 1<<20 {
		t.Fatalf("the part is %v, %v", info, err)
	}
	r.CutDownloads()
	r.NoRanges() // so that a client which begins anew would be seen by what it reports
	least := int64(-1)
	_, err = mustClient(t, r.URL).Pull(t.Context(), client.PullRequest{
		Container: mustPath(t, "lab/hello"), Target: filepath.Join(dir, "x.sif"),
		Progress: func(_ client.Phase, done, _ int64) {
			if least < 0 {
				least = done
			}
		}})
	if err != nil || least < 1<<20 {
		t.Errorf("the later run began at %d: %v", least, err)
	}
	wantFile(t, dir, want)
}

func TestPartOfAnotherImageIsReplaced(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"smaller": 1 << 10, "larger": imageSize * 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, dir, want := clienttest.New(t), t.TempDir(), content(imageSize, 3)
			r.Put("lab/hello", "latest", want)
			if err := os.WriteFile(filepath.Join(dir, "x.sif.part"), content(size, 4), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := pullInto(t, r, dir, false); err != nil {
				t.Fatal(err)
			}
			wantFile(t, dir, want)
		})
	}
}

func TestWrongBytesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	r, dir := clienttest.New(t), t.TempDir()
	r.Put("lab/hello", "latest", content(imageSize, 5))
	r.Corrupt(true)
	_, err := pullInto(t, r, dir, false)
	wantKind(t, err, errs.DigestInvalid)
	if left := files(t, dir); left != nil {
		t.Errorf("the folder holds %v", left)
	}
	var out bytes.Buffer
	_, err = mustClient(t, r.URL).PullTo(t.Context(), client.PullRequest{Container: mustPath(t, "lab/hello")}, &out)
	wantKind(t, err, errs.DigestInvalid)
}

func TestPullToAStreamGoesOnAndVerifies(t *testing.T) {
	t.Parallel()
	r, want := clienttest.New(t), content(imageSize, 6)
	r.Put("lab/hello", "latest", want)
	r.CutDownloads(1 << 20)
	var out bytes.Buffer
	_, err := mustClient(t, r.URL).PullTo(t.Context(), client.PullRequest{Container: mustPath(t, "lab/hello")}, &out)
	if err != nil || !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%d of %d bytes arrived: %v", out.Len(), len(want), err)
	}
}

func TestFileThatExistsIsKeptUnlessForced(t *testing.T) {
	t.Parallel()
	r, dir, want := clienttest.New(t), t.TempDir(), content(1000, 7)
	r.Put("lab/hello", "latest", want)
	if _, err := pullInto(t, r, dir, false); err != nil {
		t.Fatal(err)
	}
	r.Requests()
	again, err := pullInto(t, r, dir, false)
	if err != nil || !again.Unchanged || len(r.Requests()) != 1 {
		t.Errorf("the second pull gave %+v, %v", again, err)
	}
	mine := content(1000, 8)
	if err := os.WriteFile(filepath.Join(dir, "x.sif"), mine, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = pullInto(t, r, dir, false)
	wantKind(t, err, errs.Conflict)
	wantFile(t, dir, mine)
	if _, err = pullInto(t, r, dir, true); err != nil {
		t.Fatal(err)
	}
	wantFile(t, dir, want)
}

func TestTwoPullsOfOneFileDoNotMix(t *testing.T) {
	t.Parallel()
	r, dir := clienttest.New(t), t.TempDir()
	r.Put("lab/hello", "latest", content(imageSize, 9))
	var second error
	_, err := mustClient(t, r.URL).Pull(t.Context(), client.PullRequest{
		Container: mustPath(t, "lab/hello"), Target: filepath.Join(dir, "x.sif"),
		Progress: func(_ client.Phase, done, _ int64) {
			if second == nil {
				_, second = pullInto(t, r, dir, true)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, second, errs.Conflict)
}

func TestServerCannotChooseAnotherFolderOrContent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../x.sif", "/tmp/x.sif", ".bashrc", "", "..", "Makefile", "-rf.sif", ".sif", "a\x1b[2J.sif", "a\u009b2J.sif", "a\n.sif", "a b.sif"} {
		r := clienttest.New(t)
		r.Put("lab/hello", "latest", content(10, 10))
		r.Change("lab/hello", "latest", func(i *api.Image) { i.FileName = name })
		_, err := mustClient(t, r.URL).Pull(t.Context(), client.PullRequest{Container: mustPath(t, "lab/hello")})
		wantKind(t, err, errs.Invalid)
	}
	r := clienttest.New(t)
	image := r.Put("lab/hello", "latest", content(10, 10))
	other := r.Put("lab/hello", "other", content(10, 11))
	r.API.HandleFunc("GET /api/v1/containers/{container}/images/"+other.Content, func(w http.ResponseWriter, _ *http.Request) {
		clienttest.JSON(w, 200, image)
	})
	d, err := ref.ParseDigest(other.Content)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mustClient(t, r.URL).Pull(t.Context(), client.PullRequest{Container: mustPath(t, "lab/hello"),
		Reference: ref.Reference{Digest: d}, Target: filepath.Join(t.TempDir(), "x")})
	wantKind(t, err, errs.DigestInvalid)
}

// A folder may be shared with others, who lay out a link where the part of a pull will be.
func TestPullFollowsNoLinkToWriteThrough(t *testing.T) {
	t.Parallel()
	r, dir := clienttest.New(t), t.TempDir()
	r.Put("lab/hello", "latest", content(10, 10))
	own := mustWrite(t, []byte("precious, and longer than the image"))
	if err := os.Symlink(own, filepath.Join(dir, "x.sif.part")); err != nil {
		t.Fatal(err)
	}
	_, err := pullInto(t, r, dir, true)
	wantKind(t, err, errs.Conflict)
	if text, err := os.ReadFile(own); err != nil || string(text) != "precious, and longer than the image" {
		t.Errorf("the file behind the link holds %q, %v", text, err)
	}
}

// A server that is to be asked again tomorrow is not waited for.
func TestPullDoesNotWaitForDays(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	image := r.Put("lab/hello", "latest", content(10, 10))
	r.API.HandleFunc("GET /v2/lab/hello/blobs/"+image.Content, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "86400")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, err := mustClient(t, r.URL).Pull(ctx, client.PullRequest{Container: mustPath(t, "lab/hello"), Target: filepath.Join(t.TempDir(), "x")})
	wantKind(t, err, errs.Unavailable)
}

func TestImageThatIsNoFileIsNotPulled(t *testing.T) {
	t.Parallel()
	r, dir := clienttest.New(t), t.TempDir()
	r.Put("lab/hello", "latest", content(10, 12))
	host := strings.TrimPrefix(r.URL, "http://")
	for kind, want := range map[string]string{
		"oci":      "lab/hello:latest is an OCI image, not an image file. Pull it with: apptainer pull --no-https docker://" + host + "/lab/hello:latest",
		"artifact": "lab/hello:latest is an OCI artifact, not an image file. Pull it with: oras pull --plain-http " + host + "/lab/hello:latest",
	} {
		r.Change("lab/hello", "latest", func(i *api.Image) { i.Kind, i.Content = kind, "" })
		_, err := pullInto(t, r, dir, false)
		wantKind(t, err, errs.Unsupported)
		if errs.Message(err) != want {
			t.Errorf("got %q, want %q", errs.Message(err), want)
		}
	}
}

func TestPullIntoAFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	r.Put("lab/hello", "latest", content(10, 13))
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	_, err := pullInto(t, r, missing, false)
	wantKind(t, err, errs.Invalid)
	if want := "Cannot write x.sif: the folder " + missing + " does not exist."; errs.Message(err) != want {
		t.Errorf("got %q, want %q", errs.Message(err), want)
	}
	_, err = mustClient(t, r.URL).Pull(t.Context(), client.PullRequest{Container: mustPath(t, "lab/hello"), Target: filepath.Join(missing, "x.sif"), Cache: dir})
	wantKind(t, err, errs.Invalid)
	if err := os.WriteFile(missing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = pullInto(t, r, missing, false)
	wantKind(t, err, errs.Invalid)
	if want := "Cannot write x.sif: " + missing + " is not a folder."; errs.Message(err) != want {
		t.Errorf("got %q, want %q", errs.Message(err), want)
	}
}

package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/client/clienttest"
	"sregistry/app/errs"
	"sregistry/app/manifest"
)

const imageSize = 3 << 20

func push(t *testing.T, r *clienttest.Registry, path, state string) (client.Pushed, error) {
	t.Helper()
	return mustClient(t, r.URL).Push(t.Context(), client.PushRequest{
		File: mustOpen(t, path), Container: mustPath(t, "lab/hello"), Tag: "latest", StateDir: state})
}

func TestPushedContentIsSentOnce(t *testing.T) {
	t.Parallel()
	r, path := clienttest.New(t), mustWrite(t, content(imageSize, 1))
	first, err := push(t, r, path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if first.Unchanged || first.Present || first.Image.Name != "lab/hello:latest" || r.Sent() != imageSize {
		t.Errorf("the first push gave %+v and sent %d bytes", first, r.Sent())
	}
	again, err := push(t, r, path, t.TempDir())
	if err != nil || !again.Unchanged || r.Sent() != imageSize {
		t.Errorf("the second push gave %+v, %v, with %d bytes sent in all", again, err, r.Sent())
	}
	other, err := mustClient(t, r.URL).Push(t.Context(), client.PushRequest{File: mustOpen(t, path), Container: mustPath(t, "lab/hello"), Tag: "other"})
	if err != nil || other.Unchanged || !other.Present || r.Sent() != imageSize {
		t.Errorf("the push under another tag gave %+v, %v, with %d bytes sent in all", other, err, r.Sent())
	}
}

// What is pushed is pushed, though the server fails when it is asked about it.
func TestPushIsDoneThoughNothingIsToldOfItAfterwards(t *testing.T) {
	t.Parallel()
	r, path := clienttest.New(t), mustWrite(t, content(imageSize, 9))
	to, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	through, asked := httputil.NewSingleHostReverseProxy(to), 0
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.HasSuffix(q.URL.Path, "/images/latest") {
			if asked++; asked == 2 { // the first time it is to know what the tag names
				http.Error(w, "failed", http.StatusInternalServerError)
				return
			}
		}
		through.ServeHTTP(w, q)
	}))
	defer failing.Close()
	told, err := mustClient(t, failing.URL).Push(t.Context(), client.PushRequest{File: mustOpen(t, path), Container: mustPath(t, "lab/hello"), Tag: "latest", Arch: "amd64"})
	if err != nil || asked != 2 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	again, err := push(t, r, path, "")
	if err != nil || !again.Unchanged {
		t.Fatalf("it was not pushed: %+v, %v", again, err)
	}
	is, knew := again.Image, told.Image
	manifested := digest.FromBytes(manifest.ForFile(digest.Digest(is.Content), imageSize))
	if knew.Name != is.Name || knew.Digest != manifested.String() || knew.Content != is.Content || knew.Size != imageSize || knew.Tag != "latest" || knew.Container != is.Container {
		t.Errorf("it was told as %+v, and is %+v", knew, is)
	}
}

func TestPushGoesOnAfterBrokenConnections(t *testing.T) {
	t.Parallel()
	r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 2)), t.TempDir()
	cuts := []int64{1 << 20, 0, 512 << 10}
	for range 12 { // as often as it likes, so long as it gets on
		cuts = append(cuts, 64<<10)
	}
	r.CutUploads(cuts...)
	if _, err := push(t, r, path, state); err != nil {
		t.Fatal(err)
	}
	if r.Sent() != imageSize {
		t.Errorf("%d bytes were sent for %d", r.Sent(), imageSize)
	}
	if left := files(t, state); left != nil {
		t.Errorf("the state folder holds %v", left)
	}
}

func TestPushGivesUpWithoutProgressAndALaterRunGoesOn(t *testing.T) {
	t.Parallel()
	r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 3)), filepath.Join(t.TempDir(), "uploads")
	r.CutUploads(append([]int64{1 << 20}, make([]int64, 20)...)...)
	_, err := push(t, r, path, state)
	wantKind(t, err, errs.Unavailable)
	left := files(t, state)
	if len(left) != 1 {
		t.Fatalf("the state folder holds %v", left)
	}
	if info, err := os.Stat(filepath.Join(state, left[0])); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the session's file is %v, %v", info, err)
	}
	r.CutUploads()
	pushed, err := push(t, r, path, state)
	if err != nil || pushed.Resumed != 1<<20 || r.Sent() != imageSize {
		t.Errorf("the later run gave %+v, %v, with %d bytes sent in all", pushed, err, r.Sent())
	}
	if left := files(t, state); left != nil {
		t.Errorf("the state folder holds %v", left)
	}
}

func TestPushThatWasInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 4)), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	r.CutUploads(1<<20, 1<<20) // what arrived of a request that breaks is kept
	requests := 0
	_, err := mustClient(t, r.URL).Push(ctx, client.PushRequest{
		File: mustOpen(t, path), Container: mustPath(t, "lab/hello"), Tag: "latest", StateDir: state,
		Progress: func(phase client.Phase, done, _ int64) {
			if phase == client.Uploading && done > 1<<20 {
				if requests++; requests > 1 {
					cancel()
				}
			}
		}})
	wantKind(t, err, errs.Canceled)
	r.CutUploads()
	if _, err := push(t, r, path, state); err != nil {
		t.Fatal(err)
	}
}

func TestPushBeginsAnewWhenTheSessionIsGone(t *testing.T) {
	t.Parallel()
	r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 5)), t.TempDir()
	r.CutUploads(append([]int64{1 << 20}, make([]int64, 20)...)...)
	if _, err := push(t, r, path, state); err == nil {
		t.Fatal("the first push succeeded")
	}
	if r.LoseUploads() == 0 {
		t.Fatal("the first push left no upload behind")
	}
	r.CutUploads()
	pushed, err := push(t, r, path, state)
	if err != nil || pushed.Resumed != 0 {
		t.Errorf("got %+v, %v", pushed, err)
	}
}

func TestFileThatChangesWhileItIsPushedIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(path string) error{
		"grows":   func(path string) error { return os.WriteFile(path, content(imageSize+1, 6), 0o644) },
		"shrinks": func(path string) error { return os.Truncate(path, 10) },
		"alters":  func(path string) error { return os.WriteFile(path, content(imageSize, 7), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 6)), t.TempDir()
			changed := false
			_, err := mustClient(t, r.URL).Push(t.Context(), client.PushRequest{
				File: mustOpen(t, path), Container: mustPath(t, "lab/hello"), Tag: "latest", StateDir: state,
				Progress: func(phase client.Phase, _, _ int64) {
					if phase == client.Uploading && !changed {
						changed = true
						if err := change(path); err != nil {
							t.Error(err)
						}
					}
				}})
			wantKind(t, err, errs.Conflict)
			if !strings.Contains(errs.Message(err), "changed while it was pushed") {
				t.Errorf("the message is %q", errs.Message(err))
			}
			if n := r.LoseUploads(); n != 0 {
				t.Errorf("%d uploads were left at the server", n)
			}
			if left := files(t, state); left != nil {
				t.Errorf("the state folder holds %v", left)
			}
		})
	}
}

func TestContentThatChangedBehindTheSessionIsRefused(t *testing.T) {
	t.Parallel()
	r, path, state := clienttest.New(t), mustWrite(t, content(imageSize, 8)), t.TempDir()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	r.CutUploads(append([]int64{1 << 20}, make([]int64, 20)...)...)
	if _, err := push(t, r, path, state); err == nil {
		t.Fatal("the first push succeeded")
	}
	r.CutUploads()
	if err := os.WriteFile(path, content(imageSize, 9), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	_, err = push(t, r, path, state)
	wantKind(t, err, errs.DigestInvalid)
	if _, err := push(t, r, path, state); err != nil {
		t.Errorf("the push after that: %v", err)
	}
}

func TestPushToAFrozenTagSendsNothing(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	r.Put("lab/hello", "latest", content(100, 10))
	r.Change("lab/hello", "latest", func(i *api.Image) { i.Frozen = true })
	_, err := push(t, r, mustWrite(t, content(imageSize, 11)), t.TempDir())
	wantKind(t, err, errs.Frozen)
	if slices.ContainsFunc(r.Requests(), func(s string) bool { return !strings.HasPrefix(s, "GET ") }) {
		t.Error("something was sent")
	}
}

func TestParseRange(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"": 0, "0-0": 0, "0-9": 10, "bytes=0-9": 10, "0--1": 0, "junk": 0, "0-x": 0} {
		if got := client.ParseRange(in); got != want {
			t.Errorf("%q: got %d, want %d", in, got, want)
		}
	}
}

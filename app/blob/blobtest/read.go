package blobtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

func testNames(t *testing.T, open Opener) {
	s := fresh(t, open)
	for _, bad := range []string{"", "short", "../../etc/passwd-and-more", "with/slash-in-the-middle", "a.dot.in.the.middle.of.it",
		"sixty-five-characters-are-one-too-many-for-the-name-of-any-upload", "nul\x00in-the-middle-of-it"} {
		_, err := s.Create(bad)
		wantKind(t, err, errs.Invalid)
		_, err = s.Resume(bad, blob.Checkpoint{})
		wantKind(t, err, errs.Invalid)
		wantKind(t, s.Discard(bad), errs.Invalid)
	}
	for _, bad := range []digest.Digest{"", "sha256:", "sha256:../../../../etc/passwd", "sha256:ABCD", "md5:d41d8cd98f00b204e9800998ecf8427e"} {
		_, _, err := s.OpenBlob(bad)
		wantKind(t, err, errs.Invalid)
		_, err = s.Size(bad)
		wantKind(t, err, errs.Invalid)
		wantKind(t, s.Remove(bad), errs.Invalid)
		wantKind(t, s.Verify(t.Context(), bad), errs.Invalid)
	}
}

// testStrangers plants what does not belong there where a blob and an upload would be.
func testStrangers(t *testing.T, open Opener) {
	dir := t.TempDir()
	s := store(t, open, dir)
	content := []byte("hello")
	d := push(t, s, 1, content)
	at := filepath.Join(dir, "blobs", "sha256", d.Encoded()[:2], d.Encoded())
	outside := filepath.Join(t.TempDir(), "secret")
	upload := filepath.Join(dir, "uploads", id(2))
	err := errors.Join(os.WriteFile(outside, content, 0o600), os.Rename(at, at+"-moved"))
	for _, target := range []string{outside, at + "-moved", filepath.Base(at) + "-moved"} {
		err = errors.Join(err, os.Symlink(target, at), os.Symlink(target, upload))
		if err != nil {
			t.Fatal(err)
		}
		if f, _, err := s.OpenBlob(d); err == nil {
			f.Close()
			t.Errorf("a link to %s was opened as a blob", target)
		}
		if _, err := s.Size(d); err == nil {
			t.Error("a link has a blob's size")
		}
		if _, err := s.Resume(id(2), blob.Checkpoint{}); err == nil {
			t.Errorf("a link to %s was opened as an upload", target)
		}
		err = errors.Join(os.Remove(at), os.Remove(upload))
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(outside); err != nil || string(got) != "hello" {
		t.Errorf("the file outside now holds %q, %v", got, err)
	}
}

func testWalk(t *testing.T, open Opener) {
	dir := t.TempDir()
	s := store(t, open, dir)
	content := noise(5, 100)
	short, long := push(t, s, 1, content), digest.SHA512.FromBytes(content)
	if _, err := begin(t, s, 2, content).Commit(long); err != nil {
		t.Fatal(err)
	}
	if err := begin(t, s, 3, content).Close(); err != nil {
		t.Fatal(err)
	}
	strays := []string{
		"blobs/md5", "blobs/sha256/" + short.Encoded()[:2] + "/" + short.Encoded()[:63], "blobs/sha256/zz",
		"blobs/sha512/" + short.Encoded(), "uploads/short",
	}
	want := append([]string{string(short), string(long)}, strays...)
	for _, stray := range strays {
		if err := os.WriteFile(filepath.Join(dir, stray), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := s.Walk(t.Context(), func(e blob.Entry) error {
		if e.Digest == "" {
			got = append(got, e.Path)
			return nil
		}
		if e.Size != 100 || time.Since(e.Changed).Abs() > time.Hour {
			t.Errorf("a wrong entry: %+v", e)
		}
		got = append(got, string(e.Digest))
		return nil
	})
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("walk: %v\n%s", err, diff)
	}
	stop := errs.E("test", errs.Invalid, "Stop.")
	wantKind(t, s.Walk(t.Context(), func(blob.Entry) error { return stop }), errs.Invalid)
	wantUploads(t, s, 1)
}

func testVerify(t *testing.T, open Opener) {
	dir := t.TempDir()
	s := store(t, open, dir)
	content := noise(6, 300_000)
	d := push(t, s, 1, content)
	if err := s.Verify(t.Context(), d); err != nil {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Verify(gone, d); !errs.Is(err, errs.Canceled) {
		t.Errorf("verify, canceled: %v", err)
	}
	at := filepath.Join(dir, "blobs", "sha256", d.Encoded()[:2], d.Encoded())
	rotten := append([]byte{content[0] ^ 1}, content[1:]...)
	if err := errors.Join(os.Remove(at), os.WriteFile(at, rotten, 0o444)); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.Verify(t.Context(), d), errs.DigestInvalid)
	// To push it again mends it.
	push(t, s, 2, content)
	wantBlob(t, s, d, content)
	wantKind(t, s.Verify(t.Context(), digest.FromString("never seen")), errs.NotFound)
}

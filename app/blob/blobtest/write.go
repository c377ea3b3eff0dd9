package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

func testCommit(t *testing.T, open Opener) {
	s := fresh(t, open)
	for n, size := range []int{0, 1, 128 << 10, 512<<10 + 1, 3<<20 + 7} {
		content := noise(byte(n), size)
		d := push(t, s, n, content)
		if want := digest.FromBytes(content); d != want {
			t.Errorf("%d bytes were stored as %s, want %s", size, d, want)
		}
		wantBlob(t, s, d, content)
		// The same again changes nothing and leaves nothing.
		push(t, s, n, content)
		wantBlob(t, s, d, content)
	}
	wantUploads(t, s, 0)

	u := begin(t, s, 100, []byte("x"))
	if _, err := u.Commit(""); err != nil {
		t.Fatal(err)
	}
	_, err := u.Commit("")
	wantKind(t, err, errs.Conflict)
	if err := errors.Join(u.Close(), u.Abort()); err != nil {
		t.Errorf("ending a committed upload: %v", err)
	}
}

func testDigests(t *testing.T, open Opener) {
	s := fresh(t, open)
	content := noise(1, 1000)
	long := digest.SHA512.FromBytes(content)
	for n, options := range [][]blob.UploadOption{nil, {blob.WithSHA512()}} {
		d, err := begin(t, s, n, content, options...).Commit(long)
		if err != nil || d != long {
			t.Fatalf("commit by sha512: %s, %v", d, err)
		}
		wantBlob(t, s, long, content)
	}
	_, _, err := s.OpenBlob(digest.FromBytes(content))
	wantKind(t, err, errs.NotFound)

	u := begin(t, s, 3, content)
	for _, wrong := range []digest.Digest{digest.FromString("other"), digest.SHA512.FromString("other")} {
		_, err = u.Commit(wrong)
		wantKind(t, err, errs.DigestInvalid)
		_, err = s.Size(wrong)
		wantKind(t, err, errs.NotFound)
	}
	_, err = u.Commit(digest.SHA384.FromBytes(content))
	wantKind(t, err, errs.Unsupported)
	// None of this has spoilt the upload.
	if _, err := u.Commit(digest.FromBytes(content)); err != nil {
		t.Error(err)
	}
}

func testAppend(t *testing.T, open Opener) {
	s := fresh(t, open)
	content := noise(2, 2<<20+11)
	readers := map[string]func(io.Reader) io.Reader{
		"half": iotest.HalfReader, "data with EOF": iotest.DataErrReader,
		"small": func(r io.Reader) io.Reader { return struct{ io.Reader }{iotest.HalfReader(r)} },
	}
	for name, wrap := range readers {
		u := begin(t, s, 1, nil)
		if _, err := u.Append(t.Context(), wrap(bytes.NewReader(content)), blob.Unlimited); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := u.Commit(digest.FromBytes(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	// What came before a reader failed is kept, and the rest can follow.
	u := begin(t, s, 2, content[:5])
	failures := map[error]errs.Kind{
		io.ErrUnexpectedEOF:                     errs.Canceled,
		errors.New("connection reset"):          errs.Canceled,
		errs.E("test", errs.Invalid, "Not so."): errs.Invalid,
	}
	for failure, kind := range failures {
		at := u.Offset()
		broken := io.MultiReader(bytes.NewReader(content[at:at+600_000]), iotest.ErrReader(failure))
		n, err := u.Append(t.Context(), broken, blob.Unlimited)
		wantKind(t, err, kind)
		if n != 600_000 || u.Offset() != at+n {
			t.Errorf("kept %d bytes, offset %d after %d", n, u.Offset(), at)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := u.Append(gone, strings.NewReader("more"), blob.Unlimited)
	wantKind(t, err, errs.Canceled)
	add(t, u, content[u.Offset():])
	if _, err := u.Commit(digest.FromBytes(content)); err != nil {
		t.Error(err)
	}
}

func testLimit(t *testing.T, open Opener) {
	s := fresh(t, open)
	content := noise(3, 700_000)
	u := begin(t, s, 1, nil)
	n, err := u.Append(t.Context(), bytes.NewReader(content), 600_000)
	wantKind(t, err, errs.TooLarge)
	if n != 600_000 {
		t.Errorf("kept %d bytes, want the limit", n)
	}
	// Exactly as much as allowed is no fault.
	if n, err = u.Append(t.Context(), bytes.NewReader(content[n:]), 100_000); n != 100_000 || err != nil {
		t.Errorf("at the limit: %d, %v", n, err)
	}
	if _, err := u.Commit(digest.FromBytes(content)); err != nil {
		t.Error(err)
	}
}

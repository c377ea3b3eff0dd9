// Package blobtest is the conformance suite of blob stores, and the disk that fails them.
// It knows of a store only what package blob exports.
//
// Entry points: Run and RunWriting, for the test of a store; Disk and Restart, for tests further up that
// want a failing disk below a whole registry. The trap: a Disk never syncs the real files
// below it, so only Restart shows what is durable.
package blobtest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

// Opener opens the store under test in a folder.
type Opener func(dir string, options ...blob.Option) (*blob.Store, error)

// Run runs the whole suite on the stores that open opens.
func Run(t *testing.T, open Opener) {
	RunWriting(t, open)
	run(t, open, map[string]func(*testing.T, Opener){
		"names":      testNames,
		"strangers":  testStrangers,
		"one writer": testOneWriter,
		"walk":       testWalk,
		"free":       testFree,
		"unknown":    testUnknown,
		"asides":     testAsides,
		"verify":     testVerify,
		"troubles":   testTroubles,
		"power cuts": testPowerCuts,
	})
}

// RunWriting runs the part of the suite that depends on how bytes are taken in.
func RunWriting(t *testing.T, open Opener) {
	run(t, open, map[string]func(*testing.T, Opener){
		"commit":  testCommit,
		"digests": testDigests,
		"append":  testAppend,
		"limit":   testLimit,
		"resume":  testResume,
		"racing":  testRacing,
		"full":    testFullDisk,
		"bad":     testBadDisk,
	})
}

func run(t *testing.T, open Opener, cases map[string]func(*testing.T, Opener)) {
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

// fresh opens a store in a new folder.
func fresh(t *testing.T, open Opener) *blob.Store {
	t.Helper()
	return store(t, open, t.TempDir())
}

func store(t *testing.T, open Opener, dir string, options ...blob.Option) *blob.Store {
	t.Helper()
	s, err := open(dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// id is a valid name of an upload.
func id(n int) string { return fmt.Sprintf("upload-number-%06d", n) }

// noise gives bytes that are the same for the same seed.
func noise(seed byte, size int) []byte {
	p := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(p) // it never fails
	return p
}

// begin starts an upload with some content.
func begin(t *testing.T, s *blob.Store, n int, content []byte, options ...blob.UploadOption) *blob.Upload {
	t.Helper()
	u, err := s.Create(id(n), options...)
	if err != nil {
		t.Fatal(err)
	}
	add(t, u, content)
	return u
}

func add(t *testing.T, u *blob.Upload, content []byte) {
	t.Helper()
	n, err := u.Append(t.Context(), bytes.NewReader(content), blob.Unlimited)
	if err != nil || n != int64(len(content)) {
		t.Fatalf("appended %d of %d bytes: %v", n, len(content), err)
	}
}

// push stores content and gives its digest.
func push(t *testing.T, s *blob.Store, n int, content []byte) digest.Digest {
	t.Helper()
	d, err := begin(t, s, n, content).Commit("")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wantBlob fails unless the store holds content under its digest.
func wantBlob(t *testing.T, s *blob.Store, d digest.Digest, content []byte) {
	t.Helper()
	f, size, err := s.OpenBlob(d)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(got, content) || size != int64(len(content)) {
		t.Errorf("%s: read %d bytes, size %d, of %d: %v", d, len(got), size, len(content), err)
	}
	if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("%s is not read-only: %v %v", d, info.Mode(), err)
	}
}

// wantKind fails unless an error has a kind and, if it is for a person, a sentence.
func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Errorf("got error %v (%s), want kind %s", err, errs.KindOf(err), kind)
	}
	if kind != errs.Internal && errs.Message(err) == "" {
		t.Errorf("%v says nothing to a person", err)
	}
}

// wantUploads fails unless so many uploads are left.
func wantUploads(t *testing.T, s *blob.Store, n int) {
	t.Helper()
	if left, err := s.Uploads(); err != nil || len(left) != n {
		t.Errorf("uploads left: %v, %v; want %d", left, err, n)
	}
}

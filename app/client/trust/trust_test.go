package trust_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sregistry/app/client/trust"
)

// file is what fstat tells of a file that need not exist.
type file struct {
	uid, gid uint32
	mode     fs.FileMode
}

func (f file) Name() string       { return "x" }
func (f file) Size() int64        { return 0 }
func (f file) Mode() fs.FileMode  { return f.mode }
func (f file) ModTime() time.Time { return time.Time{} }
func (f file) IsDir() bool        { return f.mode.IsDir() }
func (f file) Sys() any           { return &syscall.Stat_t{Uid: f.uid, Gid: f.gid, Nlink: 1} }

func TestWhoseFilesAreTrusted(t *testing.T) {
	t.Parallel()
	const bob trust.User = 1001
	for _, tt := range []struct {
		file                         file
		owns, sealed, trusted, keeps bool
	}{
		{file{1001, 1001, 0o644}, true, true, true, true},
		{file{1001, 1001, 0o600}, true, true, true, true},
		{file{1001, 1001, 0o664}, true, false, true, true},  // a group to himself
		{file{1001, 1001, 0o666}, true, false, false, true}, // his own affair, but nothing to believe
		{file{1001, 100, 0o664}, true, false, false, true},  // a group of many
		{file{0, 0, 0o644}, true, true, true, true},
		{file{0, 1001, 0o664}, true, false, false, false},
		{file{0, 0, 0o666}, true, false, false, false},
		{file{1002, 1002, 0o400}, false, false, false, false},
		{file{1002, 1001, 0o664}, false, false, false, false},
		{file{1001, 1001, 0o644 | fs.ModeSymlink}, true, false, false, true},
		{file{1001, 1001, 0o644 | fs.ModeNamedPipe}, true, false, false, true},
	} {
		if bob.Owns(tt.file) != tt.owns || bob.Sealed(tt.file) != tt.sealed || bob.Trusts(tt.file) != tt.trusted || bob.Keeps(tt.file) != tt.keeps {
			t.Errorf("%+v: owns %v, sealed %v, trusted %v, keeps %v", tt.file, bob.Owns(tt.file), bob.Sealed(tt.file), bob.Trusts(tt.file), bob.Keeps(tt.file))
		}
	}
	// Root is not spared others' files.
	if of := (file{1001, 1001, 0o600}); trust.User(0).Owns(of) || trust.User(0).Sealed(of) {
		t.Error("root trusts the file of a user")
	}
}

func TestOpenIsNotLedElsewhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, link, pipe := filepath.Join(dir, "real"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	for _, err := range []error{os.WriteFile(real, []byte("x"), 0o600), os.Symlink(real, link), syscall.Mkfifo(pipe, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{link, pipe, dir} {
		if _, _, err := trust.Open(path); !errors.Is(err, trust.ErrNoFile) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, _, err := trust.Open(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	f, info, err := trust.Open(real)
	if err != nil || !trust.Current().Sealed(info) || trust.Names(info) != 1 {
		t.Fatalf("%v, %v", info, err)
	}
	f.Close()
}

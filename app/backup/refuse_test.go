package backup_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/backup"
	"sregistry/app/errs"
	"sregistry/app/store"
)

// kept makes a folder with one backup, and gives its folder and what one image is.
func kept(t *testing.T) (dir, snapshot string, image digest.Digest) {
	t.Helper()
	s := newSite(t)
	image = s.push("a", 1)
	s.push("b", 2)
	dir = t.TempDir()
	r, err := s.source().ToFolder(t.Context(), dir, backup.Options{})
	must(t, err)
	return dir, filepath.Join(dir, "snapshots", r.Name), image
}

func TestBackupOfANewerProgramIsRefusedAndNothingWritten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"schema": {`"schema": `, `"schema": 9`},
		"format": {`"format": `, `"format": 9`},
	} {
		dir, snapshot, _ := kept(t)
		file := filepath.Join(snapshot, "backup.json")
		text, err := os.ReadFile(file)
		must(t, err)
		must(t, os.WriteFile(file, bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1), 0o600))
		to := filepath.Join(t.TempDir(), "data")
		_, err = backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{})
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), "newer than this program") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the new folder was made: %v", name, err)
		}
	}
}

func TestDamagedBackupIsNotRestoredUnlessItIsAcceptedAsItIs(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(dir, snapshot string, image digest.Digest){
		"a blob is missing":  func(dir, _ string, image digest.Digest) { must(t, os.Remove(blobFile(dir, image))) },
		"a blob is spoilt":   func(dir, _ string, image digest.Digest) { spoil(t, blobFile(dir, image)) },
		"the database":       func(_, snapshot string, _ digest.Digest) { spoil(t, filepath.Join(snapshot, store.FileName)) },
		"the key":            func(_, snapshot string, _ digest.Digest) { spoil(t, filepath.Join(snapshot, "server.key")) },
		"the key is missing": func(_, snapshot string, _ digest.Digest) { must(t, os.Remove(filepath.Join(snapshot, "server.key"))) },
		"the manifest is short": func(_, snapshot string, _ digest.Digest) {
			must(t, os.Truncate(filepath.Join(snapshot, "backup.json"), 100))
		},
	} {
		dir, snapshot, image := kept(t)
		harm(dir, snapshot, image)
		to := filepath.Join(t.TempDir(), "data")
		done, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{})
		if !errs.Is(err, errs.DigestInvalid) || errs.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(to, store.FileName)); err == nil {
			t.Errorf("%s: a server would take the folder", name)
		}
		if !strings.HasPrefix(name, "a blob") {
			continue
		}
		if len(done.Lost) != 1 || done.Lost[0].Digest != image || len(done.Lost[0].Images) != 1 {
			t.Errorf("%s: %+v", name, done.Lost)
		}
		if _, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{AcceptDamage: true}); err != nil {
			t.Errorf("%s: accepted: %v", name, err)
		}
		new := openSite(t, to)
		new.push("a", 1)
		new.whole(map[string]digest.Digest{"a": image})
	}
}

// A stream that ends anywhere, or has a byte changed anywhere, makes no registry.
func TestStreamThatIsCutOrChangedMakesNoRegistry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.push("a", 1)
	var whole bytes.Buffer
	_, err := s.source().ToStream(t.Context(), &whole, backup.Options{})
	must(t, err)
	refused := 0
	for at := 0; at < whole.Len()-2*512; at += whole.Len() / 23 { // the end of an archive is two empty blocks
		cut := bytes.NewReader(whole.Bytes()[:at])
		changed := bytes.Clone(whole.Bytes())
		changed[at] ^= 1
		for name, r := range map[string]io.Reader{"cut": cut, "changed": bytes.NewReader(changed)} {
			to := filepath.Join(t.TempDir(), "data")
			var seen bytes.Buffer
			done, err := backup.FromStream(t.Context(), io.TeeReader(r, &seen), to, backup.RestoreOptions{Files: quick})
			_, rest := io.Copy(&seen, r)
			must(t, rest)
			found, checking := backup.CheckStream(t.Context(), &seen, backup.CheckOptions{})
			if whole := checking == nil && len(found.Wrong)+len(found.Damaged) == 0; whole != (err == nil) {
				t.Errorf("%s at %d: a restore says %v, a check %+v, %v", name, at, err, found, checking)
			}
			if err == nil && name == "changed" && done.Blobs == 2 {
				continue // a byte that means nothing, such as a time
			}
			if err == nil || errs.Message(err) == "" {
				t.Errorf("%s at %d: %v", name, at, err)
			}
			if _, err := os.Stat(filepath.Join(to, store.FileName)); err == nil {
				t.Errorf("%s at %d: a server would take the folder", name, at)
			}
			refused++
		}
	}
	t.Logf("%d streams refused", refused)
}

func TestRegistryIsNeverRestoredOver(t *testing.T) {
	t.Parallel()
	dir, _, _ := kept(t)
	s := newSite(t)
	tags := map[string]digest.Digest{"mine": s.push("mine", 9)}
	if _, err := backup.FromFolder(t.Context(), dir, s.dir, backup.RestoreOptions{AcceptDamage: true}); !errs.Is(err, errs.Conflict) {
		t.Error(err)
	}
	s.whole(tags)
	if _, err := s.source().ToFolder(t.Context(), s.dir, backup.Options{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a backup into a data folder: %v", err)
	}
	s.whole(tags)
}

package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/backup"
	"sregistry/app/errs"
	"sregistry/app/store"
)

// tree gives what is in a folder: names, modes, sizes and times of change.
func tree(t testing.TB, dir string) (list []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		list = append(list, path+" "+fs.FormatFileInfo(info)+info.ModTime().String())
		return err
	}))
	return list
}

func TestWholeBackupIsProvenAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	dir, _, _ := kept(t)
	must(t, os.Remove(filepath.Join(dir, "uploads"))) // opening the folder to write would make it anew
	before := tree(t, dir)
	for _, quick := range []bool{false, true} {
		list, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{Quick: quick})
		must(t, err)
		if c := list[0]; len(list) != 1 || c.Blobs != 3 || c.Bytes == 0 || len(c.Wrong)+len(c.Damaged)+len(c.Known) > 0 {
			t.Errorf("quick %v: %+v", quick, list)
		}
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// What a check finds is what a restore would stumble over.
func TestDamageInABackupIsFoundWhereItIs(t *testing.T) {
	t.Parallel()
	truncate := func(name string) { must(t, os.Chmod(name, 0o600)); must(t, os.Truncate(name, 10)) }
	for name, c := range map[string]struct {
		harm  func(dir, snapshot string, image digest.Digest)
		says  string
		blob  bool // it is a blob's damage
		quick bool // sizes alone tell
	}{
		"a flipped bit": {func(dir, _ string, image digest.Digest) { spoil(t, blobFile(dir, image)) }, "does not have the content", true, false},
		"a short blob":  {func(dir, _ string, image digest.Digest) { truncate(blobFile(dir, image)) }, "has 10 bytes instead of", true, true},
		"no blob":       {func(dir, _ string, image digest.Digest) { must(t, os.Remove(blobFile(dir, image))) }, "is missing", true, true},
		"a folder in its place": {func(dir, _ string, image digest.Digest) {
			must(t, os.Remove(blobFile(dir, image)))
			must(t, os.Mkdir(blobFile(dir, image), 0o700))
		}, "cannot be read", true, true},
		"the database":     {func(_, snapshot string, _ digest.Digest) { spoil(t, filepath.Join(snapshot, store.FileName)) }, "The file sregistry.db of the backup is damaged.", false, true},
		"no database":      {func(_, snapshot string, _ digest.Digest) { must(t, os.Remove(filepath.Join(snapshot, store.FileName))) }, "The file sregistry.db of the backup is missing.", false, true},
		"the key":          {func(_, snapshot string, _ digest.Digest) { spoil(t, filepath.Join(snapshot, "server.key")) }, "The file server.key of the backup is damaged.", false, true},
		"a short manifest": {func(_, snapshot string, _ digest.Digest) { truncate(filepath.Join(snapshot, "backup.json")) }, "backup.json of the backup is damaged", false, true},
		"a row less": {func(_, snapshot string, _ digest.Digest) {
			amend(t, snapshot, func(m *backup.Manifest) { m.Rows["blobs"]++ })
		}, "The table blobs has 3 rows instead of 4.", false, true},
		"another schema": {func(_, snapshot string, _ digest.Digest) {
			amend(t, snapshot, func(m *backup.Manifest) { m.Schema-- })
		}, fmt.Sprintf("instead of %d.", store.CurrentVersion()-1), false, true},
	} {
		dir, snapshot, image := kept(t)
		c.harm(dir, snapshot, image)
		for _, quick := range []bool{false, true} {
			list, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{Quick: quick})
			must(t, err)
			found := list[0]
			said := strings.Join(found.Wrong, " ")
			for _, d := range found.Damaged {
				said += d.What
				if d.Digest != image || len(d.Images) != 1 || !strings.HasPrefix(d.Images[0], "lab/hello@sha256:") {
					t.Errorf("%s: %+v", name, d)
				}
			}
			if want := !quick || c.quick; strings.Contains(said, c.says) != want || (len(found.Damaged) == 1) != (want && c.blob) || (len(found.Wrong) > 0) == c.blob && want {
				t.Errorf("%s, quick %v: %+v", name, quick, found)
			}
		}
		if _, err := backup.FromFolder(t.Context(), dir, filepath.Join(t.TempDir(), "data"), backup.RestoreOptions{Files: quick}); !errs.Is(err, errs.DigestInvalid) && !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s: restored: %v", name, err)
		}
	}
}

// amend changes the manifest of a backup.
func amend(t testing.TB, snapshot string, change func(*backup.Manifest)) {
	t.Helper()
	file := filepath.Join(snapshot, "backup.json")
	text, err := os.ReadFile(file)
	must(t, err)
	var m backup.Manifest
	must(t, json.Unmarshal(text, &m))
	change(&m)
	text, err = json.Marshal(m)
	must(t, err)
	must(t, os.WriteFile(file, text, 0o600))
}

// A database that was damaged before it was copied has its hash, and is not whole.
func TestDatabaseWithItsHashIsHeldAgainstItself(t *testing.T) {
	t.Parallel()
	const page = 4096
	dir, snapshot, _ := kept(t)
	file := filepath.Join(snapshot, store.FileName)
	whole, err := os.ReadFile(file)
	must(t, err)
	found := 0
	for at := 0; at < len(whole); at += 7 * page {
		text := bytes.Clone(whole)
		copy(text[at:], make([]byte, page))
		must(t, os.WriteFile(file, text, 0o600))
		amend(t, snapshot, func(m *backup.Manifest) { m.Database.Digest = digest.FromBytes(text) })
		list, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{})
		must(t, err)
		if len(list[0].Wrong) > 0 {
			found++
		}
	}
	// Those of the full-text indexes are not looked at: they can be made anew.
	if pages := len(whole) / page / 7; found < pages/2 {
		t.Errorf("%d of %d lost pages were noticed", found, pages)
	}
	t.Logf("%d lost pages were noticed", found)
}

func TestWhatWasDamagedBeforeABackupIsKnownToIt(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	bad := s.push("bad", 1)
	s.push("good", 2)
	spoil(t, s.file(bad))
	_, err := s.source().ToFolder(t.Context(), dir, backup.Options{})
	must(t, err)
	list, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{})
	must(t, err)
	var stream bytes.Buffer
	_, err = s.source().ToStream(t.Context(), &stream, backup.Options{})
	must(t, err)
	streamed, err := backup.CheckStream(t.Context(), &stream, backup.CheckOptions{})
	must(t, err)
	for _, c := range append(list, streamed) {
		if len(c.Known) != 1 || c.Known[0].Digest != bad || !strings.HasSuffix(c.Known[0].What, "since before the backup") || len(c.Known[0].Images) != 1 || len(c.Damaged)+len(c.Wrong) > 0 {
			t.Errorf("%+v", c)
		}
	}
}

// Of all backups in a folder each is told of, and what they share is read once.
func TestAllBackupsAreCheckedAndEachBlobOnce(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	shared := s.push("a", 1)
	for n := range uint64(3) {
		s.push("b", n+2)
		_, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 7})
		must(t, err)
	}
	spoil(t, blobFile(dir, shared))
	read := 0
	list, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{All: true, Progress: func(blobs int, _ int64) { read = blobs }})
	must(t, err)
	for n, c := range list {
		if len(c.Damaged) != 1 || c.Damaged[0].Digest != shared || c.Blobs != 5-n {
			t.Errorf("%d: %+v", n, c)
		}
	}
	if len(list) != 3 || read != 5 { // three of b, one of a, the empty config
		t.Errorf("%d backups, %d blobs read", len(list), read)
	}
	one, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{Name: list[2].Name})
	if must(t, err); len(one) != 1 || one[0].Name != list[2].Name {
		t.Errorf("%+v", one)
	}
	if _, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{Name: "nonsense"}); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
	if _, err := backup.CheckFolder(t.Context(), t.TempDir(), backup.CheckOptions{}); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
}

// A backup of a newer program is refused, and hinders nobody who wants another one.
func TestNewerBackupIsRefusedAndOlderOnesAreNot(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	s.push("a", 1)
	var made []backup.Report
	for range 2 {
		r, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 2})
		must(t, err)
		made = append(made, r)
	}
	amend(t, filepath.Join(dir, "snapshots", made[1].Name), func(m *backup.Manifest) { m.Schema = 99 })
	for _, o := range []backup.CheckOptions{{}, {All: true}} {
		if _, err := backup.CheckFolder(t.Context(), dir, o); !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), "newer than this program") {
			t.Error(err)
		}
	}
	list, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{Name: made[0].Name})
	if must(t, err); list[0].Blobs != 2 {
		t.Errorf("%+v", list)
	}
	_, err = backup.FromFolder(t.Context(), dir, filepath.Join(t.TempDir(), "data"), backup.RestoreOptions{Name: made[0].Name})
	must(t, err)
}

// A backup that goes while it is read is not called damaged.
func TestBackupThatIsLetGoMeanwhileIsNotCalledDamaged(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	s.push("a", 1)
	s.push("b", 2)
	_, err := s.source().ToFolder(t.Context(), dir, backup.Options{})
	must(t, err)
	s.delete("a")
	s.delete("b")
	s.sweep()
	_, err = backup.CheckFolder(t.Context(), dir, backup.CheckOptions{Progress: func(blobs int, _ int64) {
		if blobs == 1 {
			_, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 1})
			must(t, err)
		}
	}})
	if !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Message(err), "let go") {
		t.Error(err)
	}
}

func TestCheckOfABackupEndsWhenItIsGivenUp(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	s.push("a", 1)
	_, err := s.source().ToFolder(t.Context(), dir, backup.Options{})
	must(t, err)
	var stream bytes.Buffer
	_, err = s.source().ToStream(t.Context(), &stream, backup.Options{})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = backup.CheckFolder(ctx, dir, backup.CheckOptions{Progress: func(int, int64) { cancel() }})
	if !errs.Is(err, errs.Canceled) {
		t.Errorf("folder: %v", err)
	}
	if _, err := backup.CheckStream(ctx, &stream, backup.CheckOptions{}); !errs.Is(err, errs.Canceled) {
		t.Errorf("stream: %v", err)
	}
}

// A stream that lacks a blob or has one that is spoilt is told of by its images.
func TestStreamIsHeldAgainstItsRows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	image := s.push("a", 1)
	s.push("b", 2)
	var whole bytes.Buffer
	_, err := s.source().ToStream(t.Context(), &whole, backup.Options{})
	must(t, err)
	for name, c := range map[string]struct {
		change        func(name string, body []byte) ([]byte, bool)
		damaged, says string
	}{
		"nothing": {change: func(_ string, body []byte) ([]byte, bool) { return body, true }},
		"a blob":  {func(name string, body []byte) ([]byte, bool) { return body, !strings.HasSuffix(name, image.Encoded()) }, "is missing", ""},
		"a short blob": {func(name string, body []byte) ([]byte, bool) {
			return cutIf(strings.HasSuffix(name, image.Encoded()), body), true
		}, "bytes instead of", ""},
		"a spoilt blob": {func(name string, body []byte) ([]byte, bool) {
			return spoilIf(strings.HasSuffix(name, image.Encoded()), body), true
		}, "does not have the content", ""},
		"the key":      {func(name string, body []byte) ([]byte, bool) { return body, name != "server.key" }, "", "The file server.key of the backup is missing."},
		"the database": {func(name string, body []byte) ([]byte, bool) { return spoilIf(name == store.FileName, body), true }, "", "The file sregistry.db of the backup is damaged."},
	} {
		found, err := backup.CheckStream(t.Context(), rewrite(t, whole.Bytes(), c.change), backup.CheckOptions{})
		must(t, err)
		if (len(found.Damaged) == 1) != (c.damaged != "") || len(found.Damaged) == 1 && (found.Damaged[0].Digest != image || len(found.Damaged[0].Images) != 1 || !strings.Contains(found.Damaged[0].What, c.damaged)) {
			t.Errorf("%s: %+v", name, found.Damaged)
		}
		if strings.Join(found.Wrong, " ") != c.says || len(found.Known) > 0 || c.says == "" && found.Blobs != 3 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func spoilIf(it bool, body []byte) []byte {
	if it {
		body = bytes.Clone(body)
		body[len(body)/2] ^= 1
	}
	return body
}

func cutIf(it bool, body []byte) []byte {
	if it {
		return body[:10]
	}
	return body
}

// rewrite gives a stream with its files changed, or left out.
func rewrite(t testing.TB, stream []byte, change func(name string, body []byte) ([]byte, bool)) io.Reader {
	t.Helper()
	from := tar.NewReader(bytes.NewReader(stream))
	var changed bytes.Buffer
	to := tar.NewWriter(&changed)
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			must(t, to.Close())
			return &changed
		}
		must(t, err)
		body, err := io.ReadAll(from)
		must(t, err)
		body, stays := change(header.Name, body)
		if !stays {
			continue
		}
		header.Size = int64(len(body))
		must(t, to.WriteHeader(header))
		_, err = to.Write(body)
		must(t, err)
	}
}

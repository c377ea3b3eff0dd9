package backup_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/backup"
	"sregistry/app/blob"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// site is a registry with files and a database of its own, which keeps nothing longer than
// it must.
type site struct {
	*registry.Service
	t     testing.TB
	dir   string
	db    *store.DB
	blobs *blob.Store
	alice model.Actor
}

const key = "the server's key\n"

func newSite(t testing.TB) *site {
	t.Helper()
	s := openSite(t, t.TempDir())
	must(t, os.WriteFile(filepath.Join(s.dir, "server.key"), []byte(key), 0o600))
	must(t, s.db.Update(t.Context(), func(tx *store.Tx) error {
		u, err := tx.AddUser(t.Context(), "alice", model.Person, "", false)
		s.alice = model.Actor{UserID: u.ID, Name: "alice", Scope: model.ScopeAll}
		return err
	}))
	return s
}

// openSite opens a data folder, such as one that was restored.
func openSite(t testing.TB, dir string) *site {
	t.Helper()
	s := &site{t: t, dir: dir}
	var err error
	s.db, err = store.Open(t.Context(), dir, storetest.Schema(t))
	must(t, err)
	t.Cleanup(func() { s.db.Close() })
	s.blobs, err = blob.Open(dir)
	must(t, err)
	t.Cleanup(func() { s.blobs.Close() })
	s.Service = registry.New(s.db, s.blobs, registry.Settings{UserCollections: true, Grace: -time.Second, UploadLife: -time.Second}, slog.New(slog.DiscardHandler))
	s.alice = model.Actor{UserID: 1, Name: "alice", Scope: model.ScopeAll}
	return s
}

func (s *site) source() backup.Source {
	return backup.Source{Dir: s.dir, DB: s.db, Blobs: s.blobs, Files: []string{"server.key", "sregistry.conf"}, Program: "test"}
}

// push pushes an image; seed varies its content.
func (s *site) push(tag string, seed uint64) digest.Digest {
	s.t.Helper()
	i, err := s.Push(s.t.Context(), s.alice, s.path(), tag, bytes.NewReader(content(s.t, seed)))
	must(s.t, err)
	return i.Content
}

func (s *site) delete(tag string) {
	s.t.Helper()
	i, err := s.Image(s.t.Context(), s.alice, s.path(), ref.Reference{Tag: tag}, "")
	must(s.t, err)
	_, err = s.DeleteImage(s.t.Context(), s.alice, s.path(), i.Digest)
	must(s.t, err)
}

// sweep lets go of everything that a sweep may let go of, however young.
func (s *site) sweep() registry.SweepResult {
	s.t.Helper()
	must(s.t, s.blobs.Walk(s.t.Context(), func(e blob.Entry) error {
		return os.Chtimes(s.file(e.Digest), time.Time{}, time.Now().Add(-48*time.Hour))
	}))
	done, err := s.Keeper.Sweep(context.WithoutCancel(s.t.Context()))
	must(s.t, err)
	return done
}

func (s *site) path() ref.Path {
	p, err := ref.ParsePath("lab/hello")
	must(s.t, err)
	return p
}

func (s *site) file(d digest.Digest) string { return blobFile(s.dir, d) }

func blobFile(dir string, d digest.Digest) string {
	return filepath.Join(dir, "blobs", string(d.Algorithm()), d.Encoded()[:2], d.Encoded())
}

// whole fails unless a check finds nothing wrong, and every tag has its content.
func (s *site) whole(tags map[string]digest.Digest) {
	s.t.Helper()
	found, err := s.Keeper.Check(s.t.Context(), true, nil)
	must(s.t, err)
	if len(found.Damage) > 0 {
		s.t.Errorf("damaged: %v", found.Damage)
	}
	for tag, want := range tags {
		i, err := s.Image(s.t.Context(), s.alice, s.path(), ref.Reference{Tag: tag}, "")
		must(s.t, err)
		f, err := s.OpenFile(i)
		must(s.t, err)
		body, err := io.ReadAll(f)
		f.Close()
		if must(s.t, err); digest.FromBytes(body) != want {
			s.t.Errorf("%s has another content", tag)
		}
	}
}

// spoil changes a byte of a file.
func spoil(t testing.TB, name string) {
	t.Helper()
	body, err := os.ReadFile(name)
	must(t, err)
	body[len(body)/2] ^= 1
	must(t, os.Remove(name))
	must(t, os.WriteFile(name, body, 0o444))
}

func content(t testing.TB, seed uint64) []byte {
	t.Helper()
	b, err := siftest.Bytes(siftest.Options{Arch: "amd64", Payload: 1000, Seed: seed})
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

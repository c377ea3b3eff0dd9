package registry_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// fixture is a core on a database and files of its own, with a clock that a test can move.
type fixture struct {
	*registry.Service
	t     *testing.T
	db    *store.DB
	blobs *blob.Store
	dir   string       // of the blobs
	ahead atomic.Int64 // nanoseconds
}

// auditRetention is how long a fixture keeps events.
const auditRetention = 400 * 24 * time.Hour

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, dir: t.TempDir()}
	f.db = storetest.New(t, store.WithClock(func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }))
	var err error
	if f.blobs, err = blob.Open(f.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.blobs.Close() })
	f.Service = registry.New(f.db, f.blobs, registry.Settings{UserCollections: true, Grace: 24 * time.Hour, UploadLife: time.Hour,
		AuditRetention: auditRetention},
		slog.New(slog.DiscardHandler))
	return f
}

func (f *fixture) ctx() context.Context { return f.t.Context() }

// user makes an account and gives it with all scopes.
func (f *fixture) user(name string) model.Actor {
	f.t.Helper()
	var u model.User
	err := f.db.Update(f.ctx(), func(tx *store.Tx) (err error) {
		u, err = tx.AddUser(f.ctx(), name, model.Person, "", false)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return model.Actor{UserID: u.ID, Name: name, Scope: model.ScopeAll}
}

// token gives an actor a token by which he acts.
func (f *fixture) token(a *model.Actor, id, name string) {
	f.t.Helper()
	k := store.TokenRow{Salt: []byte("salt")}
	k.ID, k.Name, k.UserID, k.Scope = id, name, a.UserID, a.Scope
	if err := f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.AddToken(f.ctx(), k) }); err != nil {
		f.t.Fatal(err)
	}
	a.Via, a.Token, a.TokenName = model.ByToken, id, name
}

// push pushes a small SIF; seed varies its content.
func (f *fixture) push(actor model.Actor, name, tag, arch string, seed uint64) model.Image {
	f.t.Helper()
	i, err := f.Push(f.ctx(), actor, path(f.t, name), tag, bytes.NewReader(image(f.t, arch, seed)))
	if err != nil {
		f.t.Fatal(err)
	}
	return i
}

func image(t *testing.T, arch string, seed uint64) []byte {
	t.Helper()
	return siftest.SIF(t, siftest.Options{Arch: arch, Payload: 1000, Seed: seed, Labels: map[string]string{"Maintainer": "vanessa"}})
}

func path(t *testing.T, s string) ref.Path {
	t.Helper()
	p, err := ref.ParsePath(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tag(name string) ref.Reference          { return ref.Reference{Tag: name} }
func byDigest(d digest.Digest) ref.Reference { return ref.Reference{Digest: d} }
func (f *fixture) files() int                { return f.count(func(e blob.Entry) bool { return e.Digest != "" }) }
func (f *fixture) find(a model.Actor, name, tagName, arch string) (model.Image, error) {
	return f.Image(f.ctx(), a, path(f.t, name), tag(tagName), arch)
}

// blob reads a blob by a container.
func (f *fixture) blob(a model.Actor, name string, d digest.Digest) (string, error) {
	file, _, err := f.OpenBlob(f.ctx(), a, path(f.t, name), d)
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	return string(content), err
}

func (f *fixture) count(which func(blob.Entry) bool) (n int) {
	f.t.Helper()
	err := f.blobs.Walk(f.ctx(), func(e blob.Entry) error {
		if which(e) {
			n++
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// only leaves the error of a call that gives something besides.
func only[T any](_ T, err error) error { return err }

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants fails the test unless err is of a kind, with a sentence for people.
func wants(t *testing.T, kind errs.Kind, err error) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Fatalf("want %s, got: %v", kind, err)
	}
	if errs.Message(err) == "" {
		t.Errorf("no sentence for people: %v", err)
	}
}

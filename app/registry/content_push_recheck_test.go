package registry_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// then is a body at whose end something happens.
type then struct {
	io.Reader
	happens func()
}

func (b *then) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.happens != nil {
		b.happens()
		b.happens = nil
	}
	return n, err
}

// A push that takes long is not kept of one who was shut out meanwhile.
func TestPushEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	content := image(t, "amd64", 1)
	for name, shut := range map[string]func(*fixture, *store.Tx, model.Actor) error{
		"suspended": func(f *fixture, tx *store.Tx, a model.Actor) error { return tx.SetDisabled(f.ctx(), a.UserID, true) },
		"revoked": func(f *fixture, tx *store.Tx, a model.Actor) error {
			_, err := tx.DeleteToken(f.ctx(), a.UserID, a.Token)
			return err
		},
		"demoted": func(f *fixture, tx *store.Tx, a model.Actor) error { return tx.SetAdmin(f.ctx(), a.UserID, false) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			alice := f.user("alice")
			must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.SetAdmin(f.ctx(), alice.UserID, true) }))
			alice.Admin = true
			f.token(&alice, "abcdef", "work")
			must(t, only(f.Push(f.ctx(), alice, path(t, "lab/hello"), "1", bytes.NewReader(content))))

			_, err := f.Push(f.ctx(), alice, path(t, "lab/hello"), "2", &then{bytes.NewReader(content), func() {
				must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return shut(f, tx, alice) }))
			}})
			wants(t, errs.Unauthenticated, err)
			wants(t, errs.Unauthenticated, f.PutBlob(f.ctx(), alice, path(t, "lab/hello"), digest.FromBytes(content), bytes.NewReader(content)))
			_, err = f.find(model.Console, "lab/hello", "2", "")
			wants(t, errs.NotFound, err)
		})
	}
}

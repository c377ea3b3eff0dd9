package registry_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func TestBlobInOneGoIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	d := digest.FromString("hello")
	wants(t, errs.DigestInvalid, f.PutBlob(f.ctx(), alice, path(t, "lab/hello"), d, strings.NewReader("hullo")))
	if n := f.files(); n != 0 {
		t.Errorf("%d files are left of what was refused", n)
	}
	must(t, f.PutBlob(f.ctx(), alice, path(t, "lab/hello"), d, strings.NewReader("hello")))
	if got, err := f.blob(alice, "lab/hello", d); err != nil || got != "hello" {
		t.Errorf("the blob is %q, %v", got, err)
	}
	wants(t, errs.Forbidden, f.PutBlob(f.ctx(), bob, path(t, "lab/hello"), d, strings.NewReader("hello")))
}

func TestMountNeedsTheRightToReadTheSource(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	d := digest.FromString("hello")
	must(t, f.PutBlob(f.ctx(), alice, path(t, "lab/hello"), d, strings.NewReader("hello")))
	mount := func(who model.Actor, to string) error {
		return f.MountBlob(f.ctx(), who, path(t, to), path(t, "lab/hello"), d)
	}
	wants(t, errs.NotFound, mount(bob, "bob/mine"))
	wants(t, errs.Unauthenticated, mount(model.Anonymous, "bob/mine"))
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Contributor}))
	must(t, mount(bob, "bob/mine"))
	if _, err := f.blob(bob, "bob/mine", d); err != nil {
		t.Error(err)
	}
	wants(t, errs.Forbidden, mount(bob, "lab/other"))
}

func TestNobodyLearnsFromAPushWhatThereIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.push(f.user("alice"), "lab/hello", "latest", "amd64", 1)
	hidden := f.AuthorizePush(f.ctx(), model.Anonymous, path(t, "lab/hello"), "latest")
	missing := f.AuthorizePush(f.ctx(), model.Anonymous, path(t, "lob/hello"), "latest")
	wants(t, errs.Unauthenticated, hidden)
	if want := strings.ReplaceAll(errs.Message(missing), "lob", "lab"); errs.KindOf(missing) != errs.KindOf(hidden) || errs.Message(hidden) != want {
		t.Errorf("hidden %q, missing %q", errs.Message(hidden), want)
	}
}

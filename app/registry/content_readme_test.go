package registry_test

import (
	"fmt"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

func TestReadmeIsWrittenByOwnersOneAfterTheOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/app", "latest", "amd64", 1)
	p := path(t, "lab/app")
	if r, err := f.Readme(f.ctx(), alice, p); err != nil || r != (model.Readme{}) {
		t.Errorf("before: %+v, %v", r, err)
	}
	first, err := f.SetReadme(f.ctx(), alice, p, "# Hello\r\nworld", 0)
	must(t, err)
	if first.Text != "# Hello\nworld" || first.Version != 1 || first.By != "alice" || first.Updated.IsZero() {
		t.Errorf("got %+v", first)
	}
	_, err = f.SetReadme(f.ctx(), alice, p, "of another window", 0)
	wants(t, errs.Conflict, err)
	second, err := f.SetReadme(f.ctx(), alice, p, "", first.Version)
	must(t, err)
	if got, err := f.Readme(f.ctx(), alice, p); err != nil || got != second || got.Version != 2 {
		t.Errorf("after: %+v, %v; want %+v", got, err, second)
	}
	_, err = f.SetReadme(f.ctx(), bob, p, "mine", 2)
	wants(t, errs.NotFound, err)
	_, err = f.Readme(f.ctx(), model.Anonymous, p)
	wants(t, errs.Unauthenticated, err)
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Contributor}))
	_, err = f.SetReadme(f.ctx(), bob, p, "mine", 2)
	wants(t, errs.Forbidden, err)
	for who, want := range map[*model.Actor]bool{&alice: true, &bob: false} {
		if may, err := f.CanDescribe(f.ctx(), *who, p); err != nil || may != want {
			t.Errorf("%s may: %v, %v", who.Name, may, err)
		}
	}
	must(t, f.FreezeContainer(f.ctx(), alice, p, true))
	_, err = f.SetReadme(f.ctx(), alice, p, fmt.Sprintf("%0*d", registry.MaxReadme, 7), 2) // a freeze is about images
	must(t, err)
	_, err = f.SetReadme(f.ctx(), alice, p, fmt.Sprintf("%0*d", registry.MaxReadme+1, 7), 3)
	wants(t, errs.TooLarge, err)
	_, err = f.SetReadme(f.ctx(), alice, p, "a\xff", 3)
	wants(t, errs.Invalid, err)
}

package registry_test

import (
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// The numbers of links can be guessed; whoever tries them must not learn to what they lead.
func TestGuessedLinkNamesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "latest", "amd64", 1)
	share, _, err := f.Share(f.ctx(), alice, path(t, "lab/hello"), tag("latest"), "", 0)
	must(t, err)
	for _, a := range []model.Actor{model.Anonymous, bob} {
		there, none := f.Unshare(f.ctx(), a, share.ID), f.Unshare(f.ctx(), a, share.ID+1)
		if errs.KindOf(there) != errs.KindOf(none) || strings.Contains(errs.Message(there), "hello") {
			t.Errorf("%q gets %q for a link, and %q for none", a.Name, errs.Message(there), errs.Message(none))
		}
	}
	must(t, f.Unshare(f.ctx(), alice, share.ID))
	wants(t, errs.NotFound, f.Unshare(f.ctx(), alice, share.ID))
}

package registry_test

import (
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func TestExpandDigest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, eve := f.user("alice"), f.user("eve")
	i := f.push(alice, "lab/hello", "latest", "amd64", 1)
	f.push(alice, "lab/hello", "other", "amd64", 2)
	sum := i.Content.Encoded()
	for _, digits := range []string{sum[:32], sum[:40], sum} {
		d, err := f.ExpandDigest(f.ctx(), alice, path(t, "lab/hello"), digits)
		must(t, err)
		if d != i.Content {
			t.Errorf("%s: %s", digits, d)
		}
	}
	for _, digits := range []string{"", sum[:31], strings.ToUpper(sum), sum[:32] + "%", strings.Repeat("0", 32), sum + "0"} {
		_, err := f.ExpandDigest(f.ctx(), alice, path(t, "lab/hello"), digits)
		wants(t, errs.NotFound, err)
	}
	_, err := f.ExpandDigest(f.ctx(), alice, path(t, "lab/other"), sum)
	wants(t, errs.NotFound, err)
	_, err = f.ExpandDigest(f.ctx(), eve, path(t, "lab/hello"), sum)
	wants(t, errs.NotFound, err)
	_, err = f.ExpandDigest(f.ctx(), model.Anonymous, path(t, "lab/hello"), sum)
	wants(t, errs.Unauthenticated, err)
}

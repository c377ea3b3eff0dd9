package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/google/go-cmp/cmp"

	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/pgp/pgptest"
)

// addKey adds the public key of an entity that the test made.
func (f *fixture) addKey(actor model.Actor, armored string) {
	f.t.Helper()
	if _, err := f.AddKeys(f.ctx(), actor, armored); err != nil {
		f.t.Fatal(err)
	}
}

// found gives the fingerprints of the keys that a search finds.
func (f *fixture) found(search string) []string {
	f.t.Helper()
	keys, err := f.FindKeys(f.ctx(), model.Anonymous, search, 10)
	if err != nil {
		f.t.Fatal(err)
	}
	fingerprints := []string{}
	for _, k := range keys {
		fingerprints = append(fingerprints, k.Fingerprint)
	}
	return fingerprints
}

func TestKeyIsFoundByAllItsNames(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	e := pgptest.New(t, "alice")
	f.addKey(f.user("alice"), pgptest.Public(t, e, pgptest.New(t, "bob")))
	own := pgptest.Fingerprint(e)
	sub := fmt.Sprintf("%X", e.Subkeys[0].PublicKey.Fingerprint)
	for _, search := range []string{
		own, "0x" + strings.ToLower(own), strings.ToLower(own), "0x" + own[24:], own[24:], "0x" + own[32:], strings.ToLower(own[32:]),
		"0x" + sub, "0x" + sub[24:], "alice", "Alice@example", "<alice@example.org>",
	} {
		if diff := cmp.Diff([]string{own}, f.found(search)); diff != "" {
			t.Errorf("%s: %s", search, diff)
		}
	}
	for _, search := range []string{"carol", "0x0123456789ABCDEF", "%", "_lice", "0x" + strings.Repeat("A", 40)} {
		if got := f.found(search); len(got) != 0 {
			t.Errorf("%s finds %v", search, got)
		}
	}
}

// Clients leave out the zeros that a key id begins with.
func TestKeyIDWithoutItsLeadingZerosIsFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	for range 2000 {
		e := pgptest.New(t, "alice")
		id := pgptest.Fingerprint(e)[24:]
		if !strings.HasPrefix(id, "0") {
			continue
		}
		f.addKey(alice, pgptest.Public(t, e))
		if got := f.found("0x" + strings.ToLower(strings.TrimLeft(id, "0"))); len(got) != 1 || got[0] != pgptest.Fingerprint(e) {
			t.Errorf("%s: found %v", id, got)
		}
		return
	}
	t.Fatal("no key id begins with a zero")
}

func TestSearchesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, search := range []string{"", "  ", "0x", "0xhello", "0x" + strings.Repeat("A", 41), strings.Repeat("a", 300)} {
		_, err := f.FindKeys(f.ctx(), model.Anonymous, search, 10)
		wants(t, errs.Invalid, err)
	}
}

func TestKeyIsKeptOnceAndMerged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	e := pgptest.New(t, "alice")
	before := pgptest.Public(t, e)
	if err := e.AddUserId("alice", "", "alice@lab.example.org", pgptest.Config()); err != nil {
		t.Fatal(err)
	}
	f.addKey(alice, pgptest.Public(t, e))
	f.addKey(bob, before)
	if got := f.found("lab.example.org"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	own, _, err := f.OwnKeys(f.ctx(), bob, model.Page{})
	if err != nil || len(own) != 0 {
		t.Errorf("bob has %v, %v", own, err)
	}
	own, _, err = f.OwnKeys(f.ctx(), alice, model.Page{})
	if err != nil || len(own) != 1 || len(own[0].Names) != 2 {
		t.Errorf("alice has %v, %v", own, err)
	}
}

func TestUserCannotFillTheDatabaseWithKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	for range 20 {
		var keys []*openpgp.Entity
		for range 10 {
			keys = append(keys, pgptest.New(t, "alice"))
		}
		f.addKey(alice, pgptest.Public(t, keys...))
	}
	more := pgptest.Public(t, pgptest.New(t, "alice"))
	_, err := f.AddKeys(f.ctx(), alice, more)
	wants(t, errs.Forbidden, err)
	f.addKey(f.user("bob"), more)
	f.addKey(alice, more) // known by now
}

func TestWhoMayAddAndRemoveKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	e := pgptest.New(t, "alice")
	_, err := f.AddKeys(f.ctx(), model.Anonymous, pgptest.Public(t, e))
	wants(t, errs.Unauthenticated, err)
	_, err = f.AddKeys(f.ctx(), model.Actor{UserID: bob.UserID, Scope: model.ScopeRead}, pgptest.Public(t, e))
	wants(t, errs.Forbidden, err)
	_, err = f.AddKeys(f.ctx(), alice, "hello")
	wants(t, errs.Invalid, err)
	f.addKey(alice, pgptest.Public(t, e))
	wants(t, errs.Unauthenticated, f.RemoveKey(f.ctx(), model.Anonymous, pgptest.Fingerprint(e)))
	wants(t, errs.Forbidden, f.RemoveKey(f.ctx(), bob, pgptest.Fingerprint(e)))
	wants(t, errs.Invalid, f.RemoveKey(f.ctx(), alice, "hello"))
	must(t, f.RemoveKey(f.ctx(), alice, "0x"+strings.ToLower(pgptest.Fingerprint(e))))
	wants(t, errs.NotFound, f.RemoveKey(f.ctx(), alice, pgptest.Fingerprint(e)))
	_, err = f.ArmoredKeys(f.ctx(), model.Anonymous, "alice")
	wants(t, errs.NotFound, err)
}

// Names in keys may be long: what is found of them is bounded, and paged where there are pages.
func TestKeysThatAreFoundAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	const keys, names = 40, 40
	for n := range keys {
		e := pgptest.New(t, fmt.Sprint("somebody", n))
		for m := range names {
			if err := e.AddUserId(fmt.Sprint("somebody", m, strings.Repeat("x", 900)), "", "", pgptest.Config()); err != nil {
				t.Fatal(err)
			}
		}
		must(t, only(f.AddKeys(f.ctx(), alice, pgptest.Public(t, e))))
	}
	found, err := f.FindKeys(f.ctx(), model.Anonymous, "somebody", 100)
	if must(t, err); len(found) < 20 || len(found) >= keys {
		t.Errorf("%d keys are listed", len(found))
	}
	text, err := f.ArmoredKeys(f.ctx(), model.Anonymous, "somebody")
	if must(t, err); len(text) > 2<<20 || len(text) < 1<<19 {
		t.Errorf("%d bytes of keys are given", len(text))
	}
	all, err := model.Gather(1000, func(p model.Page) ([]model.Key, string, error) { return f.OwnKeys(f.ctx(), alice, p) })
	if must(t, err); len(all) != keys {
		t.Errorf("%d keys of her own, page by page", len(all))
	}
	b := budget.New(0)
	hog, s := b.Open(), b.Open()
	must(t, hog.Take(t.Context(), b.Size()))
	s.Patient(1)
	_, err = f.FindKeys(budget.With(t.Context(), s), model.Anonymous, "somebody", 100)
	wants(t, errs.Unavailable, err)
}

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

func TestCollectionIsMade(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	b := f.signedIn(t, f.User(t, "alice"))
	if _, err := f.Registry.CreateTeam(t.Context(), f.User(t, "bob"), "crew", model.ByInvitation); err != nil {
		t.Fatal(err)
	}
	b.post("/teams", "name", "imaging", "join", "invite").is(http.StatusSeeOther)
	p := b.get("/collections/new").is(http.StatusOK)
	if d := cmp.Diff([]string{"library (shared)", "alice (yours)", "imaging (team)"}, p.lines("#namespace option")); d != "" {
		t.Error(d)
	}
	b.post("/collections", "namespace", "library", "name", "lab", "visibility", "public", "description", " For all. ").
		leadsTo("/collections/library/lab").says(".badge.open", "public").says(".lead", "For all.").says(".notice.good", "lab created")
	b.post("/collections", "namespace", "imaging", "name", "scans", "visibility", "private").leadsTo("/collections/imaging/scans").says(".badges", "private")
	for _, c := range []struct{ namespace, name, says string }{
		{"library", "lab", "taken"}, {"library", "La", "character 1"}, {"library", "a/b", "one word"}, {"library", "search", "reserved"}, {"crew", "x", "You may not"},
	} {
		p := b.post("/collections", "namespace", c.namespace, "name", c.name, "description", "kept").is(http.StatusUnprocessableEntity).says("#name-problem", c.says)
		if p.text("#description") != "kept" {
			t.Errorf("%v: the description is gone", c)
		}
	}
	b.post("/collections", "namespace", "library", "name", "x", "description", strings.Repeat("a", 5000)).is(http.StatusUnprocessableEntity).says("#description-problem", "at most")
	f.browser(t).get("/collections/new").is(http.StatusSeeOther)
	b.foreign("/collections")

	closed := newFixture(t, "", doortest.WithSettings(registry.Settings{}))
	c := closed.signedIn(t, closed.User(t, "alice"))
	if d := cmp.Diff([]string{"alice (yours)"}, c.get("/collections/new").lines("#namespace option")); d != "" {
		t.Error(d)
	}
}

const settings = "/collections/library/lab/settings"

func TestCollectionIsManaged(t *testing.T) {
	t.Parallel()
	f, _, alice, bob, carol := managing(t)
	alice.get("/collections/library/lab").says(".doings", "Settings")
	alice.get(settings).is(http.StatusOK).says("section:has(#members) tbody", "bob")

	carol.get("/collections/library/lab").is(http.StatusNotFound)
	alice.post(settings+"/about", "description", "Ours", "visibility", "public").leadsTo(settings).says(".notice.good", "is public")
	carol.get("/collections/library/lab").is(http.StatusOK).says(".lead", "Ours")
	alice.post(settings+"/about", "description", "Ours", "visibility", "private").leadsTo(settings).says(".notice.good", "is private")
	carol.get("/collections/library/lab").is(http.StatusNotFound)
	alice.post(settings+"/about", "description", "", "visibility", "half").is(http.StatusUnprocessableEntity)
	p := alice.post(settings+"/about", "description", strings.Repeat("a", 5000), "visibility", "public").is(http.StatusUnprocessableEntity).says("#description-problem", "at most")
	if len(p.text("#description")) != 5000 {
		t.Error("what was typed is gone")
	}

	alice.post(settings+"/roles", "kind", "user", "who", " carol ", "role", "owner").leadsTo(settings).says(".notice.good", "Role of carol set to owner")
	carol.post(settings+"/roles", "kind", "user", "who", "alice", "role", "contributor").leadsTo(settings)
	alice.get(settings).is(http.StatusForbidden)
	carol.post(settings+"/roles", "kind", "user", "who", "carol", "role", "none").is(http.StatusUnprocessableEntity).says("#who-problem", "no owner left")
	carol.post(settings+"/roles", "kind", "user", "who", "nobody", "role", "owner").is(http.StatusUnprocessableEntity).says("#who-problem", "no user")
	carol.post(settings+"/roles", "kind", "team", "who", "bob", "role", "owner").is(http.StatusUnprocessableEntity).says("#who-problem", "no team")
	carol.post(settings+"/roles", "kind", "user", "who", "bob", "role", "king").is(http.StatusUnprocessableEntity)
	carol.post(settings+"/roles", "kind", "user", "who", "bob", "role", "none").leadsTo(settings)
	bob.get("/collections/library/lab").is(http.StatusNotFound)

	const key = "8883491F4268F173C6E5DC49EDECE4F3F38D871E"
	carol.post(settings+"/signers", "signers", key+"\r\n\r\n").leadsTo(settings).says("#keys", key).says(".notice.good", "must be signed")
	carol.post(settings+"/signers", "signers", "none").is(http.StatusUnprocessableEntity).says("#signers-problem", "fingerprint").says("#keys", "none")
	carol.post(settings+"/signers", "signers", "").leadsTo(settings).says(".notice.good", "not required")

	carol.post(settings+"/delete", "name", "la").is(http.StatusUnprocessableEntity).says("#delete-name-problem", "Type lab")
	gone := carol.post(settings+"/delete", "name", "lab").leadsTo("/").says(".notice.good", "Collection lab deleted")
	carol.get(settings).is(http.StatusNotFound)
	carol.post(gone.Find(".notice form").AttrOr("action", ""), "next", settings).leadsTo(settings).is(http.StatusOK)
	if d := cmp.Diff([]string{"latest", "v1"}, f.tags(t, f.Admin(t, "root"), "lab/hello")); d != "" {
		t.Error(d)
	}
}

func TestCollectionIsManagedByItsOwnersOnly(t *testing.T) {
	t.Parallel()
	f, owner, alice, bob, carol := managing(t)
	for _, form := range [][]string{{"/about", "visibility", "public"}, {"/roles", "kind", "user", "who", "bob", "role", "owner"}, {"/signers", "signers", ""},
		{"/quota", "quota", "1TiB"}, {"/quota", "quota", "nonsense"}, {"/quota", "remove", "yes"}, {"/retention", "rules", "tags=*,last=1"}, {"/retention/try", "rules", "tags=*,last=1"},
		{"/delete", "name", "lab"}} {
		bob.post(settings+form[0], form[1:]...).is(http.StatusForbidden)
		hidden := carol.post(settings+form[0], form[1:]...).is(http.StatusNotFound)
		missing := carol.post(strings.Replace(settings, "/lab/", "/lob/", 1)+form[0], form[1:]...).is(http.StatusNotFound)
		if d := cmp.Diff(strings.ReplaceAll(missing.text("main"), "lob", "lab"), hidden.text("main")); d != "" {
			t.Errorf("%s tells a stranger (-missing +hidden):\n%s", form[0], d)
		}
		f.browser(t).post(settings+form[0], form[1:]...).is(http.StatusSeeOther)
		alice.foreign(settings + form[0])
	}
	bob.get(settings).is(http.StatusForbidden)
	carol.get(settings).is(http.StatusNotFound)
	f.browser(t).get(settings).is(http.StatusSeeOther)
	if c, err := f.Registry.Collection(t.Context(), owner, path(t, "lab")); err != nil || c.Public || c.Role != model.Owner {
		t.Errorf("the collection is %+v, %v", c, err)
	}
}

// Who has an account here is not for every owner of a collection to read.
func TestOnlyAcquaintancesAreSuggested(t *testing.T) {
	t.Parallel()
	f, owner, alice, _, _ := managing(t)
	dora := f.User(t, "dora")
	if _, err := f.Registry.CreateTeam(t.Context(), dora, "imaging", model.Open); err != nil {
		t.Fatal(err)
	}
	if err := f.Registry.Join(t.Context(), owner, "imaging"); err != nil {
		t.Fatal(err)
	}
	f.Push(t, owner, "other/hello", "v1", siftest.Options{})
	var names []string
	for _, o := range alice.get("/collections/library/other/settings").Find("#known option").EachIter() {
		names = append(names, o.AttrOr("value", ""))
	}
	if d := cmp.Diff([]string{"bob", "dora", "imaging"}, names); d != "" {
		t.Errorf("suggested (-want +got):\n%s", d)
	}
}

func TestRetentionIsTriedSetAndCleared(t *testing.T) {
	t.Parallel()
	f, owner, alice, _, _ := managing(t)
	const rule = "tags=*,last=1"
	alice.get(settings).is(http.StatusOK).says("section:has(#storage)", "no quota")
	tried := alice.post(settings+"/retention/try", "rules", rule).is(http.StatusOK).says("section:has(#retention) .section-lead", "would delete 1 tag").
		says("section:has(#retention) tbody", "lab/hello:")
	if tried.text("#rules") != rule || alice.get(settings).text("#rules") != "" {
		t.Error("what was only tried is kept, or what was typed is gone")
	}
	alice.post(settings+"/retention/try", "rules", "").is(http.StatusOK).says("section:has(#retention) .empty", "would not delete anything")
	for _, bad := range []string{"tags=*", "last", "tags=[,last=1"} {
		for _, form := range []string{"/retention", "/retention/try"} {
			p := alice.post(settings+form, "rules", bad).is(http.StatusUnprocessableEntity)
			if p.text("#rules-problem") == "" || p.text("#rules") != bad {
				t.Errorf("%s %q: says %q beside %q", form, bad, p.text("#rules-problem"), p.text("#rules"))
			}
		}
	}
	alice.post(settings+"/retention", "rules", "\r\n"+rule+"\r\ntags=v?,newer=36h\r\n").leadsTo(settings).says(".notice.good", "next cleanup").says("#rules", "tags=v?,newer=36h")
	rules, err := f.Registry.Retention(t.Context(), owner, path(t, "lab"))
	if err != nil || len(rules) != 2 {
		t.Errorf("the rules are %v, %v", rules, err)
	}
	alice.post(settings+"/retention", "rules", " ").leadsTo(settings).says(".notice.good", "All tags are kept")
	if rules, err = f.Registry.Retention(t.Context(), owner, path(t, "lab")); err != nil || len(rules) != 0 {
		t.Errorf("the rules are %v, %v", rules, err)
	}
}

package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// quota gives what a name may take up.
func (f *fixture) quota(t *testing.T, name string) model.Usage {
	t.Helper()
	u, err := f.Registry.UsageOf(t.Context(), model.Console, path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCollectionIsLimitedFromItsSettings(t *testing.T) {
	t.Parallel()
	f, _, alice, _, _ := managing(t)
	root := f.signedIn(t, f.Admin(t, "root"))
	p := root.get(settings).is(http.StatusOK).says("section:has(#storage)", "no quota")
	if p.Find("button[name=remove]").Length() != 0 || p.Find("svg.meter").Length() != 0 {
		t.Error("there is a limit to remove or to measure by, before one was set")
	}
	form := p.Find("section:has(#storage) form").AttrOr("action", "")
	if form != settings+"/quota#storage" {
		t.Fatalf("the form is sent to %q", form)
	}
	p = root.post(settings+"/quota", "quota", " 1.5 GiB ").leadsTo(settings).says(".notice.good", "Quota of lab set to 1.5 GiB.")
	if got := p.Find("#quota").AttrOr("value", ""); got != "1536MiB" {
		t.Errorf("the form holds %q", got)
	}
	if got := f.quota(t, "lab").Quota; got != 3<<29 {
		t.Errorf("the quota is %d", got)
	}
	for _, bad := range []string{"", "a lot", "-1", "1,5TB"} {
		p := root.post(settings+"/quota", "quota", bad).is(http.StatusUnprocessableEntity).says("#quota-problem", "not a size; write one such as 500GiB")
		if p.Find("#quota").AttrOr("value", "none") != bad {
			t.Errorf("%q: the form holds %q", bad, p.Find("#quota").AttrOr("value", "none"))
		}
	}
	root.post(settings+"/quota", "quota", "7").leadsTo(settings).says(".notice.good", "It is over quota").says("section:has(#storage) .badge", "full")

	// An owner sees what there is, and no form.
	p = alice.get(settings).is(http.StatusOK).says("section:has(#storage)", "of 7 B used")
	if p.Find("svg.meter .level.bad").Length() != 1 || p.Find("section:has(#storage) form").Length() != 0 {
		t.Error("an owner sees no meter, or a form")
	}
	alice.post(settings+"/quota", "quota", "none").is(http.StatusForbidden)
	alice.post(settings+"/quota", "quota", "nonsense").is(http.StatusForbidden)
	root.post(settings+"/quota", "remove", "yes", "quota", "nonsense").leadsTo(settings).says(".notice.good", "No quota for lab.").says("section:has(#storage)", "no quota")
}

// A default collection has the name of its namespace in short; each has a limit of its own.
func TestDefaultCollectionIsLimitedApartFromItsNamespace(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root, alice := f.signedIn(t, f.Admin(t, "root")), f.User(t, "alice")
	his := f.signedIn(t, alice)
	f.Push(t, alice, "alice/hello", "v1", siftest.Options{})
	const settings = "/collections/alice/default/settings"
	root.post(settings+"/quota", "quota", "1TiB").leadsTo(settings).says(".notice.good", "Quota of alice/default set to 1.0 TiB")
	root.post("/admin/users/alice/quota", "quota", "2TiB").leadsTo("/admin/users/alice").says(".notice.good", "Quota of alice set to 2.0 TiB")
	if c, n := f.quota(t, "alice/default").Quota, f.quota(t, "alice").Quota; c != 1<<40 || n != 2<<40 {
		t.Errorf("the collection has %d, the namespace %d", c, n)
	}
	his.get(settings).says("section:has(#storage)", "Collection alice/default:").says("section:has(#storage)", "Namespace alice:")
	root.get("/admin/quotas?sort=name").says("tbody", "alice/default")
	root.get("/admin/quotas?name=alice/default").says(".usage", "of 1.0 TiB used")
}

func TestUsersAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "", doortest.WithSettings(registry.Settings{UserQuota: 5 << 30, Grace: time.Hour, UploadLife: time.Hour}))
	root, alice := f.signedIn(t, f.Admin(t, "root")), f.signedIn(t, f.User(t, "alice"))
	const page = "/admin/users/alice"
	p := root.get(page).is(http.StatusOK).says("section:has(#storage)", "of 5.0 GiB used (default quota)").says("#quota-hint", "default quota (5.0 GiB)")
	if p.Find("button[name=remove]").Length() != 0 || p.Find("#quota").AttrOr("value", "none") != "" {
		t.Error("the limit of all users can be changed here")
	}
	alice.get("/account").is(http.StatusOK).says("section:has(#storage)", "Your namespace alice: 0 B of 5.0 GiB used (default quota)")
	root.post(page+"/quota", "quota", "7GiB").leadsTo(page).says("section:has(#storage)", "of 7.0 GiB used")
	alice.get("/account").says("section:has(#storage)", "of 7.0 GiB used")
	p = root.post(page+"/quota", "quota", "seven").is(http.StatusUnprocessableEntity).says("#quota-problem", `"seven" is not a size`)
	if p.Find("#quota").AttrOr("value", "") != "seven" {
		t.Error("what was typed is gone")
	}
	p = root.post(page+"/quota", "quota", "none").leadsTo(page).says(".notice.good", "No quota for alice").says("section:has(#storage)", "no quota").
		says("button[name=remove]", "Use default")
	if got := p.Find("#quota").AttrOr("value", ""); got != "none" {
		t.Errorf("the form holds %q", got)
	}
	root.post(page+"/quota", "remove", "yes").leadsTo(page).says(".notice.good", "alice uses the default quota of 5.0 GiB")
	if u := f.quota(t, "alice"); !u.Default || u.Quota != 5<<30 {
		t.Errorf("in the end: %+v", u)
	}
	root.post("/admin/users/library/quota", "quota", "7GiB").is(http.StatusNotFound)
	if got := f.quota(t, "library").Quota; got != 0 {
		t.Errorf("the page of a user limits %d of what is none", got)
	}
}

// The owners of a team see how much room it takes up; its members and strangers do not.
func TestTeamsOwnersSeeItsRoom(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	owner, member, stranger := f.signedIn(t, alice), f.signedIn(t, f.User(t, "bob")), f.signedIn(t, f.User(t, "carol"))
	root := f.signedIn(t, f.Admin(t, "root"))
	owner.team("imaging", model.Open)
	member.post("/teams/imaging/join").leadsTo("/teams/imaging")
	root.post("/admin/quotas", "name", "imaging", "quota", "2GiB").leadsTo("/admin/quotas")
	const room = "section:has(#storage)"
	owner.get("/teams/imaging").is(http.StatusOK).says(room, "of 2.0 GiB used")
	if owner.get("/teams/imaging").Find(room+" a").Length() != 0 {
		t.Error("an owner is led to where he may not go")
	}
	if got := root.get("/teams/imaging").Find(room+" a").AttrOr("href", ""); got != "/admin/quotas?name=imaging#set" {
		t.Errorf("an administrator is led to %q", got)
	}
	for _, b := range []*browser{member, stranger} {
		if b.get("/teams/imaging").is(http.StatusOK).Find(room).Length() != 0 {
			t.Errorf("%s sees the room", b.get("/").viewer())
		}
	}
}

func TestAllQuotasAreListedAndSetByName(t *testing.T) {
	t.Parallel()
	f, owner, _, _, _ := managing(t)
	root := f.signedIn(t, f.Admin(t, "root"))
	if root.get("/admin").Find("nav.tabs a[href='/admin/quotas']").Length() != 1 {
		t.Error("no way to the quotas from the overview")
	}
	p := root.get("/admin/quotas").is(http.StatusOK).says(".empty", "No quotas yet").says(".section-lead", "no default quota")
	if p.Find("a[href='/admin/settings#user-quota']").Length() != 1 {
		t.Error("no way to the default of users")
	}
	f.Push(t, owner, "alice/tools/big", "v1", siftest.Options{Payload: 1 << 20})
	root.post("/admin/quotas", "name", " lab ", "quota", "1TiB").leadsTo("/admin/quotas").says(".notice.good", "Quota of lab set to 1.0 TiB.").says("tbody", "under 1%")
	root.post("/admin/quotas", "name", "alice/tools", "quota", "1MB").leadsTo("/admin/quotas").says("tbody .badge", "full")
	root.post("/admin/quotas", "name", "alice", "quota", "100GB").leadsTo("/admin/quotas")
	root.post("/admin/quotas", "name", "library", "quota", "2TiB").leadsTo("/admin/quotas")
	links := func(p page) (all []string) {
		p.Find("tbody th a").Each(func(_ int, a *goquery.Selection) { all = append(all, a.Text()+" "+a.AttrOr("href", "")) })
		return all
	}
	byName := []string{"alice /admin/users/alice", "alice/tools /collections/alice/tools", "library /admin/storage?in=library", "lab /collections/library/lab"}
	if d := cmp.Diff(byName, links(root.get("/admin/quotas?sort=name"))); d != "" {
		t.Errorf("by name (-want +got):\n%s", d)
	}
	if got := links(root.get("/admin/quotas")); len(got) != 4 || got[0] != byName[1] {
		t.Errorf("the fullest first: %q", got)
	}

	p = root.get("/admin/quotas?name=alice/tools").is(http.StatusOK).says("form .usage", "Usage of alice/tools:")
	if p.Find("#name").AttrOr("value", "") != "alice/tools" || p.Find("#quota").AttrOr("value", "") != "1MB" {
		t.Error("the form does not hold what it was asked for")
	}
	for _, unknown := range []string{"nobody", "a//b", "lab/hello/v1", "<script>"} {
		if p := root.get("/admin/quotas?name=" + unknown).is(http.StatusOK); p.Find(".usage").Length() != 0 || p.Find("#name").AttrOr("value", "") != unknown {
			t.Errorf("%s: %q, %q", unknown, p.text(".usage"), p.Find("#name").AttrOr("value", ""))
		}
		p := root.post("/admin/quotas", "name", unknown, "quota", "1TB").is(http.StatusUnprocessableEntity)
		if p.text("#name-problem") == "" || p.Find("#name").AttrOr("value", "") != unknown || p.Find("#quota").AttrOr("value", "") != "1TB" {
			t.Errorf("%s: says %q", unknown, p.text("#name-problem"))
		}
	}
	root.post("/admin/quotas", "name", "lab", "quota", "much").is(http.StatusUnprocessableEntity).says("#quota-problem", `"much" is not a size`)
	root.post("/admin/quotas", "name", "alice/tools", "quota", "none").leadsTo("/admin/quotas").says(".notice.good", "No quota for alice/tools")
	root.post("/admin/quotas", "name", "alice", "remove", "yes", "quota", "").leadsTo("/admin/quotas").says(".notice.good", "No quota for alice")
	if got := links(root.get("/admin/quotas")); len(got) != 2 {
		t.Errorf("left are %q", got)
	}
	root.get("/admin/quotas?after=nonsense").is(http.StatusBadRequest)

	// What takes up the room and has no limit leads to one.
	p = root.get("/admin/storage").is(http.StatusOK)
	if got := p.Find("a[href='/admin/quotas?name=alice#set']").Text(); got != "Set a quota" {
		t.Errorf("alice: %q", got)
	}
	if got := p.Find("a[href='/admin/quotas?name=library#set']").Text(); got != "2.0 TiB" {
		t.Errorf("library: %q", got)
	}
	root.get("/admin/storage?in=library").says("tbody", "1.0 TiB")
}

func TestQuotasArePaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root := f.signedIn(t, f.Admin(t, "root"))
	var want []string
	for i := range model.DefaultLimit + 2 {
		name := fmt.Sprintf("u%03d", i)
		f.User(t, name)
		bytes := int64(1 << 30)
		if _, err := f.Registry.SetQuota(t.Context(), model.Console, path(t, name), &bytes); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	for _, address := range []string{"/admin/quotas", "/admin/quotas?sort=name"} {
		first := root.get(address)
		second := root.get(first.Find("a[rel=next]").AttrOr("href", ""))
		if d := cmp.Diff(want, append(first.lines("tbody th a"), second.lines("tbody th a")...)); d != "" {
			t.Errorf("%s holds (-want +got):\n%s", address, d)
		}
		if second.Find("a[rel=first]").AttrOr("href", "") != address || second.Find("a[rel=next]").Length() != 0 {
			t.Errorf("%s: the last part does not lead back to the first", address)
		}
	}
}

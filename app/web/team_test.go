package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// team makes a team by its form.
func (b *browser) team(name string, join model.JoinPolicy) {
	b.t.Helper()
	b.post("/teams", "name", name, "join", string(join)).leadsTo("/teams/"+name).is(http.StatusOK).says("h1", name)
}

func TestTeamIsMadeAndFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob := f.signedIn(t, f.User(t, "alice")), f.signedIn(t, f.User(t, "bob"))
	alice.get("/teams").is(http.StatusOK).says(".empty", "No teams yet")
	alice.get("/teams/new").is(http.StatusOK)
	alice.team("imaging", model.ByInvitation)
	alice.team("club", model.Open)
	for name, problem := range map[string]string{"imaging": "taken", "Imaging": "at character 1", "search": "reserved", "": "empty"} {
		alice.post("/teams", "name", name, "join", "invite").is(http.StatusUnprocessableEntity).says("#name-problem", problem)
	}
	if d := cmp.Diff([]string{"club", "imaging"}, alice.get("/teams").lines("section:has(#mine) a.name")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"club"}, bob.get("/teams").lines("section:has(#open) a.name")); d != "" {
		t.Error(d)
	}
	bob.post("/teams/club/join").leadsTo("/teams/club").is(http.StatusOK).says("section:has(#members)", "bob")
	bob.post("/teams/imaging/join").is(http.StatusForbidden).says("main", "joined by invitation")
	for _, path := range []string{"/teams", "/teams/new", "/teams/club"} {
		f.browser(t).get(path).is(http.StatusSeeOther)
	}
	bob.get("/teams/nobody").is(http.StatusNotFound)
}

func TestTeamShowsMembersToMembersAndFormsToOwners(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	owner := f.User(t, "alice")
	alice, bob, carol, root := f.signedIn(t, owner), f.signedIn(t, f.User(t, "bob")), f.signedIn(t, f.User(t, "carol")), f.signedIn(t, f.Admin(t, "root"))
	alice.team("imaging", model.Open)
	bob.post("/teams/imaging/join").is(http.StatusSeeOther)
	f.Push(t, owner, "imaging/scans/t1", "latest", siftest.Options{})
	f.Push(t, owner, "secret/t1", "latest", siftest.Options{})
	if err := f.Registry.SetRole(t.Context(), owner, path(t, "secret"), model.RoleAssignment{Team: "imaging", Role: model.Contributor}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[*browser]struct{ members, forms, reaches int }{alice: {2, 5, 2}, bob: {2, 1, 1}, carol: {0, 1, 0}, root: {2, 6, 2}} {
		p := who.get("/teams/imaging").is(http.StatusOK)
		got := [3]int{p.Find("section:has(#members) tbody tr").Length(), p.Find("main form").Length(), p.Find("section:has(#collections) tbody tr").Length()}
		if got != [3]int{want.members, want.forms, want.reaches} {
			t.Errorf("%s sees %v members, forms, collections; want %v", p.viewer(), got, want)
		}
	}
	for _, form := range [][]string{{"members", "user", "alice", "role", "none"}, {"policy", "join", "open"}, {"delete", "name", "imaging"}, {"invitations", "life", "24"},
		{"invitations/1/revoke"}} {
		for _, who := range []*browser{bob, carol} {
			who.post("/teams/imaging/"+form[0], form[1:]...).is(http.StatusForbidden)
		}
		f.browser(t).post("/teams/imaging/"+form[0], form[1:]...).is(http.StatusSeeOther)
		alice.foreign("/teams/imaging/" + form[0])
	}
	if team, _, _, err := f.Registry.Team(t.Context(), owner, "imaging", model.Page{}); err != nil || team.Members != 2 || !team.Owner {
		t.Errorf("the team is %+v, %v", team, err)
	}
}

// foreign fails the test unless a form that another site's page sends is refused.
func (b *browser) foreign(path string) {
	b.t.Helper()
	b.send(http.MethodPost, path, "", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site",
		"Origin", "https://evil.example").is(http.StatusForbidden).says("main", "another site")
}

func TestTeamsMembersAreManaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob := f.signedIn(t, f.User(t, "alice")), f.signedIn(t, f.User(t, "bob"))
	alice.team("imaging", model.ByInvitation)
	p := alice.post("/teams/imaging/invitations", "life", "24").is(http.StatusOK)
	link := strings.TrimPrefix(p.text("#link"), f.URL)
	if p.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(link, "/invitations/") {
		t.Fatalf("the link is %q, Cache-Control %q", link, p.header.Get("Cache-Control"))
	}
	if again := alice.get("/teams/imaging").is(http.StatusOK); strings.Contains(again.html, strings.TrimPrefix(link, "/invitations/")) {
		t.Error("the link is shown twice")
	}
	bob.post(link).leadsTo("/teams/imaging").is(http.StatusOK)

	alice.post("/teams/imaging/leave").is(http.StatusUnprocessableEntity).says("[role=alert]", "no owner left")
	alice.post("/teams/imaging/members", "user", "bob", "role", "owner").leadsTo("/teams/imaging").says(".notice.good", "bob is now an owner")
	bob.post("/teams/imaging/members", "user", "alice", "role", "member").leadsTo("/teams/imaging").says(".notice.good", "now a member")
	alice.post("/teams/imaging/leave").leadsTo("/teams").says(".notice.good", "left the team")
	bob.post("/teams/imaging/members", "user", "nobody", "role", "owner").is(http.StatusNotFound)
	bob.post("/teams/imaging/members", "user", "bob", "role", "king").is(http.StatusUnprocessableEntity)

	bob.post("/teams/imaging/invitations", "life", "0").is(http.StatusBadRequest)
	second := strings.TrimPrefix(bob.post("/teams/imaging/invitations", "life", "24").text("#link"), f.URL)
	revoke, ok := bob.get("/teams/imaging").Find("section:has(#invitations) .cards form").Attr("action")
	if !ok {
		t.Fatal("the open invitation is not listed")
	}
	bob.post(revoke).leadsTo("/teams/imaging").says(".notice.good", "revoked")
	alice.get(second).is(http.StatusNotFound)
	bob.post(revoke).is(http.StatusNotFound)

	bob.post("/teams/imaging/policy", "join", "open").leadsTo("/teams/imaging").says(".badges", "open")
	alice.post("/teams/imaging/join").leadsTo("/teams/imaging")
	bob.post("/teams/imaging/delete", "name", "imagin").is(http.StatusUnprocessableEntity).says("#delete-name-problem", "Type imaging")
	bob.post("/teams/imaging/delete", "name", " imaging ").leadsTo("/teams").says(".notice.good", "deleted")
	bob.get("/teams/imaging").is(http.StatusNotFound)
}

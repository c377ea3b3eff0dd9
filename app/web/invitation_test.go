package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
)

func TestInvitationIsTakenUpOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	bob := f.User(t, "bob")
	if _, err := f.Registry.CreateTeam(t.Context(), alice, "imaging", model.ByInvitation); err != nil {
		t.Fatal(err)
	}
	_, secret, err := f.Registry.Invite(t.Context(), alice, "imaging", 0)
	if err != nil {
		t.Fatal(err)
	}
	link, b := "/invitations/"+secret, f.browser(t)

	p := b.get(link).is(http.StatusOK).says("main", "imaging")
	signIn := p.Find("main a.button").AttrOr("href", "")
	b.post(link).is(http.StatusSeeOther)
	next := b.get(signIn).is(http.StatusOK).Find("input[name=next]").AttrOr("value", "")
	b.post("/sign-in", "name", "bob", "password", doortest.Password, "next", next).leadsTo(link).is(http.StatusOK)
	b.post(link).leadsTo("/teams/imaging").says(".notice", "You joined the team imaging")

	teams, _, err := f.Registry.Teams(t.Context(), bob, true, model.Page{})
	if err != nil || len(teams) != 1 {
		t.Errorf("bob's teams: %v, %v", teams, err)
	}
	carol := f.signedIn(t, f.User(t, "carol"))
	for _, gone := range []page{carol.get(link), carol.post(link), carol.get("/invitations/wrong"), f.browser(t).get(link)} {
		if gone.is(http.StatusNotFound); strings.Contains(gone.html, "imaging") {
			t.Error("a dead link tells the team")
		}
	}
}

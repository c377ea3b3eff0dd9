package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// TestBrowserTeam has two people, each with a browser: one makes a team and invites, the
// other joins and then sees what the team may see.
func TestBrowserTeam(t *testing.T) {
	if !*inBrowser {
		return
	}
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	f.User(t, "bob")
	f.Push(t, alice, "secret/hello", "latest", siftest.Options{})
	a, b := startChromium(t, f.URL), startChromium(t, f.URL)
	for tab, name := range map[*chromium]string{a: "alice", b: "bob"} {
		tab.open("/sign-in?next=/teams")
		tab.fill("name", name, "password", doortest.Password)
		tab.press("main form button", "#mine")
	}
	a.see("teams-empty")
	a.press(".headline a", "form[action='/teams']")
	a.fill("name", "Imaging")
	a.says("#name-hint", "“I” at character 1 is not allowed in a name. Use lowercase letters.")
	a.see("team-new-problem")
	evaluate[any](a, "document.querySelector('#name').value = ''")
	a.fill("name", "imaging")
	a.press("form[action='/teams'] button", "#invitations")
	if err := f.Registry.SetRole(t.Context(), alice, path(t, "secret"), model.RoleAssignment{Team: "imaging", Role: model.Contributor}); err != nil {
		t.Fatal(err)
	}
	a.press("form[action$='/invitations'] button", "#link")
	a.see("team-invited")
	link := evaluate[string](a, "document.querySelector('#link').textContent")

	b.open("/collections/library/secret")
	b.says(".failure .status", fmt.Sprint(http.StatusNotFound))
	b.open(strings.TrimPrefix(link, f.URL))
	b.see("invitation")
	b.press("main form button", "#members")
	b.says(".notice.good", "You joined the team imaging.")
	b.see("team-member")
	b.press("a[href='/collections/library/secret']", "#containers")
	a.open("/teams/imaging")
	a.see("team")
	a.press("button[aria-label='Remove bob']", ".notice.good")
	b.open("/collections/library/secret")
	b.says(".failure .status", fmt.Sprint(http.StatusNotFound))
	b.open("/teams")
	b.see("teams")
}

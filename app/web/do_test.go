package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

const hello = "/library/lab/hello"

// managing gives a registry with the container lab/hello, and the browsers of its owner, a
// contributor and a stranger.
func managing(t *testing.T) (f *fixture, owner model.Actor, alice, bob, carol *browser) {
	t.Helper()
	f = newFixture(t, "")
	owner = f.User(t, "alice")
	alice, bob, carol = f.signedIn(t, owner), f.signedIn(t, f.User(t, "bob")), f.signedIn(t, f.User(t, "carol"))
	f.Push(t, owner, "lab/hello", "v1", siftest.Options{Seed: 1, Payload: 100})
	f.Push(t, owner, "lab/hello", "latest", siftest.Options{Seed: 2, Payload: 100})
	f.SetRole(t, owner, "lab", "bob", model.Contributor)
	return f, owner, alice, bob, carol
}

// tags gives the names of the container's tags.
func (f *fixture) tags(t *testing.T, who model.Actor, name string) []string {
	t.Helper()
	names, err := f.Registry.TagNames(t.Context(), who, path(t, name), "", -1)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTagsAreMovedFrozenDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	f, owner, alice, _, _ := managing(t)
	alice.get("/manage"+hello).is(http.StatusOK).says("#tags + .scroll", "v1").says("h1", "hello")
	alice.post("/do/tag"+hello+":v1", "tag", "stable").leadsTo("/manage"+hello+":stable").is(http.StatusOK).says(".notice.good", "The tag stable now points to this image")
	alice.post("/do/tag"+hello+":v1", "tag", "sta ble").is(http.StatusUnprocessableEntity).says("[role=alert]", "tag")

	// A moved tag, and undone.
	moved := alice.post("/do/tag"+hello+":latest", "tag", "stable").leadsTo("/manage" + hello + ":stable")
	undo := moved.Find(".notice form").AttrOr("action", "")
	alice.post(undo, "next", "/manage"+hello).leadsTo("/manage"+hello).says(".notice.good", "lab/hello:stable restored")
	v1, err := f.Registry.Image(t.Context(), owner, path(t, "lab/hello"), ref.Reference{Tag: "v1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	stable, err := f.Registry.Image(t.Context(), owner, path(t, "lab/hello"), ref.Reference{Tag: "stable"}, "")
	if err != nil || stable.Content != v1.Content {
		t.Errorf("stable is %s, %v; want %s", stable.Content, err, v1.Content)
	}

	alice.post("/do/freeze"+hello+":v1", "next", "/manage"+hello).leadsTo("/manage"+hello).says(".notice.good", "The tag v1 is frozen").says(".badge.cold", "frozen")
	alice.post("/do/delete"+hello+":v1").is(http.StatusUnprocessableEntity).says("[role=alert]", "frozen")
	alice.post("/do/thaw"+hello+":v1", "next", "https://evil.example/").leadsTo("/manage" + hello + ":v1")

	confirm := alice.get("/do/delete"+hello+":v1").is(http.StatusOK).says("h1", "Delete this tag?")
	gone := alice.post(confirm.Find("main form").AttrOr("action", "")).leadsTo("/manage"+hello).says(".notice.good", "Tag v1 deleted.")
	if d := cmp.Diff([]string{"latest", "stable"}, f.tags(t, owner, "lab/hello")); d != "" {
		t.Error(d)
	}
	if again := alice.get("/manage" + hello); again.Find(".notice").Length() != 0 {
		t.Error("the flash is shown twice")
	} else if got := again.Find("section:has(#deleted) form").First().AttrOr("action", ""); got != gone.Find(".notice form").AttrOr("action", "none") {
		t.Errorf("the list's first undo is %q", got)
	}
	alice.post(gone.Find(".notice form").AttrOr("action", ""), "next", "/manage"+hello).leadsTo("/manage" + hello)
	if d := cmp.Diff([]string{"latest", "stable", "v1"}, f.tags(t, owner, "lab/hello")); d != "" {
		t.Error(d)
	}
}

func TestImagesAndContainersAreDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	f, owner, alice, _, _ := managing(t)
	i, err := f.Registry.Image(t.Context(), owner, path(t, "lab/hello"), ref.Reference{Tag: "v1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	image := hello + ":" + ref.Dotted(i.Content)
	alice.get("/manage"+image).is(http.StatusOK).says("h1", "@sha256")
	alice.get("/do/delete"+image).is(http.StatusOK).says("h1", "Delete this image?").says("main", "v1")
	gone := alice.post("/do/delete" + image).leadsTo("/manage" + hello)
	if d := cmp.Diff([]string{"latest"}, f.tags(t, owner, "lab/hello")); d != "" {
		t.Error(d)
	}
	alice.post(gone.Find(".notice form").AttrOr("action", "")).leadsTo("/")
	if d := cmp.Diff([]string{"latest", "v1"}, f.tags(t, owner, "lab/hello")); d != "" {
		t.Error(d)
	}

	alice.get("/do/delete" + hello).is(http.StatusSeeOther)
	alice.post("/do/delete"+hello, "name", "helo").is(http.StatusUnprocessableEntity).says("#delete-name-problem", "Type hello")
	alice.post("/do/freeze" + hello).leadsTo("/manage" + hello)
	alice.post("/do/delete"+hello, "name", "hello").is(http.StatusUnprocessableEntity).says("[role=alert]", "frozen")
	alice.post("/do/thaw" + hello).leadsTo("/manage" + hello)
	p := alice.post("/do/delete"+hello, "name", "hello").leadsTo("/collections/library/lab").says(".notice.good", "Container hello deleted")
	alice.get("/manage" + hello).is(http.StatusNotFound)
	alice.post(p.Find(".notice form").AttrOr("action", ""), "next", "/manage"+hello).leadsTo("/manage" + hello).is(http.StatusOK)
}

func TestDownloadLinksAreMadeListedAndTakenBack(t *testing.T) {
	t.Parallel()
	f, _, alice, _, _ := managing(t)
	p := alice.post("/do/share"+hello+":v1", "life", "24", "arch", "amd64").is(http.StatusOK).says("h1", "created")
	link := p.text("#link")
	if !strings.HasPrefix(link, f.URL+"/share/") || !strings.HasSuffix(link, "/hello_v1.sif") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the link is %q, Cache-Control %q", link, p.header.Get("Cache-Control"))
	}
	secret := strings.Split(strings.TrimPrefix(link, f.URL+"/share/"), "/")[0]
	list := alice.get("/manage"+hello).says("section:has(#links)", "lab/hello:v1")
	if strings.Contains(list.html, secret) {
		t.Error("the link is shown twice")
	}
	if _, err := f.Registry.SharedImage(t.Context(), secret); err != nil {
		t.Error(err)
	}
	id := list.Find("section:has(#links) input[name=share]").AttrOr("value", "")
	alice.post("/do/unshare"+hello, "share", id).leadsTo("/manage"+hello).says(".notice.good", "revoked")
	if _, err := f.Registry.SharedImage(t.Context(), secret); err == nil {
		t.Error("the link still works")
	}
	alice.post("/do/share"+hello+":v1", "life", "0").is(http.StatusBadRequest)
	alice.post("/do/share"+hello, "life", "24").is(http.StatusBadRequest)
}

func TestFormsAreForOwnersOnly(t *testing.T) {
	t.Parallel()
	f, owner, alice, bob, carol := managing(t)
	before := f.tags(t, owner, "lab/hello")
	alice.post("/do/delete"+hello+":v1", "next", "/").is(http.StatusSeeOther)
	gone := alice.get("/manage"+hello).Find("section:has(#deleted) form").AttrOr("action", "")
	alice.post(gone).is(http.StatusSeeOther)
	alice.post("/do/delete" + hello + ":v1").is(http.StatusSeeOther)
	gone = alice.get("/manage"+hello).Find("section:has(#deleted) form").AttrOr("action", "")
	for _, form := range [][]string{{"/do/tag" + hello + ":latest", "tag", "v2"}, {"/do/freeze" + hello + ":latest"}, {"/do/freeze" + hello},
		{"/do/thaw" + hello}, {"/do/delete" + hello + ":latest"}, {"/do/share" + hello + ":latest", "life", "24"}, {gone}} {
		missing := strings.ReplaceAll(form[0], "/lab/", "/none/")
		bob.post(form[0], form[1:]...).is(map[bool]int{true: http.StatusNotFound, false: http.StatusForbidden}[form[0] == gone])
		hidden, none := carol.post(form[0], form[1:]...).is(http.StatusNotFound), carol.post(missing, form[1:]...).is(http.StatusNotFound)
		if d := cmp.Diff(strings.ReplaceAll(none.text("main"), "none", "lab"), hidden.text("main")); d != "" {
			t.Errorf("%s tells a stranger (-missing +hidden):\n%s", form[0], d)
		}
		f.browser(t).post(form[0], form[1:]...).is(http.StatusSeeOther)
		alice.foreign(form[0])
	}
	for _, page := range []string{"/manage" + hello, "/manage" + hello + ":latest", "/do/delete" + hello + ":latest"} {
		bob.get(page).is(http.StatusForbidden)
		carol.get(page).is(http.StatusNotFound)
		f.browser(t).get(page).is(http.StatusSeeOther)
	}
	alice.post(gone).is(http.StatusSeeOther)
	if d := cmp.Diff(before, f.tags(t, owner, "lab/hello")); d != "" {
		t.Errorf("something was changed:\n%s", d)
	}
}

package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// call gives somebody a full name.
func (f *fixture) call(t *testing.T, who model.Actor, full string) {
	t.Helper()
	if err := f.Identity.SetFullName(t.Context(), who, full); err != nil {
		t.Fatal(err)
	}
}

// Who pushed is told by what people call him, with his account beside it.
func TestFullNamesStandBesidePushes(t *testing.T) {
	t.Parallel()
	f, _, alice, _, _ := managing(t)
	root, rob := f.Admin(t, "root"), f.User(t, "rob")
	f.SetRole(t, root, "lab", "rob", model.Owner)
	f.Push(t, rob, "lab/hello", "v3", siftest.Options{Seed: 3})
	const full = "עדה <b> Lovelace"
	f.call(t, rob, full)
	pages := map[string]string{
		"/containers" + hello:                              ".tag-table",
		"/containers" + hello + ":v3":                      "dl.facts",
		"/containers" + hello + ":v3?view=compare&with=v1": "table",
	}
	for address, where := range pages {
		p := alice.get(address).is(http.StatusOK).says(where, full+" (rob)")
		if p.Find(where+" bdi").Length() == 0 || p.Find(where+" b").Length() != 0 {
			t.Errorf("%s: the name is not set apart from the text around it", address)
		}
	}
	alice.get("/containers"+hello).says(".tag-table", "by alice") // who has none
	his := f.signedIn(t, rob)
	his.post("/do/delete" + hello + ":v3").is(http.StatusSeeOther)
	his.post("/do/share"+hello+":v1", "life", "24").is(http.StatusOK)
	alice.get("/manage"+hello).says("section:has(#deleted)", "by "+full+" (rob)").says("section:has(#links)", full+" (rob)")
	admin := f.signedIn(t, root)
	admin.get("/admin/log?actor=rob&action=push").says("tbody", full+" (rob)")
	if _, err := f.Registry.BeginUpload(t.Context(), rob, path(t, "lab/new"), registry.Announcement{}); err != nil {
		t.Fatal(err)
	}
	admin.get("/admin/uploads").says("tbody a[href='/admin/users/rob']", full+" (rob)")
}

func TestDeletedAccountsReadWell(t *testing.T) {
	t.Parallel()
	f, _, alice, _, _ := managing(t)
	root, rob := f.Admin(t, "root"), f.User(t, "rob")
	f.SetRole(t, root, "lab", "rob", model.Owner)
	f.call(t, rob, "Robert R.")
	f.Push(t, rob, "lab/hello", "v3", siftest.Options{Seed: 3})
	if _, err := f.Registry.SetReadme(t.Context(), rob, path(t, "lab/hello"), "Hello", 0); err != nil {
		t.Fatal(err)
	}
	alice.get("/containers"+hello).says(".byline", "Edited by Robert R. (rob) on "+f.clock.time().Format("2 Jan 2006"))
	f.clock.advance(time.Hour)
	if err := f.Identity.DeleteUser(t.Context(), root, "rob"); err != nil {
		t.Fatal(err)
	}
	alice.get("/containers"+hello).says(".byline", "Edited by a deleted account on").says(".tag-table", "by a deleted account")
	alice.get("/containers"+hello+":v3").says("dl.facts", "by a deleted account")
	log := f.signedIn(t, root).get("/admin/log?actor=rob&action=push").says("tbody", "rob")
	if strings.Contains(log.text("tbody"), "Robert") {
		t.Error("the log tells a name that went with its account")
	}
}

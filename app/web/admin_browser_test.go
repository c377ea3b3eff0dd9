package web_test

import (
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// TestBrowserAccountAndAdministration looks at an account's pages and at those of who runs
// the registry, with something in them.
func TestBrowserAccountAndAdministration(t *testing.T) {
	if !*inBrowser {
		return
	}
	f := newFixture(t, "")
	if err := f.Registry.ApplySettings(t.Context(), settled); err != nil {
		t.Fatal(err)
	}
	root, bob := f.Admin(t, "root"), f.User(t, "bob")
	f.Push(t, root, "lab/hello", "latest", siftest.Options{Payload: 3 << 20})
	f.Push(t, bob, "bob/tools/samtools", "latest", siftest.Options{Payload: 1 << 20})
	if _, err := f.Registry.BeginUpload(t.Context(), bob, doortest.Path(t, "bob/tools/big"), registry.Announcement{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Registry.SweepNow(t.Context(), root); err != nil { // takes the day's sample
		t.Fatal(err)
	}
	f.limitSome(t, root)
	b := startChromium(t, f.URL)
	b.open("/sign-in")
	b.fill("name", "root", "password", doortest.Password)
	b.press("main form button", "a.who")
	for _, page := range []struct{ path, name string }{
		{"/account", "account"}, {"/account/sessions", "sessions"}, {"/account/keys", "keys"}, {"/account/delete", "account-delete"},
		{"/admin", "admin"}, {"/admin/users", "admin-users"}, {"/admin/users/bob", "admin-user"}, {"/admin/uploads", "admin-uploads"},
		{"/admin/storage", "admin-storage"}, {"/admin/quotas", "admin-quotas"}, {"/admin/quotas?name=bob/tools", "admin-quotas-named"},
		{"/collections/library/lab/settings", "collection-settings-admin"}, {"/containers/library/lab/hello", "container-named"}, {"/admin/settings", "admin-settings"}, {"/admin/log", "admin-log"},
	} {
		b.open(page.path)
		b.see(page.name)
	}
	b.open("/admin/users")
	b.fill("name", "carol")
	b.press("form.fields button", "#link")
	b.see("password-link-made")
	link := evaluate[string](b, "new URL(document.querySelector('#link').textContent).pathname")
	b.open(link)
	b.see("password-link")
	b.fill("password", "a wholly new password", "again", "a wholly new password")
	b.press("main form button", ".notice.good")
	b.says(".who bdi", "carol")
}

// limitSome sets limits, one of which is reached and one nearly, and gives people names.
func (f *fixture) limitSome(t *testing.T, root model.Actor) {
	t.Helper()
	f.call(t, root, "Dr. Rosalind R. of the Department of Computational Genomics")
	for name, bytes := range map[string]int64{"lab": 3200 << 10, "bob": 100 << 30, "bob/tools": 1 << 20, "library": 1 << 40} {
		if _, err := f.Registry.SetQuota(t.Context(), root, path(t, name), &bytes); err != nil {
			t.Fatal(err)
		}
	}
}

package web_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// adminForms are the addresses of all forms of the administration.
var adminForms = []string{"/admin/users", "/admin/users/bob/password-link", "/admin/users/bob/suspend", "/admin/users/bob/enable",
	"/admin/users/bob/admin", "/admin/users/bob/no-admin", "/admin/users/bob/delete", "/admin/users/bob/tokens", "/admin/users/bob/tokens/x/revoke",
	"/admin/uploads/x/stop", "/admin/sweep", "/admin/maintenance/scrub/resume", "/admin/settings", "/admin/quotas", "/admin/users/bob/quota",
	"/admin/webhooks", "/admin/webhooks/1/test", "/admin/webhooks/1/delete", "/admin/webhooks/1/deliveries/1"}

func TestAdministrationIsThereForAdminsOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root, bob, stranger := f.signedIn(t, f.Admin(t, "root")), f.signedIn(t, f.User(t, "bob")), f.browser(t)
	pages := []string{"/admin", "/admin/users", "/admin/users/bob", "/admin/uploads", "/admin/storage", "/admin/quotas", "/admin/settings", "/admin/log", "/admin/log/export?format=csv", "/admin/webhooks"}
	missing := bob.get("/collections/library/nothing").is(http.StatusNotFound)
	for _, path := range pages {
		root.get(path).is(http.StatusOK)
		stranger.get(path).is(http.StatusSeeOther)
		if got := bob.get(path).is(http.StatusNotFound); got.text("h1") != missing.text("h1") {
			t.Errorf("%s: says %q", path, got.text("h1"))
		}
	}
	for _, path := range adminForms {
		stranger.post(path).is(http.StatusSeeOther)
		bob.post(path).is(http.StatusNotFound)
		root.send(http.MethodPost, path, "", "Sec-Fetch-Site", "cross-site").is(http.StatusForbidden).says(".lead", "another site")
	}
	if bob.get("/").Find("nav a[href='/admin']").Length() != 0 || root.get("/").Find("nav a[href='/admin']").Length() != 1 {
		t.Error("the way to the administration is shown to the wrong people")
	}
	if u, err := f.Identity.UserByName(t.Context(), model.Console, "bob"); err != nil || u.Disabled || u.Admin {
		t.Errorf("bob is %+v, %v", u, err)
	}
}

func TestAdminMakesAccountsByLink(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "https://hub.example.org")
	root := f.signedIn(t, f.Admin(t, "root"))
	p := root.post("/admin/users", "name", " carol ", "full-name", "Carol C.", "kind", "person").is(http.StatusOK).says("h1", "carol")
	if p.header.Get("Cache-Control") != "no-store" {
		t.Error("a link may be kept by the browser")
	}
	link := p.text("#link")
	path, ok := strings.CutPrefix(link, "https://hub.example.org")
	if !ok {
		t.Fatalf("the link is %q", link)
	}
	const password = "a wholly new password"
	f.browser(t).post(path, "password", password, "again", password).leadsTo("/").says(".who", "carol")
	root.get("/admin/users?q=CARO").is(http.StatusOK).says("tbody", "Carol C.")
	root.get("/admin/users?q=nobody").is(http.StatusOK).says(".empty", "No matching accounts")
	root.post("/admin/users", "name", "carol", "kind", "person").is(http.StatusUnprocessableEntity).says("#name-problem", "taken")
	root.post("/admin/users", "name", "Ca Rol", "kind", "person").is(http.StatusUnprocessableEntity).says("#name-problem", "lower case")
	root.post("/admin/users", "name", "dave", "kind", "cat").is(http.StatusUnprocessableEntity).says("#kind-problem", "no kind")
	root.post("/admin/users", "name", "dave", "kind", "person", "full-name", "\x01").is(http.StatusUnprocessableEntity).says("#full-name-problem", "seen")
	root.post("/admin/users/carol/password-link").is(http.StatusOK).says(".lead", "works until then")
}

func TestAdminGivesARobotItsToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root := f.signedIn(t, f.Admin(t, "root"))
	root.post("/admin/users", "name", "ci", "kind", "robot").leadsTo("/admin/users/ci").says(".badge.cold", "robot")
	root.post("/admin/users/ci/tokens", "name", "").is(http.StatusUnprocessableEntity).says("#scope-problem", "Choose")
	p := root.post("/admin/users/ci/tokens", "name", "build", "scope", "write", "expires", "30").is(http.StatusOK)
	secret := p.text("#secret")
	actor, err := f.Identity.Bearer(t.Context(), secret)
	if err != nil || actor.Name != "ci" || actor.Scope.Has(model.ScopeManage) {
		t.Fatalf("%+v, %v", actor, err)
	}
	p = root.get("/admin/users/ci").is(http.StatusOK).says("#tokens + .scroll", "build")
	root.post(p.Find("form[action$='/revoke']").AttrOr("action", "")).leadsTo("/admin/users/ci").says(".notice.good", "Token revoked")
	if _, err := f.Identity.Bearer(t.Context(), secret); err == nil {
		t.Error("the token still works")
	}
}

func TestAdminChangesAccountsButNotTheLastAdmin(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root, bob := f.signedIn(t, f.Admin(t, "root")), f.User(t, "bob")
	f.Push(t, bob, "lab/hello", "latest", siftest.Options{})
	his := f.signedIn(t, bob)
	root.get("/admin/users/bob").is(http.StatusOK).says("#reach + .scroll", "library/lab").says("#delete ~ ul", "lab")
	root.post("/admin/users/bob/suspend").leadsTo("/admin/users/bob").says(".badge.bad", "suspended")
	his.get("/account").is(http.StatusSeeOther)
	root.post("/admin/users/bob/enable").leadsTo("/admin/users/bob")
	root.post("/admin/users/root/suspend").leadsTo("/admin/users/root").says(".notice", "last administrator")
	root.post("/admin/users/root/no-admin").leadsTo("/admin/users/root").says(".notice", "last administrator")
	root.post("/admin/users/bob/delete", "confirm", "bob").leadsTo("/admin/users/bob").says(".notice", "hand them over")
	root.post("/admin/users/bob/admin").leadsTo("/admin/users/bob").says(".badge.open", "admin")
	root.post("/admin/users/bob/no-admin").leadsTo("/admin/users/bob")
	f.User(t, "eve")
	root.post("/admin/users/eve/delete", "confirm", "evi").is(http.StatusUnprocessableEntity).says("#confirm-problem", "does not match")
	root.post("/admin/users/eve/delete", "confirm", "eve").leadsTo("/admin/users").says(".notice.good", "Account eve deleted")
	root.get("/admin/users/eve").is(http.StatusNotFound)
}

func TestAdminSeesAndStopsUploads(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root, bob := f.signedIn(t, f.Admin(t, "root")), f.User(t, "bob")
	root.get("/admin/uploads").is(http.StatusOK).says(".empty", "No uploads")
	path := doortest.Path(t, "lab/hello")
	up, err := f.Registry.BeginUpload(t.Context(), bob, path, registry.Announcement{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Registry.AppendUpload(t.Context(), bob, path, up.ID, 0, strings.NewReader(strings.Repeat("x", 3<<20))); err != nil {
		t.Fatal(err)
	}
	root.get("/admin/uploads").is(http.StatusOK).says("tbody", "library/lab/hello").says("tbody", "bob").says("tbody", "3.0 MiB")
	root.post("/admin/uploads/"+up.ID+"/stop").leadsTo("/admin/uploads").says(".notice.good", "stopped")
	root.post("/admin/uploads/" + up.ID + "/stop").leadsTo("/admin/uploads")
	if _, err := f.Registry.Upload(t.Context(), bob, path, up.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("the upload is there: %v", err)
	}
}

func TestAdminSeesStorageAndSweeps(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root, bob := f.signedIn(t, f.Admin(t, "root")), f.User(t, "bob")
	f.Push(t, bob, "lab/hello", "latest", siftest.Options{})
	f.Push(t, bob, "bob/tools/big", "latest", siftest.Options{Payload: 4 << 20})
	p := root.get("/admin/storage").is(http.StatusOK)
	if got := p.lines("tbody th a"); len(got) != 2 || got[0] != "bob" || got[1] != "library" {
		t.Errorf("namespaces: %q", got)
	}
	if p.Find("svg.treemap a").Length() != 2 {
		t.Error("the treemap has not both namespaces")
	}
	root.get("/admin/storage?in=bob").is(http.StatusOK).says("tbody", "bob/tools").says(".trail", "Whole registry")
	root.get("/admin/storage?in=bob/tools").is(http.StatusOK).says("tbody", "bob/tools/big")
	root.get("/admin/storage?in=nothing").is(http.StatusOK).says(".empty", "No images yet")
	if _, err := f.Registry.DeleteTag(t.Context(), bob, doortest.Path(t, "lab/hello"), "latest", ""); err != nil {
		t.Fatal(err)
	}
	root.get("/admin/storage").is(http.StatusOK).says("#garbage ~ .section-lead", "1 image")
	root.post("/admin/sweep").leadsTo("/admin/storage").says(".notice.good", "deleted 0 images")
}

// settled are rules by which two settings change.
func settled(kept map[string]string) (registry.Settings, []model.Setting, error) {
	now := registry.Settings{Name: "Test Hub", Grace: time.Hour, UploadLife: time.Hour, UserCollections: true}
	if name, ok := kept["name"]; ok {
		now.Name = strings.TrimSpace(name)
	}
	now.SignIn = kept["sign-in"] == "true"
	if now.Name == "" {
		return now, nil, errs.E("test", errs.Invalid, "A registry has a name.")
	}
	return now, []model.Setting{{Name: "name", Kind: model.Word, Value: now.Name, Default: "Test Hub", Help: "the name"},
		{Name: "sign-in", Kind: model.Switch, Value: map[bool]string{true: "true", false: "false"}[now.SignIn], Default: "false", Help: "closed"},
		{Name: "grace", Kind: model.Duration, Value: "1h", Default: "168h", Help: "how long", Fixed: "the flag --grace"}}, nil
}

func TestSettingsChangeWhileTheSiteRuns(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	if err := f.Registry.ApplySettings(t.Context(), settled); err != nil {
		t.Fatal(err)
	}
	root := f.signedIn(t, f.Admin(t, "root"))
	p := root.get("/admin/settings").is(http.StatusOK).says("#grace-hint", "Set by the flag --grace")
	if p.Find("#grace[disabled]").Length() != 1 {
		t.Error("a fixed setting can be typed in")
	}
	root.post("/admin/settings", "name", "Test Hub", "sign-in", "false").leadsTo("/admin/settings").says(".notice.good", "No changes")
	root.post("/admin/settings", "name", " ", "sign-in", "true").is(http.StatusUnprocessableEntity).says("[role=alert]", "has a name")
	root.post("/admin/settings", "name", "Imaging <b>", "sign-in", "true", "grace", "1h").leadsTo("/admin/settings").says(".brand", "Imaging <b>").
		says("#name-hint", "by root")
	root.post("/admin/settings", "grace", "2h").is(http.StatusUnprocessableEntity).says("[role=alert]", "changes only there")
	if got := f.Registry.Settings(); got.Name != "Imaging <b>" || !got.SignIn || got.Grace != time.Hour {
		t.Errorf("in force: %+v", got)
	}
}

func TestLogIsFilteredAndExported(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root, bob := f.signedIn(t, f.Admin(t, "root")), f.User(t, "bob")
	for _, name := range []string{"lab/hello", "lab/other"} {
		f.Push(t, bob, name, "latest", siftest.Options{})
	}
	root.get("/admin/log?action=push&actor=bob").is(http.StatusOK).says("tbody", "library/lab/hello").says("tbody", "bob")
	root.get("/admin/log?action=push&actor=eve").is(http.StatusOK).says(".empty", "No matching events")
	root.get("/admin/log?since=soon").is(http.StatusUnprocessableEntity).says("[role=alert]", "2026-11-22")
	root.get("/admin/log/export?format=xml").is(http.StatusBadRequest)

	answer := f.Do(t, http.MethodGet, "/admin/log/export?format=csv&action=push", nil, "Cookie", root.cookie())
	rows, err := csv.NewReader(strings.NewReader(answer.Body)).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][0] != "at" || !slices.Contains(rows[1], "bob") {
		t.Errorf("%q, %v", rows, err)
	}
	answer = f.Do(t, http.MethodGet, "/admin/log/export?format=jsonl&action=push", nil, "Cookie", root.cookie())
	lines := strings.Split(strings.TrimSpace(answer.Body), "\n")
	var first struct{ Action, Actor, Target string }
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != 2 || first.Action != "push" || first.Actor != "bob" {
		t.Errorf("%q, %v", lines, err)
	}
}

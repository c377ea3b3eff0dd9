package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/registry"
)

const labHooks = "/collections/library/lab/webhooks"

func TestWebhookIsMadeTriedSentAgainAndDeleted(t *testing.T) {
	t.Parallel()
	f, _, alice, _, _ := managing(t)
	root := f.signedIn(t, f.Admin(t, "root"))
	var came atomic.Int32
	ear := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	t.Cleanup(ear.Close)
	for _, c := range []struct {
		*browser
		path string
	}{{alice, labHooks}, {root, "/admin/webhooks"}} {
		c.get(c.path).is(http.StatusOK).says(".empty", "No webhooks yet")
		c.post(c.path, "url", "ftp://example.org", "events", "push").is(http.StatusUnprocessableEntity).says("[role=alert]", "http")
		p := c.post(c.path, "url", ear.URL, "events", "Push!").is(http.StatusUnprocessableEntity).says("[role=alert]", "is no event")
		if p.Find("#url").AttrOr("value", "") != ear.URL {
			t.Error("what was typed is gone")
		}
		made := c.post(c.path, "url", " "+ear.URL+" ", "events", "push, tag.set\tpush").is(http.StatusOK).says("dl", "push, tag.set")
		secret := made.text("#secret")
		if !strings.HasPrefix(secret, "whsec_") || made.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the secret is %q, kept by %q", secret, made.header.Get("Cache-Control"))
		}
		list := c.get(c.path).is(http.StatusOK).says(".card", ear.URL)
		if strings.Contains(list.text("main"), secret) {
			t.Error("the secret is shown again")
		}
		hook := list.Find(".card h3 a").AttrOr("href", "")
		c.get(hook).is(http.StatusOK).says(".empty", "No deliveries yet")
		c.post(hook+"/test").leadsTo(hook).says(".notice.good", "Test event sent").says("tbody", "pending")
		before := came.Load()
		if err := f.Registry.Deliverer.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := c.get(hook).says("tbody", "webhook.test").says("tbody", "delivered").says("tbody", "200 OK").Find("tbody form").AttrOr("action", "")
		c.post(again).leadsTo(hook).says(".notice.good", "queued again").says("tbody", "pending")
		if err := f.Registry.Deliverer.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := came.Load() - before; got != 2 {
			t.Errorf("%d notices came, want 2", got)
		}
		c.post(hook + "/deliveries/none").is(http.StatusNotFound)
		c.post(hook+"/delete").leadsTo(c.path).says(".notice.good", "deleted").says(".empty", "No webhooks yet")
		c.get(hook).is(http.StatusNotFound)
	}
}

func TestWebhooksAreForOwnersOnly(t *testing.T) {
	t.Parallel()
	f, owner, alice, bob, carol := managing(t)
	made, _, err := f.Registry.CreateWebhook(t.Context(), owner, registry.NewWebhook{In: path(t, "lab"), URL: "https://ci.example.org/"})
	if err != nil {
		t.Fatal(err)
	}
	if made.ID != 1 {
		t.Fatalf("the webhook is %d", made.ID)
	}
	alice.get(settings).is(http.StatusOK).says("section:has(#webhooks) a", "Manage webhooks")
	alice.get(labHooks + "/1").is(http.StatusOK)
	bob.get(labHooks).is(http.StatusForbidden)
	bob.get(labHooks + "/1").is(http.StatusForbidden)
	for _, form := range []string{"", "/1/test", "/1/delete", "/1/deliveries/1"} {
		bob.post(labHooks+form, "url", "https://example.org/").is(http.StatusForbidden)
		hidden := carol.post(labHooks+form, "url", "https://example.org/").is(http.StatusNotFound)
		missing := carol.post(strings.Replace(labHooks, "/lab/", "/lob/", 1)+form, "url", "https://example.org/").is(http.StatusNotFound)
		if d := cmp.Diff(strings.ReplaceAll(missing.text("main"), "lob", "lab"), hidden.text("main")); d != "" {
			t.Errorf("%s tells a stranger (-missing +hidden):\n%s", form, d)
		}
		f.browser(t).post(labHooks + form).is(http.StatusSeeOther)
		alice.foreign(labHooks + form)
		alice.post("/admin/webhooks" + form).is(http.StatusNotFound)
	}
	carol.get(labHooks + "/1").is(http.StatusNotFound)
	f.browser(t).get(labHooks).is(http.StatusSeeOther)
	// Its number leads nowhere from another collection of the same owner.
	alice.get("/collections/alice/default/webhooks/1").is(http.StatusNotFound)
	list, err := f.Registry.Webhooks(t.Context(), owner, path(t, "lab"))
	if err != nil || len(list) != 1 {
		t.Errorf("there are %v, %v", list, err)
	}
}

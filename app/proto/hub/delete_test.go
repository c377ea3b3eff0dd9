package hub_test

import (
	"net/http"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

func TestDelete(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob, carl := f.person(t, "alice"), f.person(t, "bob"), f.person(t, "carl")
	for _, tag := range []string{"a", "b", "c", "frozen"} {
		f.Push(t, alice.actor, "open/hello", tag, siftest.Options{})
	}
	f.Publish(t, alice.actor, "open")
	f.Push(t, alice.actor, "lab/hello", "a", siftest.Options{})
	f.SetRole(t, alice.actor, "lab", "carl", model.Contributor)
	if err := f.Registry.FreezeTag(t.Context(), alice.actor, doortest.Path(t, "open/hello"), "frozen", true); err != nil {
		t.Fatal(err)
	}
	pusher := f.client(t, alice.actor, identity.NewToken{Scope: model.ScopeWrite})
	for _, c := range []struct {
		by              doortest.HubClient
		collection, tag string
		status          int
	}{
		{nobody, "open", "a", 403},
		{bob.HubClient, "open", "a", 403},
		{bob.HubClient, "lab", "a", 404},
		{carl.HubClient, "lab", "a", 403},
		{pusher, "open", "a", 403},
		{alice.HubClient, "open", "frozen", 403},
		{alice.HubClient, "open", "nope", 404},
		{alice.HubClient, "nope", "a", 404},
	} {
		wantDetail(t, f.remove(t, c.by, c.collection, "hello", c.tag), c.status)
	}
	want(t, f.pull(t, nobody, "open", "hello", "a"), http.StatusOK)
	if a := f.remove(t, alice.HubClient, "open", "hello", "a"); a.Status != http.StatusNoContent || a.Body != "" {
		t.Errorf("%+v", a)
	}
	wantDetail(t, f.pull(t, alice.HubClient, "open", "hello", "a"), http.StatusNotFound)
	signed := alice.Sign(f.clock.now(), "delete", "open", "hello", "b")
	want(t, f.Do(t, http.MethodDelete, "/container/open/hello:b", nil, "Authorization", signed), http.StatusNoContent)
	pullSigned := alice.Sign(f.clock.now(), "pull", "open", "hello", "c")
	wantDetail(t, f.Do(t, http.MethodDelete, "/api/container/open/hello:c", nil, "Authorization", pullSigned), http.StatusForbidden)
}

// A version in a delete is the image itself, and a tag beside it has to name it.
func TestDeleteByVersion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	first := f.Push(t, alice.actor, "lab/hello", "a", siftest.Options{Payload: 10})
	second := f.Push(t, alice.actor, "lab/hello", "b", siftest.Options{Payload: 20})
	remove := func(name string) doortest.Answer {
		return f.Do(t, http.MethodDelete, "/api/container/lab/hello"+name, nil, "Authorization", "Bearer "+alice.Token)
	}
	wantDetail(t, remove(":a@"+ref.Dotted(second.Content)), http.StatusNotFound)
	want(t, remove(":a@"+ref.Dotted(first.Content)), http.StatusNoContent)
	wantDetail(t, f.pull(t, alice.HubClient, "lab", "hello", "a"), http.StatusNotFound)
	want(t, remove("@"+second.Content.Encoded()[:40]), http.StatusNoContent)
	wantDetail(t, f.pull(t, alice.HubClient, "lab", "hello", "b"), http.StatusNotFound)
	wantDetail(t, remove("@"+ref.Dotted(second.Content)), http.StatusNotFound)
}

// A signature covers the tag, so whoever has seen one could put any version behind it.
func TestSignatureDoesNotDeleteByVersion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	first := f.Push(t, alice.actor, "lab/hello", "a", siftest.Options{Payload: 10})
	second := f.Push(t, alice.actor, "lab/hello", "b", siftest.Options{Payload: 20})
	signature := alice.Sign(f.clock.now(), "delete", "lab", "hello", "a")
	for _, name := range []string{":a@" + ref.Dotted(first.Content), ":a@" + ref.Dotted(second.Content), ":a@" + second.Content.Encoded()[:40]} {
		wantDetail(t, f.Do(t, http.MethodDelete, "/api/container/lab/hello"+name, nil, "Authorization", signature), http.StatusForbidden)
	}
	want(t, f.pull(t, alice.HubClient, "lab", "hello", "b"), http.StatusOK)
	want(t, f.Do(t, http.MethodDelete, "/api/container/lab/hello:a", nil, "Authorization", signature), http.StatusNoContent)
}

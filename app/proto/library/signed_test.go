package library_test

import (
	"net/http"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/pgp/pgptest"
	"sregistry/app/registry"
)

func TestSearchForSignedImages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := pgptest.New(t, "alice")
	if _, err := f.Registry.AddKeys(t.Context(), f.alice.Actor, pgptest.Public(t, key)); err != nil {
		t.Fatal(err)
	}
	signed := pgptest.SignSIF(t, key, image(t, "amd64", 1))
	f.alice.push(t, f, "alice", "tools", "signed", "1", signed)
	f.alice.push(t, f, "alice", "tools", "plain", "1", image(t, "amd64", 1))
	if err := f.Registry.Verifier.RunPending(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := f.alice.want(t, f, 200, http.MethodGet, "/v1/search?arch=amd64&signed=true&value=tools", "")["image"].([]any)
	if len(found) != 1 {
		t.Fatalf("%v", found)
	}
	i := found[0].(map[string]any)
	if prints, _ := i["fingerprints"].([]any); i["hash"] != hash(signed) || i["signed"] != true || len(prints) != 1 || prints[0] != pgptest.Fingerprint(key) {
		t.Errorf("%v", i)
	}
	if all := f.alice.want(t, f, 200, http.MethodGet, "/v1/search?arch=amd64&value=tools", "")["image"].([]any); len(all) != 2 {
		t.Errorf("%v", all)
	}
}

// The client shows the sentence that it gets at the end of its upload.
func TestUnsignedPushToACollectionOfSignedImages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := pgptest.New(t, "alice")
	if _, err := f.Registry.AddKeys(t.Context(), f.alice.Actor, pgptest.Public(t, key)); err != nil {
		t.Fatal(err)
	}
	path, file := doortest.Path(t, "alice/tools"), image(t, "amd64", 1)
	if _, err := f.Registry.CreateCollection(t.Context(), f.alice.Actor, path, registry.NewCollection{}); err != nil {
		t.Fatal(err)
	}
	signers := []string{pgptest.Fingerprint(key)}
	if _, err := f.Registry.ChangeCollection(t.Context(), f.alice.Actor, path, registry.CollectionChange{TrustedKeys: &signers}); err != nil {
		t.Fatal(err)
	}
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	if text := wantFailure(t, f.alice.send(t, f, s.image, file), http.StatusForbidden, "unsigned"); !strings.Contains(text, "signed by") {
		t.Error(text)
	}
	f.alice.push(t, f, "alice", "tools", "x", "1", pgptest.SignSIF(t, key, file))
}

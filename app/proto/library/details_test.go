package library_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// The clients know no "@": what they make of it is understood all the same.
func TestDigestBehindAnAtSignNamesAnImage(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		file := image(t, "arm64", 1)
		if _, err := alice.push(t.Context(), bytes.NewReader(file), "alice/tools/samtools", "arm64", "1"); err != nil {
			t.Fatal(err)
		}
		hex := digest.FromBytes(file).Encoded()
		for _, name := range []struct{ path, tag string }{
			{"alice/tools/samtools@sha256", hex}, {"alice/tools/samtools@sha256." + hex, "latest"},
			{"Alice/Tools/SAMtools", "1"},
		} {
			if got, err := alice.pull(t.Context(), "arm64", name.path, name.tag); err != nil || !bytes.Equal(got, file) {
				t.Errorf("%s:%s: %d bytes, %v", name.path, name.tag, len(got), err)
			}
		}
		for _, reference := range []string{":1@sha256:" + hex, "@sha256:" + hex + ":latest", "@" + hex, ":1@sha256." + hex + ":latest"} {
			f.alice.want(t, f, 200, http.MethodGet, "/v1/images/alice/tools/samtools"+reference+"?arch=amd64", "")
		}
		if err := alice.remove(t.Context(), "alice/tools/samtools@sha256:"+hex, "amd64"); err != nil {
			t.Error(err)
		}
		if _, err := alice.pull(t.Context(), "arm64", "alice/tools/samtools", "1"); err == nil {
			t.Error("the image is still there")
		}
	})
}

// pushOCISIF pushes an image as SingularityCE packs it, for an architecture.
func pushOCISIF(t *testing.T, f *fixture, name, tag, arch string) digest.Digest {
	t.Helper()
	auth := "Bearer " + f.alice.token
	config, layer := fmt.Sprintf(`{"architecture":%q,"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%064d"]}}`, arch, 1), "hsqs of "+arch
	for _, blob := range []string{config, layer} {
		if a := f.Do(t, http.MethodPost, "/v2/"+name+"/blobs/uploads/?digest="+digest.FromString(blob).String(), blob, "Authorization", auth); a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	body := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[{"mediaType":"application/vnd.sylabs.image.layer.v1.squashfs","digest":%q,"size":%d}]}`,
		digest.FromString(config), len(config), digest.FromString(layer), len(layer))
	if a := f.Do(t, http.MethodPut, "/v2/"+name+"/manifests/"+tag, body, "Authorization", auth, "Content-Type", "application/vnd.oci.image.manifest.v1+json"); a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return digest.FromString(body)
}

// OCI-SIFs of several architectures share a tag, as SIFs do, and a search shows them.
func TestOCISIFsShareATagAndAreFound(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		amd := pushOCISIF(t, f, "alice/tools/x", "1", "amd64")
		arm := pushOCISIF(t, f, "alice/tools/x", "1", "arm64")
		f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{Arch: "riscv64"})
		index := f.alice.ask(t, f, http.MethodGet, "/v2/alice/tools/x/manifests/1", "")
		for _, d := range []digest.Digest{amd, arm} {
			if !strings.Contains(index.Body, string(d)) {
				t.Errorf("%s is not in %s", d, index.Body)
			}
		}
		for arch, want := range map[string]string{"amd64": "alice/tools/x:1", "arm64": "alice/tools/x:1", "s390x": ""} {
			found, err := alice.search(t.Context(), "tools", arch)
			if err != nil || strings.Join(found, " ") != want {
				t.Errorf("%s: %v, %v", arch, found, err)
			}
		}
		text := f.alice.refuse(t, f, http.StatusUnsupportedMediaType, http.MethodGet, "/v1/images/alice/tools/x:1?arch=arm64", "")
		if !strings.Contains(text, "application/vnd.oci.image.config.v1+json") {
			t.Error(text)
		}
		f.alice.want(t, f, 200, http.MethodDelete, "/v1/images/alice/tools/x:1?arch=arm64", "")
		again := pushOCISIF(t, f, "alice/tools/x", "1", "amd64")
		if a := f.alice.ask(t, f, http.MethodGet, "/v2/alice/tools/x/manifests/1", ""); !strings.Contains(a.Body, string(again)) || strings.Contains(a.Body, string(arm)) {
			t.Errorf("after one was deleted: %s", a.Body)
		}
	})
}

// Where one has to sign in, an empty list would say that there is nothing.
func TestSearchSaysThatOneHasToSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, doortest.WithSettings(registry.Settings{UserCollections: true, SignIn: true}))
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	for _, at := range []string{"/v1/search?value=tools&arch=amd64", "/v1/search?q=tools"} {
		a := f.Do(t, http.MethodGet, at, nil, "X-Docker-Token", "true")
		if text := wantFailure(t, a, http.StatusUnauthorized, at); !strings.Contains(text, "Sign in") {
			t.Error(text)
		}
	}
}

// docker's search comes to the same address.
func TestSearchInTheFormOfDocker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, name := range []string{"alice/open/samtools", "alice/private/samtools", "alice/open/other"} {
		f.Push(t, f.alice.Actor, name, "1", siftest.Options{})
	}
	f.Publish(t, f.alice.Actor, "alice/open")
	bob := f.person(t, "bob")
	names := func(a doortest.Answer) []string {
		t.Helper()
		var got struct {
			Query   string `json:"query"`
			Count   int    `json:"num_results"`
			Results []struct{ Name, Description string }
		}
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != 200 || got.Count != len(got.Results) || got.Query == "" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		var list []string
		for _, r := range got.Results {
			list = append(list, r.Name)
		}
		return slices.Sorted(slices.Values(list))
	}
	for name, c := range map[string]struct {
		headers []string
		want    []string
	}{
		"docker, anonymous":       {[]string{"X-Docker-Token", "true"}, []string{"alice/open/samtools"}},
		"docker, by token":        {[]string{"X-Docker-Token", "true", "Authorization", basicAuth("alice", f.alice.token)}, []string{"alice/open/samtools", "alice/private/samtools"}},
		"docker, by password":     {[]string{"X-Docker-Token", "true", "Authorization", basicAuth("alice", doortest.Password)}, []string{"alice/open/samtools", "alice/private/samtools"}},
		"docker, of another user": {[]string{"Authorization", basicAuth("bob", bob.token)}, []string{"alice/open/samtools"}},
		"by a bearer token":       {[]string{"Authorization", "Bearer " + f.alice.token}, []string{"alice/open/samtools", "alice/private/samtools"}},
	} {
		if diff := cmp.Diff(c.want, names(f.Do(t, http.MethodGet, "/v1/search?q=samtools&n=25", nil, c.headers...))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := names(f.Do(t, http.MethodGet, "/v1/search?q=samtools&n=1", nil, "Authorization", "Bearer "+f.alice.token)); len(got) != 1 {
		t.Errorf("of one: %v", got)
	}
	// podman has no credentials here, and goes on to the catalog with them.
	wantFailure(t, f.Do(t, http.MethodGet, "/v1/search?q=samtools&n=25", nil), http.StatusNotFound, "podman")
	wantFailure(t, f.Do(t, http.MethodGet, "/v1/search?q=samtools", nil, "Authorization", basicAuth("alice", "wrong")), http.StatusUnauthorized, "a wrong password")
	wantFailure(t, f.Do(t, http.MethodGet, "/v1/search?value=samtools", nil, "Authorization", basicAuth("alice", doortest.Password)), http.StatusUnauthorized, "the library's own search")
}

func basicAuth(name, password string) string {
	r, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		panic(err) // of constants
	}
	r.SetBasicAuth(name, password)
	return r.Header.Get("Authorization")
}

// A part that a file does not have is refused in this door's own form.
func TestRangeOfNothingIsRefusedInTheEnvelope(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	for _, r := range []string{"bytes=-0", "bytes=999999999-"} {
		a := f.Do(t, http.MethodGet, "/v1/imagefile/alice/tools/x:1?arch=amd64", nil, "Authorization", "Bearer "+f.alice.token, "Range", r)
		wantFailure(t, a, http.StatusRequestedRangeNotSatisfiable, r)
	}
}

// Pushing the same again to a frozen tag is no change, and no error.
func TestSamePushToAFrozenTag(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		file := image(t, "amd64", 1)
		if _, err := alice.push(t.Context(), bytes.NewReader(file), "alice/tools/x", "amd64", "1"); err != nil {
			t.Fatal(err)
		}
		if err := f.Registry.FreezeTag(t.Context(), f.alice.Actor, doortest.Path(t, "alice/tools/x"), "1", true); err != nil {
			t.Fatal(err)
		}
		if _, err := alice.push(t.Context(), bytes.NewReader(file), "alice/tools/x", "amd64", "1"); err != nil {
			t.Error(err)
		}
		if _, err := alice.push(t.Context(), bytes.NewReader(image(t, "amd64", 2)), "alice/tools/x", "amd64", "1"); err == nil {
			t.Error("a frozen tag was moved")
		}
	})
}

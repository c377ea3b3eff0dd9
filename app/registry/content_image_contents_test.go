package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// TestContents looks at an index of two images of layers, one of them signed.
func TestContents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	put := func(text string) digest.Digest {
		t.Helper()
		d := digest.FromString(text)
		if err := f.PutBlob(f.ctx(), alice, path(t, "lab/app"), d, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		return d
	}
	push := func(r ref.Reference, mediaType, body string) digest.Digest {
		t.Helper()
		if r.Tag == "" {
			r.Digest = digest.FromString(body)
		}
		i, err := f.PutManifest(f.ctx(), alice, path(t, "lab/app"), r, mediaType, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return i.Digest
	}
	layer := put("a layer")
	var members []string
	var digests []digest.Digest
	for _, arch := range []string{"amd64", "arm64"} {
		text := fmt.Sprintf(`{"architecture":%q,"os":"linux","author":"me","config":{"Cmd":["/bin/%[1]s"],"Env":["A=b"],"Labels":{"x":"y"}},
			"history":[{"created_by":"COPY . ."},{"created_by":"CMD","empty_layer":true}]}`, arch)
		config := put(text)
		d := push(ref.Reference{}, manifest.OCIManifest, fmt.Sprintf(`{"schemaVersion":2,
			"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},
			"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":%q,"size":7}],"annotations":{"note":"hello"}}`, config, len(text), layer))
		members = append(members, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1,"platform":{"os":"linux","architecture":%q}}`, manifest.OCIManifest, d, arch))
		digests = append(digests, d)
	}
	push(tag("v1"), manifest.OCIIndex, `{"schemaVersion":2,"manifests":[`+strings.Join(members, ",")+`]}`)
	empty := put("{}")
	signature := push(ref.Reference{}, manifest.OCIManifest, fmt.Sprintf(`{"schemaVersion":2,"artifactType":"example/signature",
		"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":%q,"size":2},"layers":[],"subject":{"mediaType":"x","digest":%q,"size":1}}`, empty, digests[1]))

	i, err := f.Image(f.ctx(), alice, path(t, "lab/app"), tag("v1"), "arm64")
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Contents(f.ctx(), alice, path(t, "lab/app"), tag("v1"), i)
	if err != nil {
		t.Fatal(err)
	}
	want := model.Contents{MediaType: manifest.OCIManifest,
		Platforms:   []model.Platform{{OS: "linux", Arch: "amd64", Digest: digests[0]}, {OS: "linux", Arch: "arm64", Digest: digests[1]}},
		Layers:      []model.Layer{{MediaType: "application/vnd.oci.image.layer.v1.tar", Digest: layer, Size: 7}},
		Config:      model.Config{Author: "me", Cmd: []string{"/bin/arm64"}, Env: []string{"A=b"}},
		History:     []model.Step{{By: "COPY . ."}, {By: "CMD", Empty: true}},
		Annotations: map[string]string{"note": "hello"},
		Referrers:   []model.Referrer{{ArtifactType: "example/signature", Digest: signature}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := f.Contents(f.ctx(), f.user("bob"), path(t, "lab/app"), tag("v1"), i); !errs.Is(err, errs.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

// What docker's builder attaches to an image in an index is no image of an unknown platform.
func TestAttestationsSayWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/app")
	platforms := []string{"amd64", "arm64", "unknown"}
	var digests []digest.Digest
	for _, arch := range platforms {
		digests = append(digests, f.pushLayers(alice, "lab/app", "own-"+arch, map[string]any{"architecture": arch, "os": "linux", "rootfs": map[string]any{"type": "layers"}}).Digest)
	}
	child := func(d digest.Digest, os, arch, more string) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1,"platform":{"os":%q,"architecture":%q}%s}`, manifest.OCIManifest, d, os, arch, more)
	}
	about := `,"annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"` + string(digests[1]) + `"}`
	body := `{"schemaVersion":2,"manifests":[` + child(digests[2], "unknown", "unknown", about) + "," + child(digests[0], "linux", "amd64", "") + "," +
		child(digests[1], "linux", "arm64", `,"x":1`) + `]}`
	_, err := f.PutManifest(f.ctx(), alice, at, tag("v1"), manifest.OCIIndex, []byte(body))
	must(t, err)
	for arch, want := range map[string]digest.Digest{"": digests[0], "arm64": digests[1]} {
		i, err := f.find(alice, "lab/app", "v1", arch)
		if err != nil || i.Digest != want {
			t.Errorf("for %q: %s, %v", arch, i.Digest, err)
		}
	}
	wants(t, errs.NotFound, only(f.find(alice, "lab/app", "v1", "unknown")))
	i, err := f.find(alice, "lab/app", "v1", "")
	must(t, err)
	f.attach(alice, "lab/app", signatureTag(i.Digest, ".sig"), "", "signed")
	c, err := f.Contents(f.ctx(), alice, at, tag("v1"), i)
	must(t, err)
	if len(c.Platforms) != 2 || c.Platforms[0].String() != "linux/amd64" || c.Platforms[1].String() != "linux/arm64" {
		t.Errorf("the platforms are %v", c.Platforms)
	}
	if len(c.Referrers) != 2 || c.Referrers[0] != (model.Referrer{ArtifactType: "attestation", Platform: "linux/arm64", Digest: digests[2]}) ||
		c.Referrers[1].ArtifactType != "cosign signature" {
		t.Errorf("attached: %+v", c.Referrers)
	}
	arches, err := f.Arches(f.ctx(), alice)
	must(t, err)
	if strings.Join(arches, " ") != "amd64 arm64" {
		t.Errorf("the architectures are %v", arches)
	}
}

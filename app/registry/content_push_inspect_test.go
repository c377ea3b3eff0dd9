package registry_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
	"sregistry/app/model"
)

// put brings a blob in, in one go.
func (f *fixture) put(a model.Actor, name, text string) digest.Digest {
	f.t.Helper()
	d := digest.FromString(text)
	must(f.t, f.PutBlob(f.ctx(), a, path(f.t, name), d, strings.NewReader(text)))
	return d
}

// pushLayers pushes an image of layers with a config.
func (f *fixture) pushLayers(a model.Actor, name, tagName string, config any) model.Image {
	f.t.Helper()
	text, err := json.Marshal(config)
	must(f.t, err)
	i, err := f.PutManifest(f.ctx(), a, path(f.t, name), tag(tagName), manifest.OCIManifest, fmt.Appendf(nil,
		`{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[]}`,
		f.put(a, name, string(text)), len(text)))
	must(f.t, err)
	return i
}

// What a config says of its image comes in lists of many, and is not taken without bounds.
func TestConfigIsTakenWithinBounds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	labels := map[string]string{"a": "kept", "": "nameless", "long": strings.Repeat("x", 20<<10), strings.Repeat("k", 300): "long key"}
	for n := range 1200 {
		labels[fmt.Sprintf("many-%04d", n)] = strings.Repeat("y", 250)
	}
	i := f.pushLayers(alice, "lab/app", "v1", map[string]any{"architecture": strings.Repeat("a", 1<<20), "config": map[string]any{"Labels": labels}})
	if i.Arch != "" {
		t.Errorf("an architecture of %d bytes", len(i.Arch))
	}
	got, _, err := f.Inspect(f.ctx(), alice, path(t, "lab/app"), tag("v1"), "")
	must(t, err)
	all := 0
	for key, value := range got.Labels {
		all += len(key) + len(value)
	}
	if got.Labels["a"] != "kept" || got.Labels["long"] != "" || len(got.Labels) > 1000 || all > 256<<10 {
		t.Errorf("%d labels of %d bytes, %q", len(got.Labels), all, got.Labels["a"])
	}
	for arch, want := range map[string]string{"arm64/<b>": "", "made-up": "", "riscv64": "riscv64"} {
		if i := f.pushLayers(alice, "lab/app", "v2", map[string]any{"architecture": arch}); i.Arch != want {
			t.Errorf("%q became the architecture %q", arch, i.Arch)
		}
	}
}

// The layers of some images are elsewhere, so that nobody can tell whether they are as
// large as their manifest says.
func TestSizesThatAreOnlySaidAddUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	root := model.Actor{UserID: alice.UserID, Name: "alice", Admin: true, Scope: model.ScopeAll}
	config := f.put(alice, "lab/app", "{}")
	layer := fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar","digest":%q,"size":%d}`, config, int64(1)<<50)
	push := func(mediaType, body string) model.Image {
		t.Helper()
		i, err := f.PutManifest(f.ctx(), alice, path(t, "lab/app"), byDigest(digest.FromString(body)), mediaType, []byte(body))
		must(t, err)
		return i
	}
	var members []string
	for n := range 3 {
		i := push(manifest.OCIManifest, fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":"a/b","digest":%q,"size":2},"annotations":{"n":"%d"},"layers":[%s]}`,
			config, n, strings.TrimSuffix(strings.Repeat(layer+",", 4095), ",")))
		if i.Size <= 0 {
			t.Fatalf("an image of %d bytes", i.Size)
		}
		members = append(members, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIManifest, i.Digest))
	}
	gone := push(manifest.OCIManifest, fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":"a/b","digest":%q,"size":2},"layers":[]}`, config))
	must(t, only(f.DeleteImage(f.ctx(), alice, path(t, "lab/app"), gone.Digest)))
	index := push(manifest.OCIIndex, `{"schemaVersion":2,"manifests":[`+strings.Join(members, ",")+`]}`)
	if index.Size != math.MaxInt64 {
		t.Errorf("an index of %d bytes", index.Size)
	}
	garbage, err := f.CleanupForecast(f.ctx(), root)
	if err != nil || len(garbage) == 0 || garbage[0].Bytes <= 0 {
		t.Errorf("garbage %+v, %v", garbage, err)
	}
}

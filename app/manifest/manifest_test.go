package manifest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
)

// The bytes are a promise: an image keeps its digest through every version of this program.
func TestManifestOfAFileNeverChanges(t *testing.T) {
	t.Parallel()
	const want = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
		`"config":{"mediaType":"application/vnd.sylabs.sif.config.v1+json",` +
		`"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"data":"e30="},` +
		`"layers":[{"mediaType":"application/vnd.sylabs.sif.layer.v1.sif",` +
		`"digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3,` +
		`"annotations":{"org.opencontainers.image.title":"image.sif"}}]}`
	body := manifest.ForFile(digest.FromString("abc"), 3)
	if string(body) != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	m, err := manifest.Parse(manifest.OCIManifest, body)
	if err != nil {
		t.Fatal(err)
	}
	if file, ok := m.File(); !ok || file.Size != 3 || m.Size() != 5 || len(m.Blobs()) != 2 || m.IsImage() {
		t.Errorf("parsed as %+v", m)
	}
}

func TestIndexOfATagDoesNotDependOnOrder(t *testing.T) {
	t.Parallel()
	a := manifest.Member{MediaType: manifest.OCIManifest, Digest: digest.FromString("a"), Size: 1, Arch: "amd64"}
	b := manifest.Member{MediaType: manifest.OCIManifest, Digest: digest.FromString("b"), Size: 2, Arch: "arm64"}
	one, two := manifest.ForTag([]manifest.Member{a, b}), manifest.ForTag([]manifest.Member{b, a})
	if string(one) != string(two) {
		t.Errorf("%s\n%s", one, two)
	}
	m, err := manifest.Parse(manifest.OCIIndex, one)
	if err != nil || !m.IsIndex || len(m.Manifests) != 2 || m.Manifests[0].Platform.Architecture != "amd64" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestBadManifestsAreRefused(t *testing.T) {
	t.Parallel()
	good := string(manifest.ForFile(digest.FromString("abc"), 3))
	for name, c := range map[string]struct {
		mediaType, body string
		want            errs.Kind
	}{
		"no JSON":          {manifest.OCIManifest, "{", errs.Invalid},
		"wrong type":       {manifest.OCIManifest, `{"schemaVersion":"2"}`, errs.Invalid},
		"schema 1":         {"application/vnd.docker.distribution.manifest.v1+json", `{"schemaVersion":1,"fsLayers":[]}`, errs.Unsupported},
		"no version":       {manifest.OCIManifest, `{}`, errs.Invalid},
		"lying media type": {manifest.OCIIndex, good, errs.Invalid},
		"unknown type":     {"text/plain", strings.Replace(good, `"mediaType":"application/vnd.oci.image.manifest.v1+json",`, "", 1), errs.Unsupported},
		"bad digest":       {manifest.OCIManifest, strings.Replace(good, "sha256:ba", "sha256:ZZ", 1), errs.Invalid},
		"negative size":    {manifest.OCIManifest, strings.Replace(good, `"size":3`, `"size":-3`, 1), errs.Invalid},
		"vast size":        {manifest.OCIManifest, strings.Replace(good, `"size":3`, `"size":4611686018427387904`, 1), errs.Invalid},
		"long type":        {manifest.OCIManifest, strings.Replace(good, `"schemaVersion"`, `"artifactType":"a/`+strings.Repeat("b", 255)+`","schemaVersion"`, 1), errs.Invalid},
		"long config type": {manifest.OCIManifest, strings.Replace(good, manifest.SIFConfig, "a/"+strings.Repeat("b", 255), 1), errs.Invalid},
		"index as image":   {manifest.OCIManifest, `{"schemaVersion":2,"manifests":[]}`, errs.Invalid},
		"image as index":   {manifest.OCIIndex, `{"schemaVersion":2,"layers":[]}`, errs.Invalid},
		"too many layers":  {manifest.OCIManifest, many(5000), errs.Invalid},
	} {
		if _, err := manifest.Parse(c.mediaType, []byte(c.body)); !errs.Is(err, c.want) || errs.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := manifest.Parse("application/octet-stream", []byte(good)); err != nil {
		t.Errorf("a client that names no type: %v", err)
	}
}

func many(n int) string {
	layer := map[string]any{"digest": digest.FromString("x"), "size": 1, "mediaType": "x"}
	layers := make([]any, n)
	for i := range layers {
		layers[i] = layer
	}
	body, _ := json.Marshal(map[string]any{"schemaVersion": 2, "config": layer, "layers": layers})
	return string(body)
}

func FuzzParse(f *testing.F) {
	f.Add(manifest.OCIManifest, manifest.ForFile(digest.FromString("abc"), 3))
	f.Add(manifest.OCIIndex, []byte(`{"schemaVersion":2,"manifests":[]}`))
	f.Add("", []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json"}`))
	f.Fuzz(func(t *testing.T, mediaType string, body []byte) {
		m, err := manifest.Parse(mediaType, body)
		if err != nil {
			if errs.KindOf(err) == errs.Internal || errs.Message(err) == "" {
				t.Errorf("no sentence: %v", err)
			}
			return
		}
		for _, d := range m.Blobs() {
			if d.Validate() != nil {
				t.Errorf("bad digest %q came through", d)
			}
		}
	})
}

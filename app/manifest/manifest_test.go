package manifest_test

import (
	"encoding/json"
	"fmt"
	"runtime"
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

// A short text can be many annotations, each of which takes a hundred bytes when it is read.
func TestAnnotationsAreBounded(t *testing.T) {
	t.Parallel()
	many := func(n int, value string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"n%06d":%q`, i, value)
		}
		return "{" + strings.TrimPrefix(b.String(), ",") + "}"
	}
	good := string(manifest.ForFile(digest.FromString("abc"), 3))
	with := func(annotations string) string {
		return strings.TrimSuffix(good, "}") + `,"annotations":` + annotations + "}"
	}
	inLayer := func(annotations string) string {
		return strings.Replace(good, `"annotations":{"org.opencontainers.image.title":"image.sif"}`, `"annotations":`+annotations, 1)
	}
	for name, c := range map[string]struct {
		body              string
		few, more, layers int
		all               string
	}{
		"none":            {good, 0, 0, 1, ""},
		"null":            {with("null"), 0, 0, 1, ""},
		"an empty object": {with("{}"), 0, 0, 1, ""},
		"some":            {with(many(3, "x")), 3, 0, 1, many(3, "x")},
		"a null in them":  {with(`{"a":null,"b":"x"}`), 2, 0, 1, `{"a":null,"b":"x"}`},
		"many":            {with(many(200_000, "x")), 500, 199_500, 1, many(200_000, "x")},
		"long ones":       {with(many(20, strings.Repeat("x", 100_000))), 1, 19, 1, many(20, strings.Repeat("x", 100_000))},
		"many of a layer": {inLayer(many(100_000, "x")), 0, 0, 16, ""},
	} {
		m, err := manifest.Parse(manifest.OCIManifest, []byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(m.Annotations) != c.few || m.MoreAnnotations != c.more || string(m.AllAnnotations) != c.all || len(m.Layers[0].Annotations) != c.layers {
			t.Errorf("%s: %d and %d more, %d bytes, %d of the layer", name, len(m.Annotations), m.MoreAnnotations, len(m.AllAnnotations), len(m.Layers[0].Annotations))
		}
	}
	for _, bad := range []string{`{"a":1}`, `{"a":{}}`, `{"a":["x"]}`, `["x"]`, `"x"`, `1`} {
		for _, body := range []string{with(bad), inLayer(bad)} {
			if _, err := manifest.Parse(manifest.OCIManifest, []byte(body)); !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
				t.Errorf("annotations %s: %v", bad, err)
			}
		}
	}
}

// What a manifest takes when it is read is bounded by its length, whatever it says.
func TestManifestTakesNoMoreThanItsFactor(t *testing.T) {
	head := `{"schemaVersion":2,"mediaType":"` + manifest.OCIIndex + `",`
	d := digest.FromString("x").String()
	fill := func(one string) string {
		return strings.TrimSuffix(strings.Repeat(one+",", (manifest.MaxSize-2000)/(len(one)+1)), ",")
	}
	for name, body := range map[string]string{
		"annotations":            head + `"annotations":{` + fill(`"":""`) + `},"manifests":[]}`,
		"urls":                   head + `"manifests":[{"digest":"` + d + `","urls":[` + fill(`""`) + `]}]}`,
		"features":               head + `"manifests":[{"digest":"` + d + `","platform":{"os.features":[` + fill(`""`) + `]}}]}`,
		"marks":                  head + `"manifests":[{"digest":"` + d + `","annotations":{` + fill(`"":""`) + `}}]}`,
		"something else":         head + `"manifests":[],"x":[` + fill(`{}`) + `]}`,
		"thousands of layers":    head + `"manifests":[` + strings.TrimSuffix(strings.Repeat(`{"digest":"`+d+`","annotations":{"a":"","b":"","c":"","d":""},"platform":{}},`, 4096), ",") + `]}`,
		"more than there may be": head + `"manifests":[` + fill(`{}`) + `]}`,
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m, _ := manifest.Parse(manifest.OCIIndex, []byte(body))
		runtime.GC()
		runtime.ReadMemStats(&after)
		held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		if held > (manifest.MemoryFactor-1)*manifest.MaxSize {
			t.Errorf("%s: %d KiB are held", name, held>>10)
		}
		runtime.KeepAlive(m)
		runtime.KeepAlive(body)
	}
}

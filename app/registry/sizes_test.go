package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
)

// A manifest that lies about the sizes of its blobs is refused: clients trust them when they
// make room, and we when we say how large an image is.
func TestManifestTellsTheSizesOfItsBlobs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	const config, layer = "{}", "a layer"
	for _, text := range []string{config, layer} {
		must(t, f.PutBlob(f.ctx(), alice, path(t, "lab/app"), digest.FromString(text), strings.NewReader(text)))
	}
	for _, c := range []struct {
		config, layer, again int
		ok                   bool
	}{
		{len(config), len(layer), len(layer), true},
		{len(config) + 1, len(layer), len(layer), false},
		{len(config), 1 << 40, len(layer), false},
		{len(config), len(layer), 0, false},
	} {
		const kind = "application/vnd.oci.image.layer.v1.tar"
		body := fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},
			"layers":[{"mediaType":%q,"digest":%q,"size":%d},{"mediaType":%[3]q,"digest":%[4]q,"size":%[6]d}]}`,
			digest.FromString(config), c.config, kind, digest.FromString(layer), c.layer, c.again)
		_, err := f.PutManifest(f.ctx(), alice, path(t, "lab/app"), tag("latest"), manifest.OCIManifest, []byte(body))
		if c.ok {
			must(t, err)
			continue
		}
		wants(t, errs.Invalid, err)
	}
}

package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

const hostile = `</td></pre><script>alert("1")</script><img src=x onerror=alert(2)>`

func TestImagePageShowsWhatIsInside(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "lab/hello", "latest", siftest.Options{
		Definition: "Bootstrap: docker\nFrom: " + hostile + "\n",
		Labels:     map[string]string{"z.last": hostile, hostile: "a value", "maintainer": "Ada"},
	})
	if _, err := f.Registry.SetTag(t.Context(), alice, image.Container.Path(), "stable", ref.Reference{Tag: "latest"}); err != nil {
		t.Fatal(err)
	}
	b := f.signedIn(t, alice)
	p := b.get("/containers/library/lab/hello:latest").is(http.StatusOK)
	p.says("h1", "hello:latest").says("dl.facts", string(image.Content)).says("dl.facts", "amd64").says("dl.facts", "alice").says(".tags", "stable")
	p.says("#definition-text", "From: "+hostile)
	if d := cmp.Diff([]string{hostile, "maintainer", "z.last"}, p.lines("section[aria-labelledby=labels] tbody th")); d != "" {
		t.Errorf("labels (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"a value", "Ada", hostile}, p.lines("section[aria-labelledby=labels] tbody td")); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	if p.Find("main script, main img").Length() != 0 {
		t.Error("a label became part of the page")
	}
	if csp := p.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("Content-Security-Policy: %q", csp)
	}
}

func TestImagePageIsFoundByTagDigestAndDeepName(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "lab/deep/er/hello", "V1.0_x-y", siftest.Options{})
	b := f.signedIn(t, alice)
	for path, title := range map[string]string{
		":V1.0_x-y":                     "deep/er/hello:V1.0_x-y",
		"%3AV1.0_x-y":                   "deep/er/hello:V1.0_x-y",
		":" + ref.Dotted(image.Content): "deep/er/hello@sha256:",
		":" + string(image.Content):     "deep/er/hello@sha256:",
		"@" + ref.Dotted(image.Content): "deep/er/hello@sha256:",
		":" + ref.Dotted(image.Digest):  "deep/er/hello@sha256:",
	} {
		b.get("/containers/library/lab/deep/er/hello"+path).is(http.StatusOK).says("h1", title)
	}
	b.get("/containers/library/lab/deep/er/hello:none").is(http.StatusNotFound).says("main", "There is no lab/deep/er/hello:none")
	b.get("/containers/library/lab/deep/er/hello").is(http.StatusOK).says("h1", "deep/er/hello").says("table", "V1.0_x-y")
}

func TestImagePageOffersPullsThatCanWork(t *testing.T) {
	t.Parallel()
	const (
		https  = "https://hub.example.org"
		plain  = "http://hub.example.org"
		ported = "https://hub.example.org:8443"
		local  = "http://127.0.0.1:8080"
	)
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	sites := map[string]*browser{}
	for _, public := range []string{https, plain, ported, local} {
		sites[public] = f.at(t, public).signedIn(t, alice)
	}
	for _, c := range []struct {
		public, name, tag string
		open              bool
		want              []string
	}{
		{https, "lab/hello", "latest", true, []string{"sregistry pull lab/hello:latest",
			"apptainer pull library://hub.example.org/library/lab/hello:latest",
			"apptainer pull oras://hub.example.org/lab/hello:latest",
			"apptainer pull shub://hub.example.org/lab/hello:latest"}},
		{https, "inner/hello", "latest", false, []string{"sregistry pull inner/hello:latest",
			"apptainer pull library://library/inner/hello:latest",
			"apptainer pull oras://hub.example.org/inner/hello:latest"}},
		{plain, "alice/tool", "1", true, []string{"sregistry pull alice/tool:1",
			"apptainer pull --no-https library://hub.example.org/alice/default/tool:1",
			"apptainer pull --no-https oras://hub.example.org/alice/tool:1",
			"apptainer pull --no-https shub://hub.example.org/alice/tool:1"}},
		{ported, "inner/hello", "latest", false, []string{"sregistry pull inner/hello:latest",
			"apptainer pull oras://hub.example.org:8443/inner/hello:latest"}},
		{local, "lab/hello", "latest", true, []string{"sregistry pull lab/hello:latest",
			"apptainer pull --no-https library://127.0.0.1:8080/library/lab/hello:latest",
			"apptainer pull --no-https oras://127.0.0.1:8080/lab/hello:latest"}},
		{https, "alice/tools/hello", "latest", true, []string{"sregistry pull alice/tools/hello:latest",
			"apptainer pull library://hub.example.org/alice/tools/hello:latest",
			"apptainer pull oras://hub.example.org/alice/tools/hello:latest"}},
		{https, "lab/deep/hello", "latest", true, []string{"sregistry pull lab/deep/hello:latest",
			"apptainer pull oras://hub.example.org/lab/deep/hello:latest"}},
		{https, "my_lab/hello", "latest", true, []string{"sregistry pull my_lab/hello:latest",
			"apptainer pull library://hub.example.org/library/my_lab/hello:latest",
			"apptainer pull oras://hub.example.org/my_lab/hello:latest"}},
		{https, "lab/hello", "", true, []string{"sregistry pull lab/hello@sha256:CONTENT",
			"apptainer pull library://hub.example.org/library/lab/hello:sha256.CONTENT",
			"apptainer pull oras://hub.example.org/lab/hello@sha256:MANIFEST"}},
	} {
		tag := c.tag
		if tag == "" {
			tag = "latest"
		}
		image := f.Push(t, alice, c.name, tag, siftest.Options{})
		if c.open {
			f.Publish(t, alice, image.Container.Collection.Full())
		}
		reference := c.tag
		if reference == "" {
			reference = ref.Dotted(image.Content)
		}
		p := sites[c.public].get("/containers/" + image.Container.Full() + ":" + reference).is(http.StatusOK)
		var got []string
		for _, line := range p.lines(".commands pre") {
			if strings.HasPrefix(line, "curl") {
				continue // by itself in TestCurlIsOfferedWithCredentialsWhereTheyAreNeeded
			}
			line = strings.ReplaceAll(line, image.Content.Encoded(), "CONTENT")
			got = append(got, strings.ReplaceAll(line, image.Digest.Encoded(), "MANIFEST"))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s at %s (-want +got):\n%s", c.name, c.public, d)
		}
	}
}

func TestCurlIsOfferedWithCredentialsWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "https://hub.example.org")
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	b := f.signedIn(t, alice)
	address := "https://hub.example.org/v2/lab/hello/blobs/" + image.Content.String()
	b.get("/containers/library/lab/hello:latest").says(".commands", "curl -fLo hello_latest.sif -u alice "+address)
	f.Publish(t, alice, "lab")
	b.get("/containers/library/lab/hello:latest").says(".commands", "curl -fLo hello_latest.sif "+address)
}

func TestImageThatIsNoFileIsPulledByOCIClients(t *testing.T) {
	t.Parallel()
	const (
		config   = "application/vnd.oci.image.config.v1+json"
		artifact = "application/vnd.example.thing.v1+json"
	)
	f := newFixture(t, "http://hub.example.org")
	alice := f.User(t, "alice")
	for configType, want := range map[string][]string{
		config:   {"apptainer pull --no-https docker://hub.example.org/lab/hello:latest", "docker pull hub.example.org/lab/hello:latest"},
		artifact: {"oras pull --plain-http hub.example.org/lab/hello:latest"},
	} {
		f.pushManifest(t, configType)
		p := f.signedIn(t, alice).get("/containers/library/lab/hello:latest").is(http.StatusOK)
		if d := cmp.Diff(want, p.lines(".commands pre")); d != "" {
			t.Errorf("%s (-want +got):\n%s", configType, d)
		}
		if configType == config {
			p.says("tbody", "maintainer").says("tbody", "Ada")
		}
	}
}

// pushManifest pushes an image of a config alone, as Alice, in the way of an OCI client.
func (f *fixture) pushManifest(t *testing.T, configType string) {
	t.Helper()
	alice, err := f.Identity.Password(t.Context(), "test", "alice", doortest.Password)
	if err != nil {
		t.Fatal(err)
	}
	const content = `{"architecture":"amd64","os":"linux","config":{"Labels":{"maintainer":"Ada"}},"rootfs":{"type":"layers","diff_ids":[]}}`
	path, d := doortest.Path(t, "lab/hello"), digest.FromString(content)
	u, err := f.Registry.BeginUpload(t.Context(), alice, path, registry.Announcement{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Registry.AppendUpload(t.Context(), alice, path, u.ID, 0, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if err := f.Registry.FinishUpload(t.Context(), alice, path, u.ID, d); err != nil {
		t.Fatal(err)
	}
	const mediaType = "application/vnd.oci.image.manifest.v1+json"
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":%q,"digest":%q,"size":%d},"layers":[]}`,
		mediaType, configType, d, len(content))
	if _, err := f.Registry.PutManifest(t.Context(), alice, path, ref.Reference{Tag: "latest"}, mediaType, []byte(manifest)); err != nil {
		t.Fatal(err)
	}
}

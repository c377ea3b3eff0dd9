package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// TestBrowserReads looks at the pages of containers and images: it writes a README, opens
// folders in place, and compares two images.
func TestBrowserReads(t *testing.T) {
	if !*inBrowser {
		return
	}
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	fillShelves(t, f, alice)
	b := startChromium(t, f.URL)
	b.open("/sign-in")
	b.fill("name", "alice", "password", doortest.Password)
	b.press("main form button", ".masthead .who")
	writeReadme(b)
	b.open("/containers/library/lab/hello:2.0")
	b.see("image")
	for name, path := range map[string]string{
		"image-old": "/containers/library/lab/old:1", "image-bare": "/containers/library/lab/bare:latest", "image-layers": "/containers/library/lab/layers:latest",
		"image-gone": "/containers/library/lab/hello:9", "image-arm": "/containers/library/lab/hello:1.0?arch=arm64",
		"compare-begin": "/containers/library/lab/hello:2.0?view=compare", "compare": "/containers/library/lab/hello:2.0?view=compare&with=1.0",
		"compare-missing": "/containers/library/lab/hello:2.0?view=compare&with=9", "container-deep": "/containers/library/lab/deep/er/" + longName,
	} {
		b.open(path)
		b.see(name)
	}
	openFolders(t, b)
}

const longName = "a-container-whose-name-was-made-by-a-build-system-that-knows-no-bounds-x86_64-avx512-cuda13-openmpi5"

// fillShelves pushes images of many kinds.
func fillShelves(t *testing.T, f *fixture, alice model.Actor) {
	t.Helper()
	steps := strings.Repeat("    make && make install  # a step\n", 9)
	before := "Bootstrap: docker\nFrom: alpine:3.20\n\n%post\n    # what it needs\n    apk add --no-cache hello\n" + steps + "\n%runscript\n    exec hello \"$@\"\n"
	after := strings.ReplaceAll(before, "3.20", "{{ ALPINE }}") + "\n%labels\n    version 2.0\n"
	f.Push(t, alice, "lab/hello", "1.0", siftest.Options{Definition: before, Labels: map[string]string{"version": "1.0", "maintainer": "Ada Lovelace <ada@example.org>"}})
	f.Push(t, alice, "lab/hello", "1.0", siftest.Options{Definition: before, Arch: "arm64"})
	f.clock.advance(time.Hour)
	image := f.Push(t, alice, "lab/hello", "2.0", siftest.Options{Definition: after, Compression: "zstd", Payload: 1 << 20,
		Labels: map[string]string{"version": "2.0", "org.label-schema.build-date": "Sunday_22_November_2026", "note": "أدوات 🧠"}})
	for tag := range 60 {
		f.clock.advance(time.Minute)
		if _, err := f.Registry.SetTag(t.Context(), alice, image.Container.Path(), fmt.Sprintf("0.%d", tag), ref.Reference{Tag: "1.0"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 90 {
		f.Registry.Pulls.Count(image.ContainerID, image.Content)
	}
	f.clock.advance(24 * time.Hour) // pulls are counted by the clock on the wall
	if err := f.Registry.Pulls.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Push(t, alice, "lab/bare", "latest", siftest.Options{Files: map[string]string{"/bin/sh": "\x7fELF"}, Definition: " "})
	f.Push(t, alice, "lab/deep/er/"+longName, longName, siftest.Options{})
	if _, err := f.Registry.Push(t.Context(), alice, doortest.Path(t, "lab/old"), "1", strings.NewReader(string(siftest.Ext3()))); err != nil {
		t.Fatal(err)
	}
	pushLayers(t, f, alice)
	f.Publish(t, alice, "lab")
}

// pushLayers pushes an image of layers for two platforms, with something attached.
func pushLayers(t *testing.T, f *fixture, alice model.Actor) {
	t.Helper()
	path := doortest.Path(t, "lab/layers")
	put := func(text string) (digest.Digest, int) {
		d := digest.FromString(text)
		if err := f.Registry.PutBlob(t.Context(), alice, path, d, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		return d, len(text)
	}
	push := func(r ref.Reference, mediaType, body string) (digest.Digest, int) {
		if r.Tag == "" {
			r.Digest = digest.FromString(body)
		}
		if _, err := f.Registry.PutManifest(t.Context(), alice, path, r, mediaType, []byte(body)); err != nil {
			t.Fatal(err)
		}
		return digest.FromString(body), len(body)
	}
	const kind = "application/vnd.oci.image.manifest.v1+json"
	layer, size := put(strings.Repeat("a layer ", 1000))
	var members []string
	var last string
	for _, arch := range []string{"amd64", "arm64"} {
		config, length := put(fmt.Sprintf(`{"architecture":%q,"os":"linux","author":"Ada","config":{"Entrypoint":["/bin/sh","-c"],"Cmd":["echo hello"],"Env":["PATH=/usr/bin:/bin","LANG=C.UTF-8"],"WorkingDir":"/srv","Labels":{"org.opencontainers.image.title":"layers"}},
			"history":[{"created_by":"/bin/sh -c #(nop) ADD file:5f3b in / "},{"created_by":"RUN /bin/sh -c apk add --no-cache hello # buildkit","comment":"buildkit.dockerfile.v0"},{"created_by":"CMD [\"echo hello\"]","empty_layer":true}]}`, arch))
		d, n := push(ref.Reference{}, kind, fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},
			"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":%q,"size":%d}]}`, kind, config, length, layer, size))
		members = append(members, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d,"platform":{"os":"linux","architecture":%q}}`, kind, d, n, arch))
		last = fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, kind, members[0][strings.Index(members[0], "sha256"):strings.Index(members[0], "sha256")+71], n)
	}
	empty, _ := put("{}")
	push(ref.Reference{Tag: "latest"}, "application/vnd.oci.image.index.v1+json", `{"schemaVersion":2,"manifests":[`+strings.Join(members, ",")+`]}`)
	push(ref.Reference{}, kind, fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"artifactType":"application/spdx+json",
		"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":%q,"size":2},"layers":[],"subject":%s}`, kind, empty, last))
}

func writeReadme(b *chromium) {
	b.t.Helper()
	b.open("/containers/library/lab/hello")
	b.see("container-first")
	b.press("section[aria-labelledby=readme] .button", "#text")
	b.see("readme-new")
	b.fill("text", "# Hello\n\nSays *hello* to whoever asks. See <https://example.org/hello>.\n\n## Use\n\n```sh\napptainer run hello_2.0.sif\n```\n\n"+
		"- small\n- signed\n\n| node | time |\n|:--|--:|\n| login | 1 s |\n\n> 🧬 Genomes, and أدوات\n")
	b.press("button[value=preview]", ".prose")
	b.see("readme-preview")
	b.press("button[value=save]", ".notice.good")
	b.see("container")
	b.open("/containers/library/lab/hello?find=0.1&order=version")
	b.see("container-found")
	b.open("/containers/library/lab/hello?find=nothing")
	b.see("container-none-found")
}

// openFolders opens two folders in place, and closes one.
func openFolders(t *testing.T, b *chromium) {
	t.Helper()
	b.open("/containers/library/lab/hello:2.0?view=files")
	b.see("files")
	b.press(`button[aria-label="Expand data"]`, `[data-files] [data-files]`)
	b.press(`button[aria-label="Expand many"]`, `[data-files] [data-files] [data-files]`)
	if got := evaluate[int](b, `document.querySelectorAll("[data-files] [data-files] [data-files] > li").length`); got != 260 {
		t.Errorf("the folder has %d files in place", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`button[aria-label="Expand many"]`)))
	if got := evaluate[string](b, `document.querySelector("button[aria-label='Expand many']").getAttribute("aria-expanded")`); got != "false" {
		t.Errorf("the folder is closed: aria-expanded is %q", got)
	}
	b.see("files-opened")
	b.open("/containers/library/lab/hello:2.0?view=files&path=/data/many")
	b.see("files-many")
	b.open("/containers/library/lab/old:1?view=files")
	b.see("files-problem")
}

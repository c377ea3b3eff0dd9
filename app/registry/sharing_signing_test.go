package registry_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/pgp/pgptest"
)

// policy is a collection that requires signatures, with a signed image, and blobs of which
// manifests can be made.
type policy struct {
	*fixture
	alice  model.Actor
	signed model.Image
}

func newPolicy(t *testing.T) policy {
	t.Helper()
	f := newFixture(t)
	p := policy{fixture: f, alice: f.user("alice")}
	e := pgptest.New(t, "alice")
	f.addKey(p.alice, pgptest.Public(t, e))
	must(t, f.pushSigned(p.alice, "lab/a", e))
	must(t, f.Verifier.RunPending(f.ctx()))
	f.requireSignature(p.alice, "lab", pgptest.Fingerprint(e))
	var err error
	p.signed, err = f.find(p.alice, "lab/a", "latest", "")
	must(t, err)
	return p
}

// blob uploads one and writes a descriptor of it.
func (p policy) blob(mediaType, text string) string {
	p.t.Helper()
	return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, mediaType, p.put(p.alice, "lab/a", text), len(text))
}

// putAs puts a manifest by a tag, or by its digest.
func (p policy) putAs(tagName, mediaType, body string) error {
	r := tag(tagName)
	if tagName == "" {
		r = byDigest(digest.FromString(body))
	}
	return only(p.PutManifest(p.ctx(), p.alice, path(p.t, "lab/a"), r, mediaType, []byte(body)))
}

// untouched fails the test if latest is anything but the signed image.
func (p policy) untouched(after string) {
	p.t.Helper()
	if got, err := p.find(p.alice, "lab/a", "latest", ""); err != nil || got.ID != p.signed.ID {
		p.t.Fatalf("%s: latest names %s, %v", after, got.Digest, err)
	}
}

func archive(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	must(t, w.WriteHeader(&tar.Header{Name: "bin/sh", Mode: 0o755, Size: 2}))
	w.Write([]byte("hi"))
	must(t, w.Close())
	return b.String()
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	must(t, w.Close())
	return b.String()
}

// What an image says that it is decides nothing under a signing policy.
func TestSigningPolicyTakesNobodysWord(t *testing.T) {
	t.Parallel()
	p := newPolicy(t)
	const imageConfig = `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`
	const emptyType, tarType = "application/vnd.oci.empty.v1+json", "application/vnd.oci.image.layer.v1.tar"
	subject := fmt.Sprintf(`,"subject":{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIManifest, p.signed.Digest)
	const artifact = `,"artifactType":"application/vnd.example.sbom"`
	tarball, text := archive(t), `{"bomFormat":"CycloneDX"}`
	unsigned := string(image(t, "amd64", 7))

	bad := map[string]string{} // all but the schema, the subject and the braces
	for _, config := range []string{
		"application/vnd.oci.image.config.v1+json", "Application/vnd.OCI.image.config.v1+JSON", " application/vnd.oci.image.config.v1+json ",
		"application/vnd.oci.image.config.v1+json; charset=utf-8", "application/octet-stream", "application/octet-stream;a=b", "", "text/plain",
		"application/json", "application/vnd.docker.container.image.v1+json", "APPLICATION/vnd.docker.container.image.v1+json", "application/x",
		"application/vnd.oci.image.config.v1+json,application/x", "nonsense", "a/b c",
	} {
		bad["config "+config] = fmt.Sprintf(`"config":%s,"layers":[%s]`, p.blob(config, imageConfig), p.blob(tarType, tarball))
		bad["config "+config+" of an artifact"] = bad["config "+config] + artifact
	}
	for name, content := range map[string]string{"tar": tarball, "tar.gz": zipped(t, tarball), "SIF": unsigned, "SIF.gz": zipped(t, unsigned),
		"xz": "\xfd7zXZ\x00 anything", "broken gzip": "\x1f\x8b anything"} {
		for _, mediaType := range []string{tarType, "text/plain", "application/vnd.cyclonedx+json", "application/octet-stream", manifest.SIFLayer} {
			if mediaType == manifest.SIFLayer && name != "SIF" {
				continue // is refused as no image, whatever the policy
			}
			for of, config := range map[string]string{"an artifact": p.blob(emptyType, "{}"), "an artifact with a config": p.blob("application/vnd.example.config+json", `{"a":1}`)} {
				bad[name+" as "+mediaType+" in "+of] = fmt.Sprintf(`"config":%s,"layers":[%s]%s`, config, p.blob(mediaType, content), artifact)
				bad[name+" as "+mediaType+" beside another in "+of] = fmt.Sprintf(`"config":%s,"layers":[%s,%s]%s`, config,
					p.blob("application/vnd.cyclonedx+json", text), p.blob(mediaType, content), artifact)
			}
		}
	}
	bad["an empty config that is not empty"] = fmt.Sprintf(`"config":%s,"layers":[]`, p.blob(emptyType, imageConfig))
	bad["an artifact whose config is an image's"] = fmt.Sprintf(`"config":%s,"layers":[]%s`, p.blob("application/vnd.example+json", imageConfig), artifact)
	bad["a layer that is elsewhere"] = fmt.Sprintf(`"config":%s,"layers":[{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar","digest":%q,"size":9}]%s`,
		p.blob(emptyType, "{}"), digest.FromString("elsewhere"), artifact)
	bad["the signed file as the layer of a container image"] = fmt.Sprintf(`"config":%s,"layers":[{"mediaType":%q,"digest":%q,"size":%d}]`,
		p.blob("application/vnd.oci.image.config.v1+json", imageConfig), manifest.SIFLayer, p.signed.Content, p.signed.Size)
	bad["the signed file with a config of no type"] = fmt.Sprintf(`"config":%s,"layers":[{"mediaType":"text/plain","digest":%q,"size":%d}]`,
		p.blob("application/octet-stream", imageConfig), p.signed.Content, p.signed.Size)

	for name, inside := range bad {
		for _, mediaType := range []string{manifest.OCIManifest, manifest.DockerManifest} {
			for _, about := range []string{"", subject} {
				body := `{"schemaVersion":2,` + inside + about + `}`
				for _, tagName := range []string{"", "latest", "new"} {
					if err := p.putAs(tagName, mediaType, body); !errs.Is(err, errs.Forbidden) {
						t.Errorf("%s, %s, subject %t, tag %q: %v", name, mediaType, about != "", tagName, err)
					}
				}
			}
		}
	}
	p.untouched("what was refused")

	// What is known not to run passes by its digest, and never gets a tag.
	for name, inside := range map[string]string{
		"the empty config":    fmt.Sprintf(`"config":%s,"layers":[%s]`, p.blob(emptyType, "{}"), p.blob("text/plain", text)),
		"an artifact":         fmt.Sprintf(`"config":%s,"layers":[%s]%s`, p.blob("application/vnd.example+json", `{"a":1}`), p.blob(tarType, text), artifact),
		"a zipped list":       fmt.Sprintf(`"config":%s,"layers":[%s]%s`, p.blob(emptyType, "{}"), p.blob(tarType, zipped(t, text)), artifact),
		"no layers":           fmt.Sprintf(`"config":%s,"layers":[]%s`, p.blob(emptyType, "{}"), artifact),
		"the empty JSON once": fmt.Sprintf(`"config":%s,"layers":[%[1]s]%s`, p.blob(emptyType, "{}"), artifact),
	} {
		for _, about := range []string{"", subject} {
			body := `{"schemaVersion":2,` + inside + about + `}`
			if err := p.putAs("", manifest.OCIManifest, body); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, tagName := range []string{"latest", "new"} {
				wants(t, errs.Forbidden, p.putAs(tagName, manifest.OCIManifest, body))
				wants(t, errs.Forbidden, only(p.PutManifest(p.ctx(), p.alice, path(t, "lab/a"), byDigest(digest.FromString(body)), manifest.OCIManifest, []byte(body), tagName)))
				wants(t, errs.Forbidden, only(p.SetTag(p.ctx(), p.alice, path(t, "lab/a"), tagName, byDigest(digest.FromString(body)))))
			}
			wants(t, errs.Forbidden, p.putAs("", manifest.DockerManifest, body))
		}
	}
	p.untouched("artifacts")
}

// An index is as good as what it names, whatever it says of that.
func TestSigningPolicyLooksIntoIndexes(t *testing.T) {
	t.Parallel()
	p := newPolicy(t)
	f, alice := p.fixture, p.alice
	// What was there before the policy is what an index may name.
	f.requireSignature(alice, "lab")
	old := f.push(alice, "lab/a", "old", "amd64", 9)
	note := `{"schemaVersion":2,"artifactType":"a/b","config":` + p.blob("application/vnd.oci.empty.v1+json", "{}") + `,"layers":[` + p.blob("text/plain", "hello") + `]}`
	must(t, p.putAs("", manifest.OCIManifest, note))
	runs := `{"schemaVersion":2,"artifactType":"a/b","config":` + p.blob("application/vnd.oci.empty.v1+json", "{}") + `,"layers":[` + p.blob("text/plain", archive(t)) + `]}`
	must(t, p.putAs("", manifest.OCIManifest, runs))
	signers := []string{p.signed.Signers[0]}
	f.requireSignature(alice, "lab", signers...)

	child := func(d digest.Digest) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIManifest, d)
	}
	index := func(children ...string) string {
		return `{"schemaVersion":2,"manifests":[` + strings.Join(children, ",") + `]}`
	}
	signed, sbom := child(p.signed.Digest), child(digest.FromString(note))
	inner := index(signed, sbom)
	must(t, p.putAs("", manifest.OCIIndex, inner))
	for name, c := range map[string]struct {
		body         string
		bare, tagged bool // whether it is taken
	}{
		"a signed image":                {index(signed), true, true},
		"a signed image and its note":   {inner, true, true},
		"that in an index":              {index(fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIIndex, digest.FromString(inner))), true, true},
		"a note":                        {index(sbom), true, false},
		"nothing":                       {index(), false, false},
		"an unsigned image":             {index(signed, child(old.Digest)), false, false},
		"an artifact that runs":         {index(signed, child(digest.FromString(runs))), false, false},
		"a blob":                        {index(signed, p.blob("application/vnd.example", archive(t))), false, false},
		"a blob of the type of a layer": {index(p.blob("application/vnd.oci.image.layer.v1.tar", archive(t))), false, false},
	} {
		for _, mediaType := range []string{manifest.OCIIndex, manifest.DockerList} {
			for tagName, ok := range map[string]bool{"": c.bare, "multi": c.tagged} {
				if err := p.putAs(tagName, mediaType, c.body); ok != (err == nil) || err != nil && !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s, %s, tag %q: %v", name, mediaType, tagName, err)
				}
			}
		}
	}
	p.untouched("indexes")
}

// What was there before the policy stays, and does not come back by undoing something.
func TestSigningPolicyHoldsForWhatIsRestored(t *testing.T) {
	t.Parallel()
	p := newPolicy(t)
	f, alice, at := p.fixture, p.alice, path(t, "lab/a")
	signers := []string{p.signed.Signers[0]}
	f.requireSignature(alice, "lab")
	must(t, only(f.SetTag(f.ctx(), alice, at, "kept", byDigest(p.signed.Digest))))
	evil := f.push(alice, "lab/a", "latest", "amd64", 9)
	moved, err := f.SetTag(f.ctx(), alice, at, "latest", byDigest(p.signed.Digest))
	must(t, err)
	f.push(alice, "lab/a", "evil", "amd64", 9)
	tagGone, err := f.DeleteTag(f.ctx(), alice, at, "evil", "")
	must(t, err)
	imageGone, err := f.DeleteImage(f.ctx(), alice, at, evil.Content)
	must(t, err)
	f.push(alice, "lab/b", "latest", "amd64", 9)
	containerGone, err := f.DeleteContainer(f.ctx(), alice, path(t, "lab/b"))
	must(t, err)
	f.requireSignature(alice, "lab", signers...)
	for what, id := range map[string]int64{"image": imageGone, "container": containerGone} {
		if _, err := f.Restore(f.ctx(), alice, id); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the %s: %v", what, err)
		}
	}
	f.requireSignature(alice, "lab")
	f.undo(alice, imageGone)
	f.requireSignature(alice, "lab", signers...)
	for what, id := range map[string]int64{"move": moved, "tag": tagGone} {
		if _, err := f.Restore(f.ctx(), alice, id); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the %s: %v", what, err)
		}
	}
	p.untouched("undoing")
	wants(t, errs.Forbidden, only(f.SetTag(f.ctx(), alice, at, "latest", byDigest(evil.Digest))))
	must(t, only(f.SetTag(f.ctx(), alice, at, "more", byDigest(p.signed.Digest))))
	// The policy is the collection's own: it comes back with it, and what was there too.
	gone, err := f.DeleteCollection(f.ctx(), alice, path(t, "lab"))
	must(t, err)
	f.undo(alice, gone)
	p.untouched("restoring the collection")
}

// Bytes are no image: what is mounted or uploaded is nothing without a manifest.
func TestSigningPolicyHoldsForMountedFiles(t *testing.T) {
	t.Parallel()
	p := newPolicy(t)
	f, alice := p.fixture, p.alice
	i := f.push(alice, "other/x", "latest", "amd64", 9)
	must(t, f.MountBlob(f.ctx(), alice, path(t, "lab/a"), path(t, "other/x"), i.Content))
	wants(t, errs.Forbidden, only(f.CreateFileImage(f.ctx(), alice, path(t, "lab/a"), i.Content, "")))
	m, err := f.Manifest(f.ctx(), alice, path(t, "other/x"), tag("latest"))
	must(t, err)
	f.put(alice, "lab/a", "{}")
	for _, tagName := range []string{"", "latest"} {
		wants(t, errs.Forbidden, p.putAs(tagName, m.MediaType, string(m.Body)))
	}
	p.untouched("mounting")
}

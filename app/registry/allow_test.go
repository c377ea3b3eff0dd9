package registry_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// Who is signed out and wants to change something is asked to sign in, and not told that what
// everybody can see does not exist. What is private, and what does not exist, is told alike.
func TestSignedOutIsAskedToSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.push(alice, "lab/hello", "latest", "amd64", 1)
	f.push(alice, "hidden/hello", "latest", "amd64", 1)
	public := true
	must(t, only(f.ChangeCollection(f.ctx(), alice, path(t, "lab"), registry.CollectionChange{Public: &public})))
	const empty = `{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}`
	nobody, d := model.Anonymous, digest.FromString("x")
	for _, name := range []string{"lab/hello", "hidden/hello", "none/hello"} {
		in, err := path(t, strings.TrimSuffix(name, "/hello")).Collection(false)
		must(t, err)
		for what, err := range map[string]error{
			"push":          only(f.BeginUpload(f.ctx(), nobody, path(t, name), registry.Announcement{})),
			"manifest":      only(f.PutManifest(f.ctx(), nobody, path(t, name), tag("x"), "application/vnd.oci.image.manifest.v1+json", []byte(empty))),
			"tag":           only(f.SetTag(f.ctx(), nobody, path(t, name), "x", tag("latest"))),
			"delete a tag":  only(f.DeleteTag(f.ctx(), nobody, path(t, name), "latest", "")),
			"delete":        only(f.DeleteImage(f.ctx(), nobody, path(t, name), d)),
			"delete all":    only(f.DeleteContainer(f.ctx(), nobody, path(t, name))),
			"freeze":        f.FreezeContainer(f.ctx(), nobody, path(t, name), true),
			"freeze a tag":  f.FreezeTag(f.ctx(), nobody, path(t, name), "latest", true),
			"ask to push":   f.AuthorizePush(f.ctx(), nobody, path(t, name), ""),
			"ask for lab":   f.AuthorizeCollectionPush(f.ctx(), nobody, in),
			"change readme": only(f.SetReadme(f.ctx(), nobody, path(t, name), "x", 0)),
		} {
			wants(t, errs.Unauthenticated, err)
			if text := errs.Message(err); !strings.HasPrefix(text, "Sign in to change ") || strings.Contains(text, "/.") || strings.Contains(text, "private") {
				t.Errorf("%s, %s: %q", name, what, text)
			}
		}
	}
	bob := f.user("bob")
	lab, err := path(t, "lab").Collection(false)
	must(t, err)
	err = f.AuthorizeCollectionPush(f.ctx(), bob, lab)
	wants(t, errs.Forbidden, err)
	if denial, _ := errs.DenialOf(err); strings.Contains(errs.Message(err), "lab/") || denial.Target != "library/lab" {
		t.Errorf("said %q, noted %+v", errs.Message(err), denial)
	}
}

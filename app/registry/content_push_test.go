package registry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/registry"
)

func TestFirstPushMakesAPrivateCollectionOfThePusher(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	content := image(t, "amd64", 1)
	pushed, err := f.Push(f.ctx(), alice, path(t, "lab/hello"), "latest", bytes.NewReader(content))
	must(t, err)
	if want := digest.FromBytes(content); pushed.Content != want || pushed.Arch != "amd64" || pushed.Kind != model.SIF {
		t.Errorf("pushed %+v, want content %s", pushed, want)
	}
	c, err := f.Collection(f.ctx(), alice, path(t, "lab"))
	must(t, err)
	if c.Public || c.Role != model.Owner || c.Containers != 1 {
		t.Errorf("collection %+v", c)
	}
	got, err := f.find(alice, "lab/hello", "latest", "")
	must(t, err)
	file, err := f.OpenFile(got)
	must(t, err)
	defer file.Close()
	body, err := io.ReadAll(file)
	must(t, err)
	if !bytes.Equal(body, content) {
		t.Error("other bytes came back")
	}
	_, err = f.find(bob, "lab/hello", "latest", "")
	wants(t, errs.NotFound, err)
	_, err = f.find(model.Anonymous, "lab/hello", "latest", "")
	wants(t, errs.Unauthenticated, err)
}

func TestHiddenAndMissingReadAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "latest", "amd64", 1)
	for _, who := range []model.Actor{bob, model.Anonymous} {
		_, hidden := f.find(who, "lab/hello", "latest", "")
		_, missing := f.find(who, "lob/hello", "latest", "")
		want := strings.ReplaceAll(errs.Message(missing), "lob", "lab")
		if errs.KindOf(hidden) != errs.KindOf(missing) || errs.Message(hidden) != want {
			t.Errorf("%s: hidden %q, missing %q", who.Name, errs.Message(hidden), want)
		}
	}
	// Also to somebody who may create collections: he learns that he may not push there,
	// in the words he gets where he may not create.
	_, err := f.Push(f.ctx(), bob, path(t, "lab/other"), "latest", bytes.NewReader(image(t, "amd64", 2)))
	wants(t, errs.Forbidden, err)
	_, denied := f.Push(f.ctx(), bob, path(t, "alice/lab/other"), "latest", bytes.NewReader(image(t, "amd64", 2)))
	if want := strings.ReplaceAll(errs.Message(denied), "alice/lab", "lab"); errs.Message(err) != want {
		t.Errorf("hidden %q, not to be created %q", errs.Message(err), want)
	}
}

func TestSameImageHasTheSameManifestByEveryWay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	content := image(t, "amd64", 1)
	inOneGo, err := f.Push(f.ctx(), alice, path(t, "lab/a"), "latest", bytes.NewReader(content))
	must(t, err)
	uploadBlob(f, alice, "lab/b", content)
	uploadBlob(f, alice, "lab/b", manifest.EmptyConfig)
	body := manifest.ForFile(digest.FromBytes(content), int64(len(content)))
	byParts, err := f.PutManifest(f.ctx(), alice, path(t, "lab/b"), tag("latest"), manifest.OCIManifest, body)
	must(t, err)
	if inOneGo.Digest != byParts.Digest || byParts.Content != inOneGo.Content || byParts.Kind != model.SIF {
		t.Errorf("%+v\n%+v", inOneGo, byParts)
	}
	if n := f.files(); n != 2 { // the image and the empty config
		t.Errorf("%d files for one content", n)
	}
}

// uploadBlob brings a blob in as an OCI client does.
func uploadBlob(f *fixture, actor model.Actor, name string, content []byte) digest.Digest {
	f.t.Helper()
	up, err := f.BeginUpload(f.ctx(), actor, path(f.t, name), registry.Announcement{})
	must(f.t, err)
	_, err = f.AppendUpload(f.ctx(), actor, path(f.t, name), up.ID, 0, bytes.NewReader(content))
	must(f.t, err)
	d := digest.FromBytes(content)
	err = f.FinishUpload(f.ctx(), actor, path(f.t, name), up.ID, d)
	must(f.t, err)
	return d
}

func TestOneTagNamesOneImagePerArchitecture(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	amd := f.push(alice, "lab/hello", "latest", "amd64", 1)
	arm := f.push(alice, "lab/hello", "latest", "arm64", 2)
	for arch, want := range map[string]model.Image{"amd64": amd, "arm64": arm, "": amd} {
		got, err := f.find(alice, "lab/hello", "latest", arch)
		must(t, err)
		if got.Digest != want.Digest {
			t.Errorf("%q: got %s", arch, got.Arch)
		}
	}
	_, err := f.find(alice, "lab/hello", "latest", "s390x")
	wants(t, errs.NotFound, err)

	m, err := f.Manifest(f.ctx(), alice, path(t, "lab/hello"), tag("latest"))
	must(t, err)
	var index v1.Index
	must(t, json.Unmarshal(m.Body, &index))
	if m.MediaType != manifest.OCIIndex || len(index.Manifests) != 2 {
		t.Fatalf("the tag reads %s", m.Body)
	}
	again, err := f.Manifest(f.ctx(), alice, path(t, "lab/hello"), byDigest(m.Digest))
	must(t, err)
	if diff := cmp.Diff(m, again); diff != "" {
		t.Errorf("the index by digest: %s", diff)
	}
	tags, _, err := f.Tags(f.ctx(), alice, path(t, "lab/hello"), model.Page{})
	must(t, err)
	if len(tags) != 1 || len(tags[0].Images) != 2 {
		t.Errorf("tags %+v", tags)
	}

	// One architecture goes: the other is the tag's only image, and no index is left.
	must(t, only(f.DeleteTag(f.ctx(), alice, path(t, "lab/hello"), "latest", "amd64")))
	m, err = f.Manifest(f.ctx(), alice, path(t, "lab/hello"), tag("latest"))
	must(t, err)
	if m.Digest != arm.Digest {
		t.Errorf("the tag names %s", m.Digest)
	}
}

func TestManifestMustNameBlobsOfItsContainer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	secret := f.push(alice, "lab/hello", "latest", "amd64", 1)
	uploadBlob(f, bob, "bobs/hello", manifest.EmptyConfig)
	// Bob knows the digest, but a digest is not a permission.
	body := manifest.ForFile(secret.Content, secret.Size)
	_, err := f.PutManifest(f.ctx(), bob, path(t, "bobs/hello"), tag("stolen"), manifest.OCIManifest, body)
	wants(t, errs.BlobUnknown, err)
	for _, at := range []string{"bobs/hello", "lab/hello"} {
		wants(t, errs.NotFound, only(f.blob(bob, at, secret.Content)))
	}
}

func TestRefusedPushLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	broken := errs.E("test", errs.Canceled, "The line was cut.")
	for name, c := range map[string]struct {
		body io.Reader
		want errs.Kind
	}{
		"not an image": {strings.NewReader("just a text"), errs.Invalid},
		"empty":        {strings.NewReader(""), errs.Invalid},
		"cut off":      {io.MultiReader(bytes.NewReader(image(t, "amd64", 1)[:3000]), failing{broken}), errs.Canceled},
	} {
		_, err := f.Push(f.ctx(), alice, path(t, "lab/hello"), "latest", c.body)
		if !errs.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := f.files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
	uploads, err := f.blobs.Uploads()
	must(t, err)
	if len(uploads) != 0 {
		t.Errorf("uploads are left: %v", uploads)
	}
	list, _, err := f.Collections(f.ctx(), alice, model.Page{})
	must(t, err)
	if len(list) != 0 {
		t.Errorf("collections are left: %v", list)
	}
}

type failing struct{ err error }

func (r failing) Read([]byte) (int, error) { return 0, r.err }

func TestUploadGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	content := bytes.Repeat([]byte("0123456789abcdef"), 20000)
	at := path(t, "lab/hello")
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
	must(t, err)
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, 0, io.MultiReader(bytes.NewReader(content[:123457]), failing{errors.New("reset")}))
	wants(t, errs.Canceled, err)
	up, err = f.Upload(f.ctx(), alice, at, up.ID)
	must(t, err)
	if up.Offset != 123457 {
		t.Fatalf("the upload stands at %d", up.Offset)
	}
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, 99, bytes.NewReader(content[99:]))
	wants(t, errs.RangeInvalid, err)
	_, err = f.Upload(f.ctx(), bob, at, up.ID)
	wants(t, errs.NotFound, err) // the collection does not exist yet, so bob might push there; but the upload is not his
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, up.Offset, bytes.NewReader(content[up.Offset:]))
	must(t, err)
	err = f.FinishUpload(f.ctx(), alice, at, up.ID, digest.FromBytes(content))
	must(t, err)
	_, err = f.Upload(f.ctx(), alice, at, up.ID)
	wants(t, errs.NotFound, err)
}

func TestLastBytesComeWithTheEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	content := bytes.Repeat([]byte("0123456789abcdef"), 20000)
	want := digest.FromBytes(content)
	at := path(t, "lab/hello")
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
	must(t, err)
	breaks := io.MultiReader(bytes.NewReader(content[:123457]), failing{errors.New("reset")})
	now, err := f.FinishUploadWith(f.ctx(), alice, at, up.ID, 0, breaks, want)
	wants(t, errs.Canceled, err)
	if now.Offset != 123457 {
		t.Fatalf("after the break the upload stands at %d", now.Offset)
	}
	now, err = f.FinishUploadWith(f.ctx(), alice, at, up.ID, 0, bytes.NewReader(content), want)
	wants(t, errs.RangeInvalid, err)
	_, err = f.FinishUploadWith(f.ctx(), alice, at, up.ID, now.Offset, bytes.NewReader(content[now.Offset:]), want)
	must(t, err)
	if size, err := f.blobs.Size(want); err != nil || size != int64(len(content)) {
		t.Errorf("kept were %d bytes, %v", size, err)
	}
	_, err = f.Upload(f.ctx(), alice, at, up.ID)
	wants(t, errs.NotFound, err)
}

func TestWrongDigestEndsTheUpload(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
	must(t, err)
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, -1, strings.NewReader("something"))
	must(t, err)
	err = f.FinishUpload(f.ctx(), alice, at, up.ID, digest.FromString("something else"))
	wants(t, errs.DigestInvalid, err)
	_, err = f.Upload(f.ctx(), alice, at, up.ID)
	wants(t, errs.NotFound, err)
	if uploads, err := f.blobs.Uploads(); err != nil || len(uploads) != 0 {
		t.Errorf("left: %v, %v", uploads, err)
	}
}

// hanging is the body of a request whose line has gone dead after some bytes.
type hanging struct {
	io.Reader
	waits, given chan struct{}
}

func newHanging(content []byte) *hanging {
	return &hanging{bytes.NewReader(content), make(chan struct{}), make(chan struct{})}
}

func (h *hanging) Interrupt() { close(h.given) }

func (h *hanging) Read(p []byte) (int, error) {
	if n, err := h.Reader.Read(p); err == nil {
		return n, nil
	}
	close(h.waits)
	<-h.given
	return 0, errors.New("interrupted")
}

func TestUploadIsTakenOverFromADeadLine(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	content := bytes.Repeat([]byte("0123456789abcdef"), 20000)
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
	must(t, err)
	dead := newHanging(content[:100_000])
	gone := make(chan error)
	go func() {
		_, err := f.AppendUpload(f.ctx(), alice, at, up.ID, 0, dead)
		gone <- err
	}()
	<-dead.waits
	// The client believes what it was last told; it is told better, and goes on.
	now, err := f.AppendUpload(f.ctx(), alice, at, up.ID, 0, bytes.NewReader(content))
	wants(t, errs.RangeInvalid, err)
	if now.Offset != 100_000 {
		t.Errorf("the upload stands at %d", now.Offset)
	}
	wants(t, errs.Canceled, <-gone)
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, now.Offset, bytes.NewReader(content[now.Offset:]))
	must(t, err)
	err = f.FinishUpload(f.ctx(), alice, at, up.ID, digest.FromBytes(content))
	must(t, err)
}

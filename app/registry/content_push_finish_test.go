package registry_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// send begins an upload and sends a content in two parts.
func (f *fixture) send(actor model.Actor, name string, content []byte) registry.Upload {
	f.t.Helper()
	p := path(f.t, name)
	u, err := f.BeginUpload(f.ctx(), actor, p, registry.Announcement{})
	must(f.t, err)
	half := len(content) / 2
	u, err = f.AppendUpload(f.ctx(), actor, p, u.ID, 0, bytes.NewReader(content[:half]))
	must(f.t, err)
	u, err = f.AppendUpload(f.ctx(), actor, p, u.ID, int64(half), bytes.NewReader(content[half:]))
	must(f.t, err)
	return u
}

func TestFinishedPushHasTheDigestOfWhatCame(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	content := image(t, "amd64", 1)
	u := f.send(alice, "lab/hello", content)
	pushed, err := f.FinishPush(f.ctx(), alice, path(t, "lab/hello"), u.ID, int64(len(content)), "latest")
	must(t, err)
	inOneGo := f.push(alice, "lab/other", "latest", "amd64", 1)
	if pushed.Content != digest.FromBytes(content) || pushed.Digest != inOneGo.Digest {
		t.Errorf("pushed %s with the manifest %s, want %s with %s", pushed.Content, pushed.Digest, inOneGo.Content, inOneGo.Digest)
	}
	_, err = f.find(alice, "lab/hello", "latest", "")
	must(t, err)
	_, err = f.FinishPush(f.ctx(), alice, path(t, "lab/hello"), u.ID, int64(len(content)), "latest")
	wants(t, errs.NotFound, err)
}

func TestFinishedPushOfNoImageKeepsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	content := []byte(strings.Repeat("no image at all\n", 100))
	u := f.send(alice, "lab/hello", content)
	_, err := f.FinishPush(f.ctx(), alice, path(t, "lab/hello"), u.ID, int64(len(content)), "latest")
	wants(t, errs.Invalid, err)
	_, err = f.Collection(f.ctx(), alice, path(t, "lab"))
	wants(t, errs.NotFound, err)
	_, err = f.Upload(f.ctx(), alice, path(t, "lab/hello"), u.ID)
	wants(t, errs.NotFound, err)
	if n := f.files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

// What can be mended without sending the bytes again leaves them where they are.
func TestRefusedFinishLeavesTheUpload(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "v1", "amd64", 1)
	must(t, f.FreezeTag(f.ctx(), alice, path(t, "lab/hello"), "v1", true))
	content := image(t, "amd64", 2)
	size := int64(len(content))
	u := f.send(alice, "lab/hello", content)
	_, err := f.FinishPush(f.ctx(), alice, path(t, "lab/hello"), u.ID, size, "v1")
	wants(t, errs.Frozen, err)
	_, err = f.FinishPush(f.ctx(), alice, path(t, "lab/hello"), u.ID, size+1, "v2")
	wants(t, errs.RangeInvalid, err)
	_, err = f.FinishPush(f.ctx(), bob, path(t, "lab/hello"), u.ID, size, "v2")
	wants(t, errs.Forbidden, err)
	_, err = f.FinishPush(f.ctx(), alice, path(t, "lab/hello"), u.ID, size, "v2")
	must(t, err)
}

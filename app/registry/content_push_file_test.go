package registry_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

func TestKeptFileIsTheImageThatAPushMakes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	file := image(t, "amd64", 1)
	content := digest.FromBytes(file)
	must(t, f.PutBlob(f.ctx(), alice, path(t, "alice/tools/x"), content, bytes.NewReader(file)))

	_, err := f.CreateFileImage(f.ctx(), bob, path(t, "bob/tools/x"), content, "")
	wants(t, errs.BlobUnknown, err)
	_, err = f.CreateFileImage(f.ctx(), bob, path(t, "alice/tools/x"), content, "")
	wants(t, errs.Forbidden, err)

	kept, err := f.CreateFileImage(f.ctx(), alice, path(t, "alice/tools/x"), content, "for samtools")
	must(t, err)
	pushed := f.push(alice, "alice/other/x", "1", "amd64", 1)
	if kept.Digest != pushed.Digest || kept.Content != content || kept.Kind != model.SIF || kept.Tag != "" {
		t.Errorf("kept %+v, pushed %+v", kept, pushed)
	}
	again, err := f.CreateFileImage(f.ctx(), alice, path(t, "alice/tools/x"), content, "something else")
	if must(t, err); again.Description != "for samtools" {
		t.Errorf("pushed again it is described as %q", again.Description)
	}
	_, err = f.CreateFileImage(f.ctx(), alice, path(t, "alice/tools/x"), content, strings.Repeat("x", 5000))
	wants(t, errs.TooLarge, err)
	must(t, only(f.SetTag(f.ctx(), alice, path(t, "alice/tools/x"), "1", byDigest(content))))
	if i, err := f.find(alice, "alice/tools/x", "1", "amd64"); err != nil || i.Digest != kept.Digest {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestFileThatIsNoImageIsNotKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	junk := []byte("#!/bin/sh\n")
	must(t, f.PutBlob(f.ctx(), alice, path(t, "alice/tools/x"), digest.FromBytes(junk), bytes.NewReader(junk)))
	_, err := f.CreateFileImage(f.ctx(), alice, path(t, "alice/tools/x"), digest.FromBytes(junk), "")
	wants(t, errs.Invalid, err)
}

func TestMayPushTellsNothingOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "alice/secret/x", "1", "amd64", 1)
	public := true
	f.push(alice, "alice/shown/x", "1", "amd64", 1)
	_, err := f.ChangeCollection(f.ctx(), alice, path(t, "alice/shown"), registry.CollectionChange{Public: &public})
	must(t, err)

	for _, name := range []ref.Collection{{Namespace: "alice", Name: "secret"}, {Namespace: "alice", Name: "novel"}, {Namespace: "library", Name: "novel"}} {
		must(t, f.AuthorizeCollectionPush(f.ctx(), alice, name))
		wants(t, errs.Unauthenticated, f.AuthorizeCollectionPush(f.ctx(), model.Anonymous, name))
	}
	for _, name := range []ref.Collection{{Namespace: "alice", Name: "secret"}, {Namespace: "alice", Name: "nothing"}, {Namespace: "nobody", Name: "tools"}} {
		err := f.AuthorizeCollectionPush(f.ctx(), bob, name)
		wants(t, errs.Forbidden, err)
		if want := "You may not push to " + name.String() + ": it is not yours, and you may not create it."; errs.Message(err) != want {
			t.Errorf("%s: %s", name, errs.Message(err))
		}
	}
	wants(t, errs.Forbidden, f.AuthorizeCollectionPush(f.ctx(), bob, ref.Collection{Namespace: "alice", Name: "shown"}))
}

func TestUsageCountsEachBlobOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	i := f.push(alice, "alice/tools/x", "1", "amd64", 1)
	f.push(alice, "alice/tools/y", "1", "amd64", 1)
	f.push(alice, "alice/other/z", "1", "amd64", 2)
	used, err := f.Usage(f.ctx(), alice, path(t, "alice/tools"))
	must(t, err)
	if used.Used < i.Size || used.Used-used.Metadata > i.Size+i.Size/2 { // what is known of the file counts with it
		t.Errorf("%+v, for two images of %d bytes that are the same", used, i.Size)
	}
	_, err = f.Usage(f.ctx(), f.user("bob"), path(t, "alice/tools"))
	wants(t, errs.NotFound, err)
}

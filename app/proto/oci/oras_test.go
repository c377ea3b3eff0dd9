package oci_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/memory"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

// orasRepository is a repository as oras and Apptainer's oras:// see it; an empty name is
// nobody in particular.
func (s site) orasRepository(t *testing.T, repository, name, password string) *remote.Repository {
	t.Helper()
	r, err := remote.NewRepository(strings.TrimPrefix(s.URL, "http://") + "/" + repository)
	if err != nil {
		t.Fatal(err)
	}
	r.PlainHTTP = true
	client := &auth.Client{Cache: auth.NewCache()}
	if name != "" {
		client.Credential = auth.StaticCredential(r.Reference.Registry, auth.Credential{Username: name, Password: password})
	}
	r.Client = client
	return r
}

func TestOrasPushesAnImageFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	file := siftest.SIF(t, siftest.Options{})
	local := memory.New()
	layer := v1.Descriptor{MediaType: manifest.SIFLayer, Digest: digest.FromBytes(file), Size: int64(len(file)),
		Annotations: map[string]string{v1.AnnotationTitle: "hello.sif"}}
	if err := local.Push(t.Context(), layer, bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	packed, err := oras.PackManifest(t.Context(), local, oras.PackManifestVersion1_1, manifest.SIFConfig, oras.PackManifestOptions{Layers: []v1.Descriptor{layer}})
	if err != nil {
		t.Fatal(err)
	}
	if err := local.Tag(t.Context(), packed, "v1"); err != nil {
		t.Fatal(err)
	}
	remote := s.orasRepository(t, "lab/hello", "ann", s.Token(t, ann))
	if _, err := oras.Copy(t.Context(), local, "v1", remote, "v1", oras.DefaultCopyOptions); err != nil {
		t.Fatal(err)
	}
	s.Publish(t, ann, "lab")
	back := memory.New()
	got, err := oras.Copy(t.Context(), s.orasRepository(t, "lab/hello", "", ""), "v1", back, "v1", oras.DefaultCopyOptions)
	if err != nil || got.Digest != packed.Digest {
		t.Fatalf("pulled %s, %v", got.Digest, err)
	}
	content, err := back.Fetch(t.Context(), layer)
	if err != nil {
		t.Fatal(err)
	}
	if read, err := io.ReadAll(content); err != nil || !bytes.Equal(read, file) {
		t.Errorf("another file came back: %v", err)
	}
}

// TestOrasAttachesAndCopies attaches to an image, and to that in turn, discovers both, and
// takes all of it to another repository, and deletes it there.
func TestOrasAttachesAndCopies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	s.pushSIF(t, "Bearer "+s.Token(t, ann), "lab/hello", "v1", siftest.Options{})
	from := s.orasRepository(t, "lab/hello", "ann", doortest.Password)
	subject, err := from.Resolve(t.Context(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	attach := func(artifactType string, to v1.Descriptor) v1.Descriptor {
		t.Helper()
		d, err := oras.PackManifest(t.Context(), from, oras.PackManifestVersion1_1, artifactType, oras.PackManifestOptions{Subject: &to})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	sbom := attach("example/sbom", subject)
	attach("example/signature", sbom)
	attach("example/signature", subject)
	to := s.orasRepository(t, "ann/copy", "ann", doortest.Password)
	if _, err := oras.ExtendedCopy(t.Context(), from, "v1", to, "v2", oras.DefaultExtendedCopyOptions); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		of           v1.Descriptor
		artifactType string
		want         []string
	}{
		{subject, "", []string{"example/sbom", "example/signature"}}, {subject, "example/signature", []string{"example/signature"}},
		{sbom, "", []string{"example/signature"}}, {subject, "example/none", nil},
	} {
		for _, r := range []*remote.Repository{from, to} {
			if diff := cmp.Diff(test.want, discover(t, r, test.of, test.artifactType)); diff != "" {
				t.Errorf("%s of %s %q (-want +got):\n%s", r.Reference, test.of.MediaType, test.artifactType, diff)
			}
		}
	}
	if err := to.Delete(t.Context(), subject); err != nil {
		t.Fatal(err)
	}
	if left := discover(t, to, subject, ""); left != nil {
		t.Errorf("after the subject was deleted: %v", left)
	}
	if _, err := to.Resolve(t.Context(), "v2"); err == nil {
		t.Error("the deleted image has its tag still")
	}
}

func discover(t *testing.T, r *remote.Repository, of v1.Descriptor, artifactType string) (types []string) {
	t.Helper()
	err := r.Referrers(t.Context(), of, artifactType, func(page []v1.Descriptor) error {
		for _, d := range page {
			types = append(types, d.ArtifactType)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(types)
	return types
}

func TestOrasLogin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	host := strings.TrimPrefix(s.URL, "http://")
	for _, test := range []struct {
		name, password string
		ok             bool
	}{{"ann", doortest.Password, true}, {"ann", s.Token(t, ann), true}, {"token", s.Token(t, ann), true}, {"ann", "wrong", false}} {
		r, err := remote.NewRegistry(host)
		if err != nil {
			t.Fatal(err)
		}
		r.PlainHTTP = true
		err = credentials.Login(t.Context(), credentials.NewMemoryStore(), r, auth.Credential{Username: test.name, Password: test.password})
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestOrasListsRepositoriesAndTags(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	body := s.pushSIF(t, "Bearer "+s.Token(t, ann), "lab/hello", "v1", siftest.Options{})
	want(t, s.put(t, basic("ann", doortest.Password), "lab/hello", "v2", body), 201)
	r, err := remote.NewRegistry(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	repository := s.orasRepository(t, "lab/hello", "ann", doortest.Password)
	r.PlainHTTP, r.Client, r.RepositoryListPageSize, repository.TagListPageSize = true, repository.Client, 1, 1
	var names, tags []string
	collect := func(into *[]string) func([]string) error {
		return func(page []string) error { *into = append(*into, page...); return nil }
	}
	if err := r.Repositories(t.Context(), "", collect(&names)); err != nil {
		t.Error(err)
	}
	if err := repository.Tags(t.Context(), "", collect(&tags)); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([][]string{{"lab/hello"}, {"v1", "v2"}}, [][]string{names, tags}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOrasMounts takes a blob over from another repository without sending it.
func TestOrasMounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	content := noise(1000)
	d := v1.Descriptor{MediaType: "application/octet-stream", Digest: s.upload(t, "Bearer "+s.Token(t, ann), "lab/hello", content), Size: 1000}
	to := s.orasRepository(t, "lab/other", "ann", doortest.Password)
	err := to.Mount(t.Context(), d, "lab/hello", func() (io.ReadCloser, error) {
		t.Error("the blob is sent")
		return nil, context.Canceled
	})
	if err != nil {
		t.Fatal(err)
	}
	if there, err := to.Exists(t.Context(), d); err != nil || !there {
		t.Errorf("the blob is not there: %v", err)
	}
}

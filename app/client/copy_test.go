package client_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	foreign "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/opencontainers/go-digest"
	"oras.land/oras-go/v2"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	orasremote "oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"sregistry/app/client"
	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/proto/oci"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// newRegistry runs one of ours with the user ann, who may see to lab.
func newRegistry(t *testing.T) (*doortest.Site, client.Login) {
	t.Helper()
	s := doortest.New(t)
	s.Mount(oci.Errors, oci.Routes(oci.Settings{Registry: s.Registry, Identity: s.Identity, Limits: httpx.NewLimits(httpx.Rate{}, httpx.Rate{})}))
	return s, client.Login{Username: "ann", Password: s.Token(t, s.User(t, "ann"))}
}

// newForeign runs somebody else's.
func newForeign(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(foreign.New(foreign.WithReferrersSupport(true), foreign.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(s.Close)
	return s.URL
}

func open(t *testing.T, p client.Place) *orasremote.Repository {
	t.Helper()
	host := strings.TrimPrefix(p.Base, "http://")
	r, err := orasremote.NewRepository(host + "/" + p.Path.String())
	if err != nil {
		t.Fatal(err)
	}
	r.PlainHTTP = true
	r.Client = &auth.Client{Cache: auth.NewCache(), Credential: auth.StaticCredential(host, auth.Credential{Username: p.Login.Username, Password: p.Login.Password})}
	return r
}

// attach pushes something that refers to a manifest.
func attach(t *testing.T, p client.Place, to v1.Descriptor, artifactType string) v1.Descriptor {
	t.Helper()
	d, err := oras.PackManifest(t.Context(), open(t, p), oras.PackManifestVersion1_1, artifactType, oras.PackManifestOptions{Subject: &to})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func referrers(t *testing.T, p client.Place, of v1.Descriptor) (digests []digest.Digest) {
	t.Helper()
	err := open(t, p).Referrers(t.Context(), of, "", func(page []v1.Descriptor) error {
		for _, d := range page {
			digests = append(digests, d.Digest)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return digests
}

// TestCopyTakesAllThatRefersToAnImageAlong takes one through every kind of registry.
func TestCopyTakesAllThatRefersToAnImageAlong(t *testing.T) {
	t.Parallel()
	one, login := newRegistry(t)
	two, otherLogin := newRegistry(t)
	image := one.Push(t, userOf(t, one, login), "lab/hello", "v1", siftest.Options{})
	places := []client.Place{
		{Base: one.URL, Path: mustPath(t, "lab/hello"), Login: login},
		{Base: newForeign(t), Path: mustPath(t, "some/where")},
		{Base: two.URL, Path: mustPath(t, "ann/tools/hello"), Login: otherLogin},
		{Base: two.URL, Path: mustPath(t, "lab/again"), Login: otherLogin},
	}
	subject, err := open(t, places[0]).Resolve(t.Context(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	sbom := attach(t, places[0], subject, "example/sbom")
	signature := attach(t, places[0], sbom, "example/signature")
	for i := 1; i < len(places); i++ {
		ways := map[client.How]int{}
		request := client.CopyRequest{From: places[i-1], To: places[i], Reference: ref.Reference{Tag: "v1"},
			Report: func(p client.Piece) { ways[p.How]++ }}
		d, err := client.Copy(t.Context(), request)
		if err != nil || d != image.Digest {
			t.Fatalf("to %s: %s, %v", places[i].Base, d, err)
		}
		for of, want := range map[*v1.Descriptor]digest.Digest{&subject: sbom.Digest, &sbom: signature.Digest} {
			if diff := cmp.Diff([]digest.Digest{want}, referrers(t, places[i], *of)); diff != "" {
				t.Errorf("at %s (-want +got):\n%s", places[i].Base, diff)
			}
		}
		// Three manifests; the file, its config, and the empty blob, which here is the same.
		if ways[client.Sent]+ways[client.Mounted] < 5 || (i == 3) != (ways[client.Mounted] > 0) {
			t.Errorf("to %s: %v", places[i].Path, ways)
		}
		clear(ways)
		if _, err := client.Copy(t.Context(), request); err != nil || ways[client.Sent] != 0 || ways[client.Mounted] != 0 {
			t.Errorf("once more: %v, %v", ways, err)
		}
	}
	got, err := two.Registry.Image(t.Context(), userOf(t, two, otherLogin), mustPath(t, "lab/again"), ref.Reference{Tag: "v1"}, "")
	if err != nil || got.Content != image.Content {
		t.Errorf("at the end there is %s, %v", got.Content, err)
	}
}

// TestCopyOfAnIndex takes an index with its images along, and what refers to one of them.
func TestCopyOfAnIndex(t *testing.T) {
	t.Parallel()
	s, login := newRegistry(t)
	from, to := client.Place{Base: newForeign(t), Path: mustPath(t, "some/app")}, client.Place{Base: s.URL, Path: mustPath(t, "lab/app"), Login: login}
	index, err := random.Index(1000, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(strings.TrimPrefix(from.Base, "http://")+"/some/app:v1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(tag, index, remote.WithTransport(http.DefaultTransport)); err != nil {
		t.Fatal(err)
	}
	list, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	member := v1.Descriptor{MediaType: string(list.Manifests[0].MediaType), Digest: digest.Digest(list.Manifests[0].Digest.String()), Size: list.Manifests[0].Size}
	signature := attach(t, from, member, "example/signature")
	if _, err := client.Copy(t.Context(), client.CopyRequest{From: from, To: to, Reference: ref.Reference{Tag: "v1"}, Tag: "v2"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]digest.Digest{signature.Digest}, referrers(t, to, member)); diff != "" {
		t.Errorf("of a member (-want +got):\n%s", diff)
	}
	s.Publish(t, userOf(t, s, login), "lab")
	there, err := name.NewTag(strings.TrimPrefix(s.URL, "http://")+"/lab/app:v2", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	got, err := remote.Index(there, remote.WithTransport(http.DefaultTransport))
	if err == nil {
		err = validate.Index(got)
	}
	if err != nil {
		t.Error(err)
	}
	want, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if d, err := got.Digest(); err != nil || d != want {
		t.Errorf("the index is now %s, %v", d, err)
	}
}

func TestCopyFailsInASentence(t *testing.T) {
	t.Parallel()
	s, login := newRegistry(t)
	s.Push(t, userOf(t, s, login), "secret/hello", "v1", siftest.Options{})
	s.User(t, "bob")
	own := client.Place{Base: s.URL, Path: mustPath(t, "secret/hello"), Login: login}
	gone := httptest.NewServer(nil)
	gone.Close()
	for what, test := range map[string]struct {
		from, to client.Place
		tag      string
		kind     errs.Kind
	}{
		"no such tag":      {own, client.Place{Base: s.URL, Path: mustPath(t, "lab/x"), Login: login}, "v9", errs.NotFound},
		"hidden":           {client.Place{Base: s.URL, Path: own.Path}, own, "v1", errs.Unauthenticated},
		"a wrong password": {client.Place{Base: s.URL, Path: own.Path, Login: client.Login{Username: "ann", Password: "x"}}, own, "v1", errs.Unauthenticated},
		"not to be written": {own, client.Place{Base: s.URL, Path: mustPath(t, "secret/copy"),
			Login: client.Login{Username: "bob", Password: doortest.Password}}, "v1", errs.Forbidden},
		"nobody there": {client.Place{Base: gone.URL, Path: own.Path}, own, "v1", errs.Unavailable},
		"below a path": {client.Place{Base: s.URL + "/x", Path: own.Path}, own, "v1", errs.Unsupported},
	} {
		_, err := client.Copy(t.Context(), client.CopyRequest{From: test.from, To: test.to, Reference: ref.Reference{Tag: test.tag}})
		if errs.KindOf(err) != test.kind || errs.Message(err) == "" {
			t.Errorf("%s: %v, %v", what, errs.KindOf(err), err)
		}
	}
}

func TestCopyTags(t *testing.T) {
	t.Parallel()
	s, login := newRegistry(t)
	for _, tag := range []string{"v1", "v2"} {
		s.Push(t, userOf(t, s, login), "lab/hello", tag, siftest.Options{})
	}
	tags, err := client.CopyTags(t.Context(), client.CopyRequest{From: client.Place{Base: s.URL, Path: mustPath(t, "lab/hello"), Login: login}})
	if diff := cmp.Diff([]string{"v1", "v2"}, tags); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestDockerLogin(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "config.json")
	if got, err := client.DockerLogin(t.Context(), file, false, "x.example"); err != nil || got != (client.Login{}) {
		t.Errorf("without a file: %v, %v", got, err)
	}
	text := `{"auths":{"x.example:5000":{"auth":"YW5uOnNlY3JldA=="},"y.example":{"auth":"YW5uOg==","identitytoken":"t"}}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]client.Login{"x.example:5000": {Username: "ann", Password: "secret"}, "x.example": {}, "y.example": {Username: "ann", Refresh: "t"}} {
		if got, err := client.DockerLogin(t.Context(), file, false, host); err != nil || got != want {
			t.Errorf("%s: %v, %v", host, got, err)
		}
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, []byte(text)) {
		t.Errorf("the file was written: %s, %v", now, err)
	}
	if err := os.Chmod(file, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DockerLogin(t.Context(), file, false, "y.example"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("of a file that all may write to: %v", err)
	}
	if _, err := client.DockerLogin(t.Context(), file, true, "y.example"); err != nil {
		t.Errorf("of one that the user has named: %v", err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DockerLogin(t.Context(), file, false, "x.example"); !errs.Is(err, errs.Invalid) {
		t.Errorf("of a broken file: %v", err)
	}
}

// userOf is the user of a login.
func userOf(t *testing.T, s *doortest.Site, login client.Login) model.Actor {
	t.Helper()
	actor, err := s.Identity.Basic(t.Context(), "", login.Username, login.Password)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

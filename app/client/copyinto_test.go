package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	"sregistry/app/client"
	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/proto/hub"
	"sregistry/app/proto/library"
	"sregistry/app/proto/link"
	"sregistry/app/ref"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// newOld runs one of our registries behind a proxy that knows no OCI, so that it looks like
// a library and a hub of somebody else's; without parts, files come in one piece.
func newOld(t *testing.T, parts bool) (*doortest.Site, client.Place) {
	t.Helper()
	s := doortest.New(t)
	behind, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(behind)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := strings.HasPrefix(r.URL.Path, "/v2/imagefile/") || strings.HasPrefix(r.URL.Path, "/v2/tags/")
		if strings.HasPrefix(r.URL.Path, "/v2/") && !own || !parts && strings.HasSuffix(r.URL.Path, "/_multipart") {
			http.NotFound(w, r)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	address, err := url.Parse(front.URL)
	if err != nil {
		t.Fatal(err)
	}
	limits := httpx.NewLimits(httpx.Rate{}, httpx.Rate{})
	l := library.Settings{Registry: s.Registry, Identity: s.Identity, Limits: limits, Version: "1", Address: httpx.Address{Public: address}}
	s.Mount(library.Errors, library.Routes(l), library.Authenticate(s.Identity, limits))
	s.Mount(library.Errors, library.Open(l))
	s.Mount(hub.Errors, hub.Routes(hub.Settings{Registry: s.Registry, Identity: s.Identity, Limits: limits, Address: httpx.Address{Public: address}, Now: time.Now}))
	s.Mount(link.Errors, link.Routes(link.Settings{Registry: s.Registry, Identity: s.Identity, Limits: limits}))
	return s, client.Place{Base: front.URL, Login: client.Login{Username: "bob", Password: s.Token(t, s.User(t, "bob"))}}
}

func archOf(ctx context.Context, f io.ReaderAt, size int64) (string, error) {
	report, err := sif.Inspect(ctx, f, size)
	if err != nil {
		return "", err
	}
	return report.Arch, nil
}

func TestCopyIntoALibraryAndAHub(t *testing.T) {
	t.Parallel()
	from, login := newRegistry(t)
	ann := userOf(t, from, login)
	files := map[string][]byte{"amd64": siftest.SIF(t, siftest.Options{Arch: "amd64"}), "arm64": siftest.SIF(t, siftest.Options{Arch: "arm64", Payload: 65 << 20})}
	for _, file := range files {
		if _, err := from.Registry.Push(t.Context(), ann, mustPath(t, "lab/hello"), "v1", bytes.NewReader(file)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		scheme, arch string
		parts        bool
		want         []string
	}{
		{client.SchemeLibrary, "", true, []string{"amd64", "arm64"}},
		{client.SchemeLibrary, "arm64", false, []string{"arm64"}},
		{client.SchemeHub, "amd64", false, []string{"amd64"}},
	} {
		to, place := newOld(t, test.parts)
		place.Scheme, place.Path = test.scheme, mustPath(t, "bob/tools/hello")
		how := map[client.How]int{}
		request := client.CopyRequest{From: client.Place{Base: from.URL, Path: mustPath(t, "lab/hello"), Login: login}, To: place,
			Reference: ref.Reference{Tag: "v1"}, Arch: test.arch, ArchOf: archOf, Report: func(p client.Piece) { how[p.How]++ }}
		for range 2 {
			if _, err := client.Copy(t.Context(), request); err != nil {
				t.Fatalf("%s %s: %v", test.scheme, test.arch, err)
			}
		}
		if how[client.Sent] != len(test.want) || how[client.Present] != len(test.want) {
			t.Errorf("%s %s: pieces %v", test.scheme, test.arch, how)
		}
		for _, arch := range test.want {
			image, err := to.Registry.Image(t.Context(), userOf(t, to, place.Login), place.Path, ref.Reference{Tag: "v1"}, arch)
			if err != nil || image.Content != digest.FromBytes(files[arch]) {
				t.Errorf("%s: the image for %s is %v, %v", test.scheme, arch, image.Content, err)
			}
		}
		request.To.Login = client.Login{}
		request.Tag = "v2"
		if _, err := client.Copy(t.Context(), request); !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s, without a login: %v", test.scheme, err)
		}
	}
}

// What a hub or a library cannot keep is refused with the reason, before anything is sent.
func TestCopyIntoALibraryOrAHubRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	foreign := newForeign(t)
	layers, err := random.Image(1000, 2)
	if err != nil {
		t.Fatal(err)
	}
	at, err := name.NewTag(strings.TrimPrefix(foreign, "http://")+"/some/app:v1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(at, layers); err != nil {
		t.Fatal(err)
	}
	from, login := newRegistry(t)
	ann := userOf(t, from, login)
	for _, arch := range []string{"amd64", "arm64"} {
		if _, err := from.Registry.Push(t.Context(), ann, mustPath(t, "lab/hello"), "v1", bytes.NewReader(siftest.SIF(t, siftest.Options{Arch: arch}))); err != nil {
			t.Fatal(err)
		}
	}
	old, place := newOld(t, false)
	place.Path = mustPath(t, "bob/tools/hello")
	source := client.Place{Base: from.URL, Path: mustPath(t, "lab/hello"), Login: login}
	for _, test := range []struct {
		what, scheme string
		from         client.Place
		reference    ref.Reference
		path         string
		kind         errs.Kind
		words        string
	}{
		{"layers", client.SchemeLibrary, client.Place{Base: foreign, Path: mustPath(t, "some/app")}, ref.Reference{Tag: "v1"}, "bob/tools/hello", errs.Unsupported, "apptainer build --no-https x.sif docker://"},
		{"layers", client.SchemeHub, client.Place{Base: foreign, Path: mustPath(t, "some/app")}, ref.Reference{Tag: "v1"}, "bob/tools/hello", errs.Unsupported, "apptainer build --no-https x.sif docker://"},
		{"two architectures", client.SchemeHub, source, ref.Reference{Tag: "v1"}, "bob/tools/hello", errs.Unsupported, "--arch"},
		{"two parts", client.SchemeLibrary, source, ref.Reference{Tag: "v1"}, "bob/hello", errs.Invalid, "ENTITY/COLLECTION/CONTAINER"},
		{"no tag", client.SchemeLibrary, source, ref.Reference{Digest: digest.FromString("x")}, "bob/tools/hello", errs.Invalid, "tag"},
	} {
		place.Scheme, place.Path = test.scheme, mustPath(t, test.path)
		_, err := client.Copy(t.Context(), client.CopyRequest{From: test.from, To: place, Reference: test.reference, ArchOf: archOf})
		if !errs.Is(err, test.kind) || !strings.Contains(errs.Message(err), test.words) {
			t.Errorf("%s into %s: %v", test.what, test.scheme, err)
		}
	}
	if list, _, err := old.Registry.Tags(t.Context(), userOf(t, old, place.Login), mustPath(t, "bob/tools/hello"), model.Page{}); !errs.Is(err, errs.NotFound) {
		t.Errorf("something was kept: %v, %v", list, err)
	}
}

// A frozen tag of a hub is not taken for a copy that worked.
func TestCopyIntoAHubSaysWhatIsFrozen(t *testing.T) {
	t.Parallel()
	from, login := newRegistry(t)
	if _, err := from.Registry.Push(t.Context(), userOf(t, from, login), mustPath(t, "lab/hello"), "v1", bytes.NewReader(siftest.SIF(t, siftest.Options{Seed: 1, Payload: 1000}))); err != nil {
		t.Fatal(err)
	}
	old, place := newOld(t, false)
	bob := userOf(t, old, place.Login)
	place.Scheme, place.Path = client.SchemeHub, mustPath(t, "bob/hello")
	old.Push(t, bob, "bob/hello", "v1", siftest.Options{Seed: 2, Payload: 1000})
	if err := old.Registry.FreezeTag(t.Context(), bob, place.Path, "v1", true); err != nil {
		t.Fatal(err)
	}
	_, err := client.Copy(t.Context(), client.CopyRequest{From: client.Place{Base: from.URL, Path: mustPath(t, "lab/hello"), Login: login},
		To: place, Reference: ref.Reference{Tag: "v1"}, ArchOf: archOf})
	wantKind(t, err, errs.Frozen)
}

// A library that sends more than it said, and perhaps without an end, does not fill the disk.
func TestCopyTakesNoMoreThanWasAnnounced(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	lying := httptest.NewServer(mux)
	t.Cleanup(lying.Close)
	mux.HandleFunc("GET /v1/images/ann/tools/hello:v1", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"data":{"hash":%q,"size":1000}}`, ref.Dotted(digest.FromString("x")))
	})
	mux.HandleFunc("GET /v1/imagefile/ann/tools/hello:v1", func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, 1<<20))
	})
	_, place := newOld(t, false)
	place.Scheme, place.Path = client.SchemeLibrary, mustPath(t, "bob/tools/hello")
	_, err := client.Copy(t.Context(), client.CopyRequest{From: client.Place{Base: lying.URL, Scheme: client.SchemeLibrary, Path: mustPath(t, "ann/tools/hello")},
		To: place, Reference: ref.Reference{Tag: "v1"}, ArchOf: archOf})
	if !errs.Is(err, errs.DigestInvalid) || !strings.Contains(errs.Message(err), "1001 bytes") {
		t.Errorf("%v", err)
	}
}

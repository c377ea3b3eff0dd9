package oci_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

// TestHeadOfAListIsThatOfGet asks for the headers of every list.
func TestHeadOfAListIsThatOfGet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	d := digest.FromBytes(s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{}))
	s.pushSIF(t, auth, "lab/hello", "v2", siftest.Options{})
	for _, at := range []string{"/v2/", "/v2/_catalog", "/v2/lab/hello/tags/list?n=1", "/v2/lab/hello/referrers/" + string(d), "/v2/lab/none/tags/list"} {
		get := s.Do(t, "GET", at, nil, "Authorization", auth)
		head := s.Do(t, "HEAD", at, nil, "Authorization", auth)
		if head.Status != get.Status || head.Body != "" {
			t.Errorf("%s: %d and %d, with %q", at, get.Status, head.Status, head.Body)
		}
		for _, key := range []string{"Content-Type", "Link", "Docker-Distribution-Api-Version"} {
			if head.Header.Get(key) != get.Header.Get(key) {
				t.Errorf("%s: %s is %q and %q", at, key, get.Header.Get(key), head.Header.Get(key))
			}
		}
	}
	want(t, s.Do(t, "HEAD", "/v2/_catalog", nil), 401)
}

// TestAddressWithoutItsSlashLeadsThere asks as people write it.
func TestAddressWithoutItsSlashLeadsThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, method := range []string{"GET", "HEAD"} {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/v2?a=b", nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := stay.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != 301 || a.Header.Get("Location") != "/v2/?a=b" {
			t.Errorf("%s: %d, %q", method, a.StatusCode, a.Header.Get("Location"))
		}
	}
}

// TestRangeOfNothingIsAnError asks for parts of a blob that there are not.
func TestRangeOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	blob := "/v2/lab/hello/blobs/" + string(s.upload(t, auth, "lab/hello", noise(100)))
	for _, r := range []string{"bytes=100-", "bytes=-0", "bytes=-000", "bytes=-0,-0", "bytes=200-300", "bytes=x-y"} {
		a := s.Do(t, "GET", blob, nil, "Authorization", auth, "Range", r)
		want(t, a, 416, "RANGE_INVALID")
		if at := a.Header.Get("Content-Range"); r != "bytes=x-y" && at != "bytes */100" {
			t.Errorf("%s: %q", r, at)
		}
		want(t, s.Do(t, "HEAD", blob, nil, "Authorization", auth, "Range", r), 416)
	}
	for r, length := range map[string]int{"bytes=0-9": 10, "bytes=-5": 5, "bytes=-0,0-9": 10, "bytes=90-": 10, "bytes=-500": 100} {
		if a := s.Do(t, "GET", blob, nil, "Authorization", auth, "Range", r); a.Status != 206 || len(a.Body) != length {
			t.Errorf("%s: %d, %d bytes", r, a.Status, len(a.Body))
		}
	}
}

// TestWhatCanNeverBePushedIsDenied pushes to names that nobody can have. By other codes docker
// would try for a minute.
func TestWhatCanNeverBePushedIsDenied(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	for _, name := range []string{"login/x", "api/x", "tags/x", "search/deep/er", "bob/x/y/z"} {
		for _, way := range []string{"POST /v2/" + name + "/blobs/uploads/", "POST /v2/" + name + "/blobs/uploads/?digest=" + missing,
			"POST /v2/" + name + "/blobs/uploads/?mount=" + missing, "PUT /v2/" + name + "/manifests/v1"} {
			method, at, _ := strings.Cut(way, " ")
			a := s.Do(t, method, at, []byte("{}"), "Authorization", auth, "Content-Type", manifest.OCIManifest)
			if name == "bob/x/y/z" { // nobody's, and so a collection of the registry's
				continue
			}
			want(t, a, 403, "DENIED")
			if !strings.Contains(a.Body, "reserved") {
				t.Errorf("%s says %s", way, a.Body)
			}
		}
	}
}

// TestNamesOfAnyNumberOfParts are as long as clients can write them.
func TestNamesOfAnyNumberOfParts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	name := "lab" + strings.Repeat("/a", 120)
	body := s.pushSIF(t, auth, name, "v1", siftest.Options{})
	if a := s.Do(t, "GET", "/v2/"+name+"/manifests/v1", nil, "Authorization", auth); a.Status != 200 || a.Body != string(body) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.Do(t, "GET", "/v2/_catalog", nil, "Authorization", auth); !strings.Contains(a.Body, name) {
		t.Errorf("the catalog is %s", a.Body)
	}
}

// TestTagLikeADigestIsRefused, since other doors would take it for the digest.
func TestTagLikeADigestIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	own := digest.FromBytes(body)
	for _, tag := range []string{"sha256." + own.Encoded(), "sha256.x", "sha512." + own.Encoded(), "sha256." + digest.FromString("x").Encoded()} {
		want(t, s.put(t, auth, "lab/hello", tag, body), 400, "MANIFEST_INVALID")
		want(t, s.put(t, auth, "lab/hello", "v2?tag="+tag, body), 400, "MANIFEST_INVALID")
		want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+tag, nil, "Authorization", auth), 404, "MANIFEST_UNKNOWN")
	}
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/"+string(own), nil, "Authorization", auth), 200)
	if a := s.Do(t, "GET", "/v2/lab/hello/tags/list", nil, "Authorization", auth); !strings.Contains(a.Body, `"tags":["v1"]`) {
		t.Errorf("the tags are %s", a.Body)
	}
}

// TestSameManifestMayBePutUnderAFrozenTag, and another one not.
func TestSameManifestMayBePutUnderAFrozenTag(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth := "Bearer " + s.Token(t, ann)
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	other := s.pushSIF(t, auth, "lab/hello", "v2", siftest.Options{Payload: 10})
	if err := s.Registry.FreezeTag(t.Context(), ann, doortest.Path(t, "lab/hello"), "v1", true); err != nil {
		t.Fatal(err)
	}
	a := s.put(t, auth, "lab/hello", "v1", body)
	want(t, a, 201)
	if d := a.Header.Get("Docker-Content-Digest"); d != string(digest.FromBytes(body)) {
		t.Errorf("the digest is %s", d)
	}
	want(t, s.put(t, auth, "lab/hello", "v1", other), 409, "DENIED")
}

// TestLoginWithATokenAndAnyName is what recipes for CI do.
func TestLoginWithATokenAndAnyName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := s.Token(t, s.User(t, "ann"))
	for _, name := range []string{"ann", "token", "oauth2accesstoken", "$oauthtoken", "AWS", "00000000-0000-0000-0000-000000000000", ""} {
		want(t, s.Do(t, "GET", "/v2/", nil, "Authorization", basic(name, secret)), 200)
		want(t, s.Do(t, "GET", "/v2/_token?account="+name, nil, "Authorization", basic(name, secret)), 200)
		want(t, s.Do(t, "GET", "/v2/", nil, "Authorization", basic(name, secret+"x")), 401, "UNAUTHORIZED")
	}
}

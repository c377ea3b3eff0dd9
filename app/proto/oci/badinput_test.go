package oci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
)

// TestBadManifestsAreRefused sends manifests that can never be good, and finds nothing kept.
func TestBadManifestsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	config := fmt.Sprintf(`{"mediaType":"x/y","digest":%q,"size":2}`, s.upload(t, auth, "lab/hello", []byte("{}")))
	const docker1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
	for name, test := range map[string]struct {
		mediaType, body string
		status          int
		code            string
	}{
		"5 MiB":                    {manifest.OCIManifest, `{"schemaVersion":2,"config":` + config + `,"layers":[],"annotations":{"x":"` + strings.Repeat("x", 5<<20) + `"}}`, 413, "SIZE_INVALID"},
		"nested without end":       {manifest.OCIManifest, strings.Repeat(`{"config":`, 100_000), 400, "MANIFEST_INVALID"},
		"nested and closed":        {manifest.OCIManifest, `{"schemaVersion":2,"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}", 400, "MANIFEST_INVALID"},
		"schema 1":                 {docker1, `{"schemaVersion":1,"name":"x","fsLayers":[{"blobSum":"sha256:x"}]}`, 400, "MANIFEST_INVALID"},
		"a blob that is not there": {manifest.OCIManifest, fmt.Sprintf(`{"schemaVersion":2,"config":%s,"layers":[{"mediaType":"x/y","digest":%q,"size":1}]}`, config, missing), 404, "MANIFEST_BLOB_UNKNOWN"},
		"a digest that is none":    {manifest.OCIManifest, `{"schemaVersion":2,"config":` + config + `,"layers":[{"digest":"../../etc/passwd","size":1}]}`, 400, "MANIFEST_INVALID"},
		"an algorithm that is not": {manifest.OCIManifest, `{"schemaVersion":2,"config":` + config + `,"layers":[{"digest":"md5:d41d8cd98f00b204e9800998ecf8427e","size":1}]}`, 400, "MANIFEST_INVALID"},
		"a subject that is none":   {manifest.OCIManifest, `{"schemaVersion":2,"config":` + config + `,"layers":[],"subject":{"digest":"x"}}`, 400, "MANIFEST_INVALID"},
		"an index as an image":     {manifest.OCIManifest, `{"schemaVersion":2,"manifests":[]}`, 400, "MANIFEST_INVALID"},
		"an image as an index":     {manifest.OCIIndex, `{"schemaVersion":2,"config":` + config + `,"layers":[]}`, 400, "MANIFEST_INVALID"},
		"another type inside":      {manifest.OCIManifest, `{"schemaVersion":2,"mediaType":"` + manifest.OCIIndex + `","manifests":[]}`, 400, "MANIFEST_INVALID"},
		"a type without sense":     {"text/html; charset", `{"schemaVersion":2}`, 400, "MANIFEST_INVALID"},
		"negative":                 {manifest.OCIManifest, `{"schemaVersion":2,"config":` + config + `,"layers":[{"digest":"` + missing + `","size":-1}]}`, 400, "MANIFEST_INVALID"},
		"not an image file":        {manifest.OCIManifest, `{"schemaVersion":2,"config":` + config + `,"layers":[{"mediaType":"` + manifest.SIFLayer + `","digest":"` + string(digest.FromString("{}")) + `","size":2}]}`, 400, "MANIFEST_INVALID"},
		"no JSON":                  {manifest.OCIManifest, "\x00\xff", 400, "MANIFEST_INVALID"},
		"nothing":                  {manifest.OCIManifest, "", 400, "MANIFEST_INVALID"},
	} {
		d := string(digest.FromString(test.body))
		for _, reference := range []string{"v1", d, d + "?tag=v2"} {
			a := s.Do(t, "PUT", "/v2/lab/hello/manifests/"+reference, test.body, "Authorization", auth, "Content-Type", test.mediaType)
			if a.Status != test.status || codeOf(t, a) != test.code {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
		for _, reference := range []string{"v1", "v2", d} {
			if a := s.Do(t, "GET", "/v2/lab/hello/manifests/"+reference, nil, "Authorization", auth); a.Status != 404 {
				t.Errorf("%s: %s is kept", name, reference)
			}
		}
	}
	if a := s.Do(t, "GET", "/v2/lab/hello/tags/list", nil, "Authorization", auth); !strings.Contains(a.Body, `"tags":[]`) {
		t.Errorf("the tags are %s", a.Body)
	}
}

func TestBadTagParameters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	s.upload(t, auth, "lab/hello", []byte("{}"))
	body := referrer(t, "x/y", "", missing)
	for _, query := range []string{"tag=-x", "tag=", "tag=ok&tag=a/b", "tag=x" + strings.Repeat("&tag=x", 100)} {
		want(t, s.put(t, auth, "lab/hello", string(digest.FromBytes(body))+"?"+query, body), 400, "MANIFEST_INVALID")
	}
	a := s.put(t, auth, "lab/hello", string(digest.FromBytes(body))+"?tag=one&tag=two", body)
	want(t, a, 201)
	if got := strings.Join(a.Header.Values("OCI-Tag"), " "); got != "one two" {
		t.Errorf("the tags are %q", got)
	}
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/two", nil, "Authorization", auth), 200)
}

func TestBadRepositoryNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	for _, name := range []string{strings.Repeat("a/", 130) + "a", strings.Repeat("a", 300), "lab/Hello", "lab/../x", "lab//x", "_x/y", "lab/h%00i", "lab/%2e%2e/x"} {
		for _, ask := range []struct{ method, path string }{
			{"GET", "/manifests/v1"}, {"POST", "/blobs/uploads/"}, {"GET", "/tags/list"}, {"GET", "/referrers/" + missing}, {"DELETE", "/blobs/" + missing},
		} {
			a := s.Do(t, ask.method, "/v2/"+name+ask.path, nil, "Authorization", auth)
			if a.Status != 400 || codeOf(t, a) != "NAME_INVALID" {
				t.Errorf("%s %.40s%s: %d %s", ask.method, name, ask.path, a.Status, a.Body)
			}
		}
	}
}

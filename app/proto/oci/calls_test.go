package oci_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

// missing is the digest of nothing that is here.
const missing = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// TestCalls is the specification by example: one owner, one public repository lab/hello
// with the tags v1 and v2, one private one, secret/hello.
func TestCalls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth := "Bearer " + s.Token(t, ann)
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	want(t, s.put(t, auth, "lab/hello", "v2", body), 201)
	s.Publish(t, ann, "lab")
	s.pushSIF(t, auth, "secret/hello", "v1", siftest.Options{})
	d, config := string(digest.FromBytes(body)), string(digest.FromBytes(manifest.EmptyConfig))

	const upload = "/v2/lab/hello/blobs/uploads/"
	hello := string(digest.FromString("hello"))
	asManifest := []string{"Content-Type", manifest.OCIManifest}
	for _, test := range []struct {
		name, method, path string
		anonymous          bool
		header             []string
		send               string
		status             int
		code               string            // of an error
		want               map[string]string // headers; "" is one that must not be there
		body               string            // "" is not compared
	}{
		{name: "check", method: "GET", path: "/v2/", status: 200, body: "{}\n", want: map[string]string{"Docker-Distribution-Api-Version": "registry/2.0"}},
		{name: "check, nobody", method: "GET", path: "/v2/", anonymous: true, status: 401, code: "UNAUTHORIZED", want: map[string]string{
			"Www-Authenticate": `Bearer realm="` + s.URL + `/v2/_token",service="` + strings.TrimPrefix(s.URL, "http://") + `"`, "Docker-Distribution-Api-Version": "registry/2.0"}},
		{name: "check, podman's nobody", method: "GET", path: "/v2/", anonymous: true, header: []string{"Authorization", "Basic Og=="}, status: 401, code: "UNAUTHORIZED"},
		{name: "check, a wrong token", method: "GET", path: "/v2/", anonymous: true, header: []string{"Authorization", "Bearer nonsense"}, status: 401, code: "UNAUTHORIZED"},
		{name: "check, another scheme", method: "GET", path: "/v2/", anonymous: true, header: []string{"Authorization", "Digest x"}, status: 401, code: "UNAUTHORIZED"},

		{name: "manifest by tag", method: "GET", path: "/v2/lab/hello/manifests/v1", status: 200, body: string(body), want: map[string]string{
			"Content-Type": manifest.OCIManifest, "Docker-Content-Digest": d, "Etag": `"` + d + `"`}},
		{name: "manifest, nobody", method: "GET", path: "/v2/lab/hello/manifests/v1", anonymous: true, status: 200, body: string(body)},
		{name: "manifest, podman's nobody", method: "GET", path: "/v2/lab/hello/manifests/v1", anonymous: true, header: []string{"Authorization", "Basic Og=="}, status: 200},
		{name: "manifest by digest", method: "GET", path: "/v2/lab/hello/manifests/" + d, status: 200, body: string(body)},
		{name: "manifest, head", method: "HEAD", path: "/v2/lab/hello/manifests/v2", status: 200, want: map[string]string{
			"Content-Type": manifest.OCIManifest, "Docker-Content-Digest": d}},
		{name: "manifest, unchanged", method: "GET", path: "/v2/lab/hello/manifests/v1", header: []string{"If-None-Match", `"x", W/"` + d + `"`}, status: 304},
		{name: "manifest, changed", method: "GET", path: "/v2/lab/hello/manifests/v1", header: []string{"If-None-Match", `"x"`}, status: 200},
		{name: "manifest, no such tag", method: "GET", path: "/v2/lab/hello/manifests/v9", status: 404, code: "MANIFEST_UNKNOWN"},
		{name: "manifest, no such digest", method: "GET", path: "/v2/lab/hello/manifests/" + missing, status: 404, code: "MANIFEST_UNKNOWN"},
		{name: "manifest, no tag at all", method: "GET", path: "/v2/lab/hello/manifests/.INVALID", status: 404, code: "MANIFEST_UNKNOWN"},
		{name: "manifest, no such repository", method: "GET", path: "/v2/lab/nothing/manifests/v1", status: 404, code: "MANIFEST_UNKNOWN"},
		{name: "manifest, a bad name", method: "GET", path: "/v2/lab/HELLO/manifests/v1", status: 400, code: "NAME_INVALID"},
		{name: "manifest, the file's digest", method: "GET", path: "/v2/lab/hello/manifests/" + config, status: 404, code: "MANIFEST_UNKNOWN"},

		{name: "put, not JSON", method: "PUT", path: "/v2/lab/hello/manifests/v3", header: asManifest, send: "{", status: 400, code: "MANIFEST_INVALID"},
		{name: "put, a type unknown", method: "PUT", path: "/v2/lab/hello/manifests/v3", header: []string{"Content-Type", "text/plain"}, send: `{"schemaVersion":2}`, status: 400, code: "MANIFEST_INVALID"},
		{name: "put, another digest", method: "PUT", path: "/v2/lab/hello/manifests/" + missing, header: asManifest, send: string(body), status: 400, code: "DIGEST_INVALID"},
		{name: "put, a bad tag", method: "PUT", path: "/v2/lab/hello/manifests/-x", header: asManifest, send: string(body), status: 400, code: "MANIFEST_INVALID"},
		{name: "put, too large", method: "PUT", path: "/v2/lab/hello/manifests/v3", header: asManifest, send: strings.Repeat(" ", manifest.MaxSize+1), status: 413, code: "SIZE_INVALID"},
		{name: "put, blobs missing", method: "PUT", path: "/v2/lab/other/manifests/v1", header: asManifest, send: string(body), status: 404, code: "MANIFEST_BLOB_UNKNOWN"},
		{name: "put, nobody", method: "PUT", path: "/v2/lab/hello/manifests/v3", anonymous: true, header: asManifest, send: string(body), status: 401, code: "UNAUTHORIZED"},

		{name: "blob", method: "GET", path: "/v2/lab/hello/blobs/" + config, status: 200, body: "{}", want: map[string]string{
			"Content-Type": "application/octet-stream", "Docker-Content-Digest": config, "Content-Length": "2", "Accept-Ranges": "bytes"}},
		{name: "blob, head", method: "HEAD", path: "/v2/lab/hello/blobs/" + config, status: 200, want: map[string]string{
			"Docker-Content-Digest": config, "Content-Length": "2"}},
		{name: "blob, a part", method: "GET", path: "/v2/lab/hello/blobs/" + config, header: []string{"Range", "bytes=1-"}, status: 206, body: "}", want: map[string]string{"Content-Range": "bytes 1-1/2"}},
		{name: "blob, past its end", method: "GET", path: "/v2/lab/hello/blobs/" + config, header: []string{"Range", "bytes=7-"}, status: 416},
		{name: "blob, unknown", method: "GET", path: "/v2/lab/hello/blobs/" + missing, status: 404, code: "BLOB_UNKNOWN"},
		{name: "blob, a bad digest", method: "GET", path: "/v2/lab/hello/blobs/sha256:xyz", status: 400, code: "DIGEST_INVALID"},
		{name: "blob, delete one in use", method: "DELETE", path: "/v2/lab/hello/blobs/" + config, status: 409, code: "DENIED"},
		{name: "blob, delete an unknown one", method: "DELETE", path: "/v2/lab/hello/blobs/" + missing, status: 404, code: "BLOB_UNKNOWN"},
		{name: "blob, delete, nobody", method: "DELETE", path: "/v2/lab/hello/blobs/" + config, anonymous: true, status: 401, code: "UNAUTHORIZED"},

		{name: "begin", method: "POST", path: upload, status: 202, want: map[string]string{"Range": "0-0", "Oci-Chunk-Min-Length": ""}},
		{name: "begin, nobody", method: "POST", path: upload, anonymous: true, status: 401, code: "UNAUTHORIZED"},
		{name: "in one go", method: "POST", path: upload + "?digest=" + hello, send: "hello", status: 201, want: map[string]string{
			"Location": "/v2/lab/hello/blobs/" + hello, "Docker-Content-Digest": hello}},
		{name: "in one go, another digest", method: "POST", path: upload + "?digest=" + hello, send: "hullo", status: 400, code: "DIGEST_INVALID"},
		{name: "in one go, a bad digest", method: "POST", path: upload + "?digest=x", send: "hello", status: 400, code: "DIGEST_INVALID"},
		{name: "mount, own", method: "POST", path: "/v2/lab/new/blobs/uploads/?mount=" + config + "&from=secret/hello", status: 201, want: map[string]string{
			"Location": "/v2/lab/new/blobs/" + config, "Docker-Content-Digest": config}},
		{name: "mount, not there", method: "POST", path: upload + "?mount=" + missing + "&from=secret/hello", status: 202},
		{name: "mount, from nowhere", method: "POST", path: upload + "?mount=" + config + "&from=no/where", status: 202},
		{name: "mount, without from", method: "POST", path: "/v2/lab/newer/blobs/uploads/?mount=" + config, status: 201, want: map[string]string{
			"Location": "/v2/lab/newer/blobs/" + config, "Docker-Content-Digest": config}},
		{name: "mount, without from, not there", method: "POST", path: upload + "?mount=" + missing, status: 202},
		{name: "status, unknown", method: "GET", path: upload + "nothing", status: 404, code: "BLOB_UPLOAD_UNKNOWN"},
		{name: "append, unknown", method: "PATCH", path: upload + "nothing", send: "x", status: 404, code: "BLOB_UPLOAD_UNKNOWN"},
		{name: "finish, unknown", method: "PUT", path: upload + "nothing?digest=" + hello, status: 404, code: "BLOB_UPLOAD_UNKNOWN"},
		{name: "cancel, unknown", method: "DELETE", path: upload + "nothing", status: 404, code: "BLOB_UPLOAD_UNKNOWN"},

		{name: "tags", method: "GET", path: "/v2/lab/hello/tags/list", status: 200, body: `{"name":"lab/hello","tags":["v1","v2"]}` + "\n", want: map[string]string{"Link": ""}},
		{name: "tags, one", method: "GET", path: "/v2/lab/hello/tags/list?n=1", status: 200, body: `{"name":"lab/hello","tags":["v1"]}` + "\n", want: map[string]string{
			"Link": `</v2/lab/hello/tags/list?last=v1&n=1>; rel="next"`}},
		{name: "tags, the last", method: "GET", path: "/v2/lab/hello/tags/list?n=1&last=v1", status: 200, body: `{"name":"lab/hello","tags":["v2"]}` + "\n", want: map[string]string{"Link": ""}},
		{name: "tags, none wanted", method: "GET", path: "/v2/lab/hello/tags/list?n=0", status: 200, body: `{"name":"lab/hello","tags":[]}` + "\n", want: map[string]string{"Link": ""}},
		{name: "tags, no number", method: "GET", path: "/v2/lab/hello/tags/list?n=-1", status: 400, code: "PAGINATION_NUMBER_INVALID"},
		{name: "tags, no such repository", method: "GET", path: "/v2/lab/nothing/tags/list", status: 404, code: "NAME_UNKNOWN"},

		{name: "nothing", method: "GET", path: "/v2/lab/hello/nonsense", status: 404, code: "UNSUPPORTED"},
		{name: "another method", method: "PATCH", path: "/v2/lab/hello/manifests/v1", status: 405, code: "UNSUPPORTED", want: map[string]string{"Allow": "GET, HEAD, PUT, DELETE"}},
		{name: "delete, unknown", method: "DELETE", path: "/v2/lab/hello/manifests/v9", status: 404, code: "MANIFEST_UNKNOWN"},
		{name: "delete, nobody", method: "DELETE", path: "/v2/lab/hello/manifests/v1", anonymous: true, status: 401, code: "UNAUTHORIZED"},
		{name: "delete a tag", method: "DELETE", path: "/v2/lab/hello/manifests/v2", status: 202},
		{name: "the tag is gone", method: "GET", path: "/v2/lab/hello/manifests/v2", status: 404, code: "MANIFEST_UNKNOWN"},
		{name: "the image is not", method: "GET", path: "/v2/lab/hello/manifests/" + d, status: 200},
		{name: "delete an image", method: "DELETE", path: "/v2/lab/hello/manifests/" + d, status: 202},
		{name: "its tag is gone", method: "GET", path: "/v2/lab/hello/manifests/v1", status: 404, code: "MANIFEST_UNKNOWN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			header := test.header
			if !test.anonymous {
				header = append([]string{"Authorization", auth}, header...)
			}
			var send any
			if test.send != "" {
				send = test.send
			}
			a := s.Do(t, test.method, test.path, send, header...)
			if a.Status != test.status {
				t.Fatalf("the status is %d, not %d: %s", a.Status, test.status, a.Body)
			}
			if test.code != "" && codeOf(t, a) != test.code {
				t.Errorf("the code is %s, not %s: %s", codeOf(t, a), test.code, a.Body)
			}
			got := maps.Clone(test.want)
			for name := range got {
				got[name] = a.Header.Get(name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if test.body != "" && a.Body != test.body {
				t.Errorf("the body is %q, not %q", a.Body, test.body)
			}
		})
	}
}

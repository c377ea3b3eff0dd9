package hub_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/proto/link"
	"sregistry/app/sif/siftest"
)

// python are the headers of every request of the Python client, and helper those of the
// requests that it makes through its own helper; shub those of Apptainer's shub:// pulls.
const (
	python = "User-Agent: python-requests/2.32.3\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
	helper = python + "Content-Type: application/json\r\n"
	shub   = "User-Agent: Apptainer/1.6.0 (Linux amd64) Go/1.26.8\r\nAccept-Encoding: gzip\r\n"
)

func newReplay(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.Mount(link.Errors, link.Routes(link.Settings{Registry: f.Registry, Identity: f.Identity, Limits: httpx.NewLimits(plenty, plenty)}))
	return f
}

// raw sends a request as a client put it on the wire, on a connection of its own.
func (f *fixture) raw(t *testing.T, method, path, headers, body string) doortest.Answer {
	t.Helper()
	host := strings.TrimPrefix(f.URL, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if body != "" {
		headers += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	if _, err := io.WriteString(conn, method+" "+path+" HTTP/1.1\r\nHost: "+host+"\r\n"+headers+"\r\n"+body); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doortest.Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
}

func authorization(header string) string { return "Authorization: " + header + "\r\n" }

// path gives the path and query of an address, byte for byte.
func path(t *testing.T, address any) string {
	t.Helper()
	u, err := url.Parse(address.(string))
	if err != nil || u.Host == "" {
		t.Fatalf("%v is not an absolute address: %v", address, err)
	}
	return u.RequestURI()
}

// replayPush is the client's push, at the addresses that it uses with and without a host in
// the name of the image.
func (f *fixture) replayPush(t *testing.T, by doortest.HubClient, base, name, tag, file string) {
	t.Helper()
	now := f.clock.now()
	event := by.Sign(now, "push", "a", name, tag)
	a := f.raw(t, "POST", base+"/upload/chunked_upload", python+"Content-Type: application/json\r\n"+authorization(event),
		fmt.Sprintf(`{"collection": "a", "name": %q, "tag": %q}`, name, tag))
	cid := fmt.Sprint(want(t, a, http.StatusOK)["cid"])
	event = by.Sign(now, "upload", "a", name, tag)
	a = f.raw(t, "POST", "/upload", python+"Content-Type: "+doortest.HubFormType+"\r\n"+authorization(event),
		string(doortest.HubForm(event, cid, name, tag, []byte(file))))
	if got := want(t, a, http.StatusOK)["message"]; got != "Upload Complete" {
		t.Errorf("message %q", got)
	}
}

// replayDownload is how the client follows a manifest: HEAD, which must be 200 by itself,
// and GET, both without credentials.
func (f *fixture) replayDownload(t *testing.T, m map[string]any, file string) {
	t.Helper()
	at := path(t, m["image"])
	head := f.raw(t, "HEAD", at, python, "")
	got := f.raw(t, "GET", at, helper, "")
	if head.Status != http.StatusOK || got.Status != http.StatusOK || got.Body != file {
		t.Errorf("HEAD %d, GET %d with %d bytes", head.Status, got.Status, len(got.Body))
	}
	if length := fmt.Sprint(len(file)); head.Header.Get("Content-Length") != length || got.Header.Get("Content-Length") != length {
		t.Errorf("Content-Length %s by HEAD, %s by GET, of %s", head.Header.Get("Content-Length"), got.Header.Get("Content-Length"), length)
	}
	if got.Header.Get("Content-Encoding") != "" {
		t.Errorf("Content-Encoding %q", got.Header.Get("Content-Encoding"))
	}
	for _, key := range []string{"collection", "name", "tag"} { // the client stumbles without
		if m[key] == "" || m[key] == nil {
			t.Errorf("the manifest has no %s", key)
		}
	}
}

func TestReplayOfPushPullSearchDelete(t *testing.T) {
	t.Parallel()
	f := newReplay(t)
	vsoch, stranger := f.person(t, "vsoch"), f.person(t, "stranger")
	file := string(siftest.SIF(t, siftest.Options{Labels: map[string]string{"maintainer": "vanessasaur"}}))
	f.replayPush(t, vsoch.HubClient, "/api", "b", "latest", file)
	f.replayPush(t, vsoch.HubClient, "", "b", "second", file)

	// pull, private: 403 without credentials, then signed
	const at = "/api/container/a/b:latest"
	if a := f.raw(t, "GET", at, helper, ""); a.Status != http.StatusForbidden || object(t, a.Body)["detail"] != "Authentication Required" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	signed := helper + authorization(vsoch.Sign(f.clock.now(), "pull", "a", "b", "latest"))
	f.replayDownload(t, want(t, f.raw(t, "GET", at, signed, ""), http.StatusOK), file)
	wrong := helper + authorization(doortest.HubClient{User: "vsoch", Token: "0"}.Sign(f.clock.now(), "pull", "a", "b", "latest"))
	wantDetail(t, f.raw(t, "GET", at, wrong, ""), http.StatusForbidden)
	unknown := helper + authorization(stranger.Sign(f.clock.now(), "pull", "a", "b", "latest"))
	wantDetail(t, f.raw(t, "GET", at, unknown, ""), http.StatusNotFound)

	// pull, public
	f.Publish(t, vsoch.actor, "a")
	f.replayDownload(t, want(t, f.raw(t, "GET", at, helper, ""), http.StatusOK), file)

	// search
	all := want(t, f.raw(t, "GET", "/api/collections/", helper, ""), http.StatusOK)
	if all["next"] != nil || len(all["results"].([]any)) != 1 {
		t.Errorf("collections: %v", all)
	}
	one := want(t, f.raw(t, "GET", "/api/collection/a", helper, ""), http.StatusOK)
	if got := one["containers"].([]any)[0].(map[string]any)["uri"]; got != "a/b:latest" {
		t.Errorf("uri %v", got)
	}
	if none := want(t, f.raw(t, "GET", "/api/collection/nope", helper, ""), http.StatusOK); len(none) != 0 {
		t.Errorf("nope: %v", none)
	}
	found := list(t, f.raw(t, "GET", "/api/container/search/collection/a/name/b/tag/latest", helper, "").Body)
	if len(found) != 1 || found[0]["collection"] != "a" || found[0]["name"] != "b" || found[0]["tag"] != "latest" {
		t.Errorf("search: %v", found)
	}

	// labels
	labels := list(t, f.raw(t, "GET", "/api/labels/search/maintainer/key/vanessasaur/value", helper, "").Body)
	if len(labels) != 1 || fmt.Sprint(labels[0]["containers"]) != "[a/b:latest a/b:second]" {
		t.Errorf("labels: %v", labels)
	}

	// delete
	remove := helper + authorization(stranger.Sign(f.clock.now(), "delete", "a", "b", "latest"))
	wantDetail(t, f.raw(t, "DELETE", at, remove, ""), http.StatusForbidden)
	remove = helper + authorization(vsoch.Sign(f.clock.now(), "delete", "a", "b", "latest"))
	if a := f.raw(t, "DELETE", at, remove, ""); a.Status != http.StatusNoContent {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	wantDetail(t, f.raw(t, "DELETE", at, remove, ""), http.StatusNotFound)
	remove = helper + authorization(vsoch.Sign(f.clock.now(), "delete", "a", "b", "second"))
	if a := f.raw(t, "DELETE", "/container/a/b:second", remove, ""); a.Status != http.StatusNoContent {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// The cache of the shub clients is filed by "commit": the same for the same content,
// another for another, never empty, and fit to be a file's name.
func TestReplayOfShubPulls(t *testing.T) {
	t.Parallel()
	f := newReplay(t)
	alice := f.person(t, "alice")
	commits := map[string]bool{}
	for _, payload := range []int64{10, 20} {
		file := string(siftest.SIF(t, siftest.Options{Payload: payload}))
		f.replayPush(t, alice.HubClient, "/api", "b", "latest", file)
		f.Publish(t, alice.actor, "a")
		for range 2 {
			m := want(t, f.raw(t, "GET", "/api/container/a/b:latest", shub, ""), http.StatusOK)
			for _, key := range []string{"image", "name", "tag", "version", "commit"} {
				if text, ok := m[key].(string); !ok || text == "" {
					t.Errorf("%s is %v", key, m[key])
				}
			}
			commit := m["commit"].(string)
			if strings.ContainsAny(commit, "/ ") {
				t.Errorf("commit %q", commit)
			}
			commits[commit] = true
			if got := f.raw(t, "GET", path(t, m["image"]), shub, ""); got.Status != http.StatusOK || got.Body != file {
				t.Errorf("GET %d with %d bytes", got.Status, len(got.Body))
			}
			digest := strings.TrimPrefix(commit, "sha256.")[:40]
			if same := want(t, f.raw(t, "GET", "/api/container/a/b@"+digest, shub, ""), http.StatusOK); same["commit"] != commit {
				t.Errorf("@%s is %v", digest, same["commit"])
			}
		}
	}
	if len(commits) != 2 {
		t.Errorf("two contents have the commits %v", commits)
	}
	f.Push(t, alice.actor, "hidden/b", "latest", siftest.Options{})
	wantDetail(t, f.raw(t, "GET", "/api/container/hidden/b:latest", shub, ""), http.StatusForbidden)
}

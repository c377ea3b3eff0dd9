package oci_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
)

func TestUploadInChunks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	content := noise(3000)
	at := s.begin(t, auth, "lab/hello")

	for _, part := range []struct {
		from, to int // the end excluded
		stream   bool
	}{{0, 1000, false}, {1000, 1001, true}, {1001, 2500, false}} {
		header := []string{"Authorization", auth}
		var body io.Reader = bytes.NewReader(content[part.from:part.to])
		if part.stream {
			body = io.MultiReader(body) // hides its length: a body in HTTP's chunks
		} else {
			header = append(header, "Content-Range", fmt.Sprintf("%d-%d", part.from, part.to-1))
		}
		a := s.Do(t, "PATCH", at, body, header...)
		want(t, a, 202)
		at = a.Header.Get("Location")
		if got := a.Header.Get("Range"); got != fmt.Sprintf("0-%d", part.to-1) {
			t.Errorf("after byte %d the range is %s", part.to, got)
		}
		if a.Header.Get("Docker-Upload-Uuid") == "" || !strings.HasSuffix(at, a.Header.Get("Docker-Upload-Uuid")) {
			t.Errorf("the upload's id is %q at %s", a.Header.Get("Docker-Upload-Uuid"), at)
		}
	}
	d := digest.FromBytes(content)
	a := s.Do(t, "PUT", at+"?digest="+string(d), content[2500:], "Authorization", auth, "Content-Range", "2500-2999")
	want(t, a, 201)
	a = s.Do(t, "GET", a.Header.Get("Location"), nil, "Authorization", auth)
	want(t, a, 200)
	if a.Body != string(content) {
		t.Error("what came back is something else")
	}
	want(t, s.Do(t, "GET", at, nil, "Authorization", auth), 404, "BLOB_UPLOAD_UNKNOWN")
}

func TestUploadGoesOnAfterABrokenChunk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	content := noise(1 << 20)
	at := s.begin(t, auth, "lab/hello")

	const sent = 300_000
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Range: 0-%d\r\nContent-Length: %d\r\n\r\n",
		at, auth, len(content)-1, len(content))
	if _, err := conn.Write(content[:sent]); err != nil {
		t.Fatal(err)
	}
	conn.Close()

	stands := fmt.Sprintf("0-%d", sent-1)
	for { // the server notices in its own time; the test's deadline ends this
		a := s.Do(t, "GET", at, nil, "Authorization", auth)
		want(t, a, 204)
		if a.Header.Get("Range") == stands {
			break
		}
		time.Sleep(time.Millisecond)
	}
	a := s.Do(t, "PATCH", at, content[sent:], "Authorization", auth, "Content-Range", fmt.Sprintf("%d-%d", sent, len(content)-1))
	want(t, a, 202)
	want(t, s.Do(t, "PUT", at+"?digest="+string(digest.FromBytes(content)), nil, "Authorization", auth), 201)
}

func TestChunkOutOfOrderTellsWhereTheUploadStands(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	at := s.begin(t, auth, "lab/hello")
	want(t, s.Do(t, "PATCH", at, "hello", "Authorization", auth), 202)

	for _, test := range []struct {
		name, method, contentRange string
		status                     int
		code                       string
	}{
		{"a gap", "PATCH", "7-11", 416, "BLOB_UPLOAD_INVALID"},
		{"again", "PATCH", "0-4", 416, "BLOB_UPLOAD_INVALID"},
		{"a gap before the end", "PUT", "7-11", 416, "BLOB_UPLOAD_INVALID"},
		{"another size", "PATCH", "5-12", 400, "SIZE_INVALID"},
		{"backwards", "PATCH", "9-5", 400, "BLOB_UPLOAD_INVALID"},
		{"nonsense", "PATCH", "five to ten", 400, "BLOB_UPLOAD_INVALID"},
		{"beyond all numbers", "PATCH", "5-99999999999999999999", 400, "BLOB_UPLOAD_INVALID"},
	} {
		a := s.Do(t, test.method, at+"?digest="+string(digest.FromString("hello")), "world", "Authorization", auth, "Content-Range", test.contentRange)
		if a.Status != test.status || codeOf(t, a) != test.code {
			t.Errorf("%s: %d %s", test.name, a.Status, a.Body)
		}
		if a.Status == 416 && (a.Header.Get("Range") != "0-4" || a.Header.Get("Location") != at) {
			t.Errorf("%s: the upload stands at %q of %q", test.name, a.Header.Get("Range"), a.Header.Get("Location"))
		}
	}
	a := s.Do(t, "GET", at, nil, "Authorization", auth)
	want(t, a, 204)
	if a.Header.Get("Range") != "0-4" {
		t.Errorf("refused chunks have moved the upload to %s", a.Header.Get("Range"))
	}
}

func TestChunkWithoutLengthMustEndWhereItSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	at := s.begin(t, auth, "lab/hello")
	short := io.MultiReader(strings.NewReader("hel"))
	want(t, s.Do(t, "PATCH", at, short, "Authorization", auth, "Content-Range", "0-4"), 400, "SIZE_INVALID")
	long := io.MultiReader(strings.NewReader("lo and more"))
	a := s.Do(t, "PATCH", at, long, "Authorization", auth, "Content-Range", "3-4")
	want(t, a, 202)
	if a.Header.Get("Range") != "0-4" {
		t.Errorf("the upload stands at %s", a.Header.Get("Range"))
	}
	want(t, s.Do(t, "PUT", at+"?digest="+string(digest.FromString("hello")), nil, "Authorization", auth), 201)
}

func TestUploadWithAWrongDigestIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	at := s.begin(t, auth, "lab/hello")
	want(t, s.Do(t, "PUT", at, "hello", "Authorization", auth), 400, "DIGEST_INVALID") // none at all: nothing is lost
	want(t, s.Do(t, "PUT", at+"?digest="+missing, "hello", "Authorization", auth), 400, "DIGEST_INVALID")
	want(t, s.Do(t, "GET", at, nil, "Authorization", auth), 404, "BLOB_UPLOAD_UNKNOWN")
	want(t, s.Do(t, "GET", "/v2/lab/hello/blobs/"+string(digest.FromString("hello")), nil, "Authorization", auth), 404, "BLOB_UNKNOWN")
}

func TestCanceledUploadIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	at := s.begin(t, auth, "lab/hello")
	want(t, s.Do(t, "DELETE", at, nil, "Authorization", auth), 204)
	want(t, s.Do(t, "PATCH", at, "hello", "Authorization", auth), 404, "BLOB_UPLOAD_UNKNOWN")
}

func TestUploadWithSHA512(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	d := string(digest.SHA512.FromString("hello"))
	want(t, s.Do(t, "PUT", s.begin(t, auth, "lab/hello")+"?digest="+d, "hello", "Authorization", auth), 201)
	a := s.Do(t, "GET", "/v2/lab/hello/blobs/"+d, nil, "Authorization", auth)
	want(t, a, 200)
	if a.Body != "hello" {
		t.Errorf("what came back is %q", a.Body)
	}
}

func TestUploadIsOnlyItsBeginners(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann, bob := s.User(t, "ann"), s.User(t, "bob")
	annAuth, bobAuth := "Bearer "+s.Token(t, ann), "Bearer "+s.Token(t, bob)
	at := s.begin(t, annAuth, "lab/hello")
	want(t, s.Do(t, "PATCH", at, "hello", "Authorization", annAuth), 202)
	s.upload(t, annAuth, "lab/hello", []byte("{}")) // now the collection is there, and ann's
	s.SetRole(t, ann, "lab", "bob", model.Owner)
	d := "?digest=" + string(digest.FromString("hello"))
	for _, test := range []struct{ method, path, auth string }{
		{"GET", at, bobAuth}, {"PATCH", at, bobAuth}, {"PUT", at + d, bobAuth}, {"DELETE", at, bobAuth}, // an owner, but another
		{"GET", strings.Replace(at, "lab/hello", "lab/other", 1), annAuth}, // the beginner, but elsewhere
	} {
		want(t, s.Do(t, test.method, test.path, nil, "Authorization", test.auth), 404, "BLOB_UPLOAD_UNKNOWN")
	}
	want(t, s.Do(t, "PUT", at+d, nil, "Authorization", annAuth), 201)
}

func TestMountNeedsTheRightToRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	annAuth, bobAuth := "Bearer "+s.Token(t, ann), s.account(t, "bob")
	d := string(s.upload(t, annAuth, "secret/hello", noise(100)))
	mount := "/v2/bob/mine/blobs/uploads/?from=secret/hello&mount=" + d
	want(t, s.Do(t, "POST", mount, nil, "Authorization", bobAuth), 202)
	want(t, s.Do(t, "GET", "/v2/bob/mine/blobs/"+d, nil, "Authorization", bobAuth), 404, "BLOB_UNKNOWN")
	s.SetRole(t, ann, "secret", "bob", model.Contributor)
	want(t, s.Do(t, "POST", mount, nil, "Authorization", bobAuth), 201)
	want(t, s.Do(t, "GET", "/v2/bob/mine/blobs/"+d, nil, "Authorization", bobAuth), 200)
	want(t, s.Do(t, "POST", "/v2/ann/x/blobs/uploads/?from=secret/hello&mount="+d, nil, "Authorization", bobAuth), 403, "DENIED")
}

// Whoever may not push is told so before he sends, and cannot have the server hold
// manifests in its memory.
func TestManifestOfWhoMayNotPushIsNotRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann, bob := s.account(t, "ann"), s.account(t, "bob")
	s.upload(t, ann, "lab/hello", []byte("{}"))
	for auth, status := range map[string]string{"": "401", bob: "403"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "PUT /v2/lab/hello/manifests/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 4000000\r\n\r\n", auth)
		if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil { // it would wait for the body
			t.Fatal(err)
		}
		line := make([]byte, len("HTTP/1.1 401"))
		if _, err := io.ReadFull(c, line); err != nil || string(line) != "HTTP/1.1 "+status {
			t.Errorf("%q, %v; want %s", line, err, status)
		}
	}
}

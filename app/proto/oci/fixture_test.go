package oci_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/manifest"
	"sregistry/app/proto/oci"
	"sregistry/app/sif/siftest"
)

// site is a registry with this door only.
type site struct{ *doortest.Site }

func newSite(t testing.TB, options ...doortest.Option) site {
	t.Helper()
	return newLimited(t, httpx.NewLimits(httpx.Rate{}, httpx.Rate{}), options...)
}

// newLimited is newSite with limits to how much a caller may ask.
func newLimited(t testing.TB, limits *httpx.Limits, options ...doortest.Option) site {
	t.Helper()
	s := doortest.New(t, options...)
	s.Mount(oci.Errors, oci.Routes(oci.Settings{Registry: s.Registry, Identity: s.Identity, Limits: limits}))
	return site{s}
}

// account makes a user and gives the Authorization header of a token of his.
func (s site) account(t testing.TB, name string) string {
	t.Helper()
	return "Bearer " + s.Token(t, s.User(t, name))
}

// upload puts a blob into a repository by POST and PUT.
func (s site) upload(t testing.TB, auth, repository string, content []byte) digest.Digest {
	t.Helper()
	d := digest.FromBytes(content)
	a := s.Do(t, "PUT", s.begin(t, auth, repository)+"?digest="+string(d), content, "Authorization", auth)
	want(t, a, 201)
	return d
}

// begin begins an upload and gives its address.
func (s site) begin(t testing.TB, auth, repository string) string {
	t.Helper()
	a := s.Do(t, "POST", "/v2/"+repository+"/blobs/uploads/", nil, "Authorization", auth)
	want(t, a, 202)
	return a.Header.Get("Location")
}

// pushSIF pushes an image file as Apptainer's oras:// does, and gives its manifest.
func (s site) pushSIF(t testing.TB, auth, repository, tag string, o siftest.Options) []byte {
	t.Helper()
	file := siftest.SIF(t, o)
	s.upload(t, auth, repository, manifest.EmptyConfig)
	body := manifest.ForFile(s.upload(t, auth, repository, file), int64(len(file)))
	want(t, s.put(t, auth, repository, tag, body), 201)
	return body
}

// put puts an image's manifest.
func (s site) put(t testing.TB, auth, repository, reference string, body []byte) doortest.Answer {
	t.Helper()
	return s.Do(t, "PUT", "/v2/"+repository+"/manifests/"+reference, body,
		"Authorization", auth, "Content-Type", manifest.OCIManifest)
}

// want holds an answer to a status, and to a code if one is given.
func want(t testing.TB, a doortest.Answer, status int, code ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("the status is %d, not %d: %s", a.Status, status, a.Body)
	}
	if len(code) > 0 && codeOf(t, a) != code[0] {
		t.Fatalf("the code is %s, not %s: %s", codeOf(t, a), code[0], a.Body)
	}
}

// codeOf reads the code of an error.
func codeOf(t testing.TB, a doortest.Answer) string {
	t.Helper()
	var wire struct {
		Errors []struct {
			Code    string
			Message string
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &wire); err != nil || len(wire.Errors) != 1 || wire.Errors[0].Message == "" {
		t.Fatalf("not the error of the specification: %s", a.Body)
	}
	return wire.Errors[0].Code
}

// noise gives bytes that nobody has seen before.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// basic writes the header of HTTP Basic authentication.
func basic(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

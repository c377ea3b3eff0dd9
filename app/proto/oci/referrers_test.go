package oci_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// referrer makes the manifest of something that refers to a subject. Its note makes it
// different from others.
func referrer(t testing.TB, artifactType, note string, subject digest.Digest) []byte {
	t.Helper()
	m := v1.Manifest{MediaType: manifest.OCIManifest, ArtifactType: artifactType,
		Config:      v1.DescriptorEmptyJSON,
		Layers:      []v1.Descriptor{v1.DescriptorEmptyJSON},
		Subject:     &v1.Descriptor{MediaType: manifest.OCIManifest, Digest: subject, Size: 1},
		Annotations: map[string]string{"note": note}}
	m.SchemaVersion = 2
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// attach pushes something that refers to a subject, and gives its digest.
func (s site) attach(t testing.TB, auth, repository, artifactType, note string, subject digest.Digest) digest.Digest {
	t.Helper()
	s.upload(t, auth, repository, []byte("{}"))
	body := referrer(t, artifactType, note, subject)
	d := digest.FromBytes(body)
	a := s.put(t, auth, repository, string(d), body)
	want(t, a, 201)
	if got := a.Header.Get("OCI-Subject"); got != string(subject) {
		t.Errorf("the subject is %q", got)
	}
	return d
}

// notes gives the notes of what refers to a subject, with a query, and whether there is more.
func (s site) notes(t testing.TB, auth, repository string, subject digest.Digest, query string) (notes string, next string) {
	t.Helper()
	a := s.Do(t, "GET", "/v2/"+repository+"/referrers/"+string(subject)+query, nil, "Authorization", auth)
	return readNotes(t, a)
}

func readNotes(t testing.TB, a doortest.Answer) (notes, next string) {
	t.Helper()
	want(t, a, 200)
	var index v1.Index
	if err := json.Unmarshal([]byte(a.Body), &index); err != nil || index.SchemaVersion != 2 || index.Manifests == nil {
		t.Fatalf("not an index: %s %v", a.Body, err)
	}
	if got := a.Header.Get("Content-Type"); got != v1.MediaTypeImageIndex || index.MediaType != got {
		t.Errorf("the media type is %s", got)
	}
	var list []string
	for _, m := range index.Manifests {
		list = append(list, m.Annotations["note"])
	}
	next, _, _ = strings.Cut(strings.TrimPrefix(a.Header.Get("Link"), "<"), ">")
	return strings.Join(list, " "), next
}

func TestReferrers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	subject := digest.FromBytes(body)
	none, next := s.notes(t, auth, "lab/hello", subject, "")
	if none != "" || next != "" {
		t.Errorf("at first %q %q", none, next)
	}
	signature := s.attach(t, auth, "lab/hello", "example/signature", "one", subject)
	s.attach(t, auth, "lab/hello", "example/sbom", "two", subject)
	s.attach(t, auth, "lab/hello", "example/signature", "three", subject)
	s.attach(t, auth, "lab/other", "example/signature", "elsewhere", subject)
	for query, want := range map[string]string{"": "one two three", "?artifactType=example%2Fsignature": "one three", "?artifactType=example/none": "", "?after=999999": ""} {
		if got, next := s.notes(t, auth, "lab/hello", subject, query); got != want || next != "" {
			t.Errorf("%s: %q, then %q", query, got, next)
		}
	}
	a := s.Do(t, "GET", "/v2/lab/hello/referrers/"+string(subject)+"?artifactType=example/sbom", nil, "Authorization", auth)
	var index v1.Index
	if err := json.Unmarshal([]byte(a.Body), &index); err != nil {
		t.Fatal(err)
	}
	sbom := referrer(t, "example/sbom", "two", subject)
	wanted := []v1.Descriptor{{MediaType: manifest.OCIManifest, Digest: digest.FromBytes(sbom), Size: int64(len(sbom)),
		ArtifactType: "example/sbom", Annotations: map[string]string{"note": "two"}}}
	if diff := cmp.Diff(wanted, index.Manifests); diff != "" {
		t.Errorf("the descriptor (-want +got):\n%s", diff)
	}
	if a.Header.Get("OCI-Filters-Applied") != "artifactType" {
		t.Error("it is not said that the list is filtered")
	}
	// A referrer may have referrers, and may be deleted alone.
	s.attach(t, auth, "lab/hello", "example/signature", "of one", signature)
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+string(signature), nil, "Authorization", auth), 202)
	if got, _ := s.notes(t, auth, "lab/hello", subject, ""); got != "two three" {
		t.Errorf("after one was deleted: %q", got)
	}
	if got, _ := s.notes(t, auth, "lab/hello", signature, ""); got != "" {
		t.Errorf("of the deleted one: %q", got)
	}
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/"+string(subject), nil, "Authorization", auth), 200)
	for _, bad := range []string{"/v2/lab/hello/referrers/x", "/v2/lab/hello/referrers/sha256:x"} {
		want(t, s.Do(t, "GET", bad, nil, "Authorization", auth), 400, "DIGEST_INVALID")
	}
	want(t, s.Do(t, "GET", "/v2/lab/hello/referrers/"+missing+"?after=x", nil, "Authorization", auth), 400, "PAGINATION_NUMBER_INVALID")
}

// TestReferrersOfConfigAndIndex looks at what an image without an artifact type, and an
// index, are listed as.
func TestReferrersOfConfigAndIndex(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	s.upload(t, auth, "lab/hello", []byte("{}"))
	empty := `{"mediaType":"application/vnd.example.config","digest":"` + string(digest.FromString("{}")) + `","size":2}`
	about := `"subject":{"mediaType":"` + manifest.OCIManifest + `","digest":"` + missing + `","size":1}`
	want(t, s.put(t, auth, "lab/hello", "old", []byte(`{"schemaVersion":2,"mediaType":"`+manifest.OCIManifest+`","config":`+empty+`,"layers":[],`+about+`}`)), 201)
	for _, artifactType := range []string{"", `"artifactType":"example/list",`} {
		body := `{"schemaVersion":2,"mediaType":"` + manifest.OCIIndex + `",` + artifactType + `"manifests":[],` + about + `}`
		want(t, s.Do(t, "PUT", "/v2/lab/hello/manifests/"+string(digest.FromString(body)), body, "Authorization", auth, "Content-Type", manifest.OCIIndex), 201)
	}
	a := s.Do(t, "GET", "/v2/lab/hello/referrers/"+missing, nil, "Authorization", auth)
	var index v1.Index
	if err := json.Unmarshal([]byte(a.Body), &index); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, m := range index.Manifests {
		types = append(types, m.ArtifactType)
	}
	if diff := cmp.Diff([]string{"application/vnd.example.config", "", "example/list"}, types); diff != "" {
		t.Errorf("the types (-want +got):\n%s", diff)
	}
}

func TestReferrersComeInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	s.upload(t, auth, "lab/hello", []byte("{}"))
	const each = 900 << 10 // of which an answer takes two
	for i := range 5 {
		body := referrer(t, "example/large", fmt.Sprint(i)+strings.Repeat("x", each), missing)
		want(t, s.put(t, auth, "lab/hello", string(digest.FromBytes(body)), body), 201)
	}
	var got []string
	for next := "/v2/lab/hello/referrers/" + missing + "?artifactType=example/large"; next != ""; {
		a := s.Do(t, "GET", next, nil, "Authorization", auth)
		if len(a.Body) > manifest.MaxSize {
			t.Errorf("an answer has %d bytes", len(a.Body))
		}
		var notes string
		notes, next = readNotes(t, a)
		for _, note := range strings.Fields(notes) {
			got = append(got, note[:1])
		}
	}
	if diff := cmp.Diff([]string{"0", "1", "2", "3", "4"}, got); diff != "" {
		t.Errorf("all pages (-want +got):\n%s", diff)
	}
}

// TestReferrersGoWithTheirSubject deletes a subject, and brings it back.
func TestReferrersGoWithTheirSubject(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	subject := digest.FromBytes(body)
	signature := s.attach(t, auth, "lab/hello", "example/signature", "signature", subject)
	deeper := s.attach(t, auth, "lab/hello", "example/signature", "deeper", signature)
	tagged := referrer(t, "example/sbom", "tagged", subject)
	want(t, s.put(t, auth, "lab/hello", "sha256-"+subject.Encoded(), tagged), 201) // the form that clients used before
	get := func(d digest.Digest) int {
		return s.Do(t, "GET", "/v2/lab/hello/manifests/"+string(d), nil, "Authorization", auth).Status
	}
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+string(subject), nil, "Authorization", auth), 202)
	if got, _ := s.notes(t, auth, "lab/hello", subject, ""); got != "tagged" {
		t.Errorf("of the deleted subject: %q", got)
	}
	if get(signature) != 404 || get(deeper) != 404 || get(digest.FromBytes(tagged)) != 200 {
		t.Errorf("after the subject went: %d %d %d", get(signature), get(deeper), get(digest.FromBytes(tagged)))
	}
	want(t, s.put(t, auth, "lab/hello", "v1", body), 201)
	if got, _ := s.notes(t, auth, "lab/hello", subject, ""); got != "signature tagged" {
		t.Errorf("of the subject that came back: %q", got)
	}
	if get(deeper) != 200 {
		t.Error("what refers to a referrer did not come back")
	}
}

// TestReferrersOutliveTheSweeperWithTheirSubject sweeps with no grace at all.
func TestReferrersOutliveTheSweeperWithTheirSubject(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newSite(t, doortest.WithClock(func() time.Time { return now }),
		doortest.WithSettings(registry.Settings{UserCollections: true, Grace: time.Hour, UploadLife: time.Hour}))
	auth := s.account(t, "ann")
	early := referrer(t, "example/signature", "early", digest.FromString("never"))
	s.upload(t, auth, "lab/hello", []byte("{}"))
	want(t, s.put(t, auth, "lab/hello", string(digest.FromBytes(early)), early), 201)
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	subject := digest.FromBytes(body)
	s.attach(t, auth, "lab/hello", "example/signature", "one", subject)
	sweep := func(images int) {
		t.Helper()
		now = now.Add(2 * time.Hour)
		if done, err := s.Registry.Keeper.Sweep(t.Context()); err != nil || done.Images != images {
			t.Fatalf("swept %+v, %v; not %d images", done, err, images)
		}
	}
	sweep(1) // whose subject never came
	if got, _ := s.notes(t, auth, "lab/hello", subject, ""); got != "one" {
		t.Fatalf("after the first sweep: %q", got)
	}
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/v1", nil, "Authorization", auth), 202) // only the tag
	if got, _ := s.notes(t, auth, "lab/hello", subject, ""); got != "one" {
		t.Fatalf("without its tag: %q", got)
	}
	sweep(2)
	if got, _ := s.notes(t, auth, "lab/hello", subject, ""); got != "" {
		t.Errorf("after all: %q", got)
	}
}

// TestReferrersHidden asks where there is nothing, and where one may not look.
func TestReferrersHidden(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth, bob := "Bearer "+s.Token(t, ann), s.account(t, "bob")
	subject := digest.FromBytes(s.pushSIF(t, auth, "secret/hello", "v1", siftest.Options{}))
	s.attach(t, auth, "secret/hello", "example/signature", "one", subject)
	for _, repository := range []string{"secret/hello", "no/where"} {
		if got, _ := s.notes(t, bob, repository, subject, ""); got != "" {
			t.Errorf("%s: a stranger sees %q", repository, got)
		}
		want(t, s.Do(t, "GET", "/v2/"+repository+"/referrers/"+string(subject), nil), 401, "UNAUTHORIZED")
	}
	s.SetRole(t, ann, "secret", "bob", model.Contributor)
	if got, _ := s.notes(t, bob, "secret/hello", subject, ""); got != "one" {
		t.Errorf("a contributor sees %q", got)
	}
}

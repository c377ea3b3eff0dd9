package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// uploadAnswer is what the addresses of uploads answer.
type uploadAnswer struct {
	Address, Image, Page, Digest, Kind, Message string
	Offset                                      int64
}

// ask sends a request as the page's script does.
func (b *browser) ask(method, path string, body string, header ...string) (int, uploadAnswer) {
	b.t.Helper()
	p := b.send(method, path, body, append([]string{"Sec-Fetch-Site", "same-origin", "Origin", b.URL}, header...)...)
	var a uploadAnswer
	if text := p.Find("body").Text(); text != "" {
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			b.t.Fatalf("%s %s answers %q: %v", method, path, text, err)
		}
	}
	return p.status, a
}

func target(container, tag string, size int) string {
	return fmt.Sprintf(`{"container": %q, "tag": %q, "size": %d}`, container, tag, size)
}

// begin begins an upload, which is expected to work, and gives its address.
func (b *browser) begin(container string, size int) string {
	b.t.Helper()
	status, a := b.ask(http.MethodPost, "/uploads", target(container, "latest", size))
	if status != http.StatusCreated || a.Offset != 0 || a.Address == "" {
		b.t.Fatalf("begin: %d %+v", status, a)
	}
	return a.Address
}

func TestUploadInPartsBecomesAnImage(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	content := string(siftest.SIF(t, siftest.Options{Payload: 5000}))
	half := len(content) / 2
	address := b.begin("lab/hello", len(content))
	if status, a := b.ask(http.MethodPatch, address, content[:half], "Upload-Offset", "0"); status != http.StatusOK || a.Offset != int64(half) {
		t.Fatalf("first part: %d %+v", status, a)
	}
	if status, a := b.ask(http.MethodPatch, address, content[half:], "Upload-Offset", "7"); status != http.StatusRequestedRangeNotSatisfiable || a.Kind != "range_invalid" {
		t.Errorf("a part of another place: %d %+v", status, a)
	}
	if status, a := b.ask(http.MethodPost, address, target("lab/hello", "latest", len(content))); a.Kind != "range_invalid" {
		t.Errorf("finished too early: %d %+v", status, a)
	}
	if status, a := b.ask(http.MethodGet, address, ""); status != http.StatusOK || a.Offset != int64(half) {
		t.Errorf("asked how far: %d %+v", status, a)
	}
	b.ask(http.MethodPatch, address, content[half:], "Upload-Offset", fmt.Sprint(half))
	status, a := b.ask(http.MethodPost, address, target("lab/hello", "latest", len(content)))
	if status != http.StatusOK || a.Image != "lab/hello:latest" || a.Page != "/containers/library/lab/hello:latest" {
		t.Fatalf("finished: %d %+v", status, a)
	}
	b.get(a.Page).is(http.StatusOK).says("h1", "hello")
}

func TestUploadIsOnlyItsOwners(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob, carol := f.User(t, "alice"), f.User(t, "bob"), f.User(t, "carol")
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	f.SetRole(t, alice, "lab", "bob", model.Contributor)
	f.SetRole(t, alice, "lab", "carol", model.Owner)
	mine := f.signedIn(t, alice).begin("lab/hello", 10)
	for who, want := range map[*browser]errs.Kind{
		f.browser(t):         errs.Unauthenticated,
		f.signedIn(t, bob):   errs.Forbidden,
		f.signedIn(t, carol): errs.NotFound, // she may push here, and yet it is not hers
	} {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodDelete} {
			body, header := "bytes", []string{"Upload-Offset", "0"}
			if method == http.MethodPost {
				body = target("lab/hello", "latest", 10)
			}
			if status, a := who.ask(method, mine, body, header...); a.Kind != want.String() || a.Message == "" {
				t.Errorf("%s by who should get %s: %d %+v", method, want, status, a)
			}
		}
	}
	for who, want := range map[*browser]errs.Kind{f.browser(t): errs.Unauthenticated, f.signedIn(t, bob): errs.Forbidden} {
		if status, a := who.ask(http.MethodPost, "/uploads", target("lab/hello", "latest", 1)); a.Kind != want.String() {
			t.Errorf("begun by who should get %s: %d %+v", want, status, a)
		}
	}
	// A private collection, and one that bob may not make, are told alike.
	f.Push(t, alice, "secret/hello", "latest", siftest.Options{})
	_, hidden := f.signedIn(t, bob).ask(http.MethodPost, "/uploads", target("secret/hello", "latest", 1))
	_, missing := f.signedIn(t, bob).ask(http.MethodPost, "/uploads", target("alice/secret/hello", "latest", 1))
	if strings.ReplaceAll(missing.Message, "alice/secret", "secret") != hidden.Message || hidden.Kind != missing.Kind {
		t.Errorf("hidden %+v, missing %+v", hidden, missing)
	}
}

func TestUploadOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	b := f.signedIn(t, f.User(t, "alice"))
	address := b.begin("lab/hello", 10)
	foreign := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example", "Upload-Offset", "0"}
	for _, request := range [][2]string{{http.MethodPost, "/uploads"}, {http.MethodPatch, address}, {http.MethodPost, address},
		{http.MethodDelete, address}, {http.MethodPost, "/uploads/file"}} {
		if p := b.send(request[0], request[1], "{}", foreign...); p.status != http.StatusForbidden {
			t.Errorf("%v: status %d", request, p.status)
		}
	}
}

func TestUploadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	f.Push(t, alice, "lab/hello", "v1", siftest.Options{})
	if err := f.Registry.FreezeTag(t.Context(), alice, path(t, "lab/hello"), "v1", true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ body, kind, says string }{
		{target("lab/hello", "v1", 1), "frozen", "is frozen"},
		{target("lab/He llo", "v1", 1), "invalid", `"H" at character`},
		{target("lab/hello", "v 1", 1), "invalid", "tag"},
		{`{"container": `, "invalid", "JSON"},
	} {
		if status, a := b.ask(http.MethodPost, "/uploads", c.body); a.Kind != c.kind || !strings.Contains(a.Message, c.says) {
			t.Errorf("%s: %d %+v, want %s: %s", c.body, status, a, c.kind, c.says)
		}
	}
	text := "this is a text"
	address := b.begin("lab/hello", len(text))
	b.ask(http.MethodPatch, address, text, "Upload-Offset", "0")
	if status, a := b.ask(http.MethodPost, address, target("lab/hello", "latest", len(text))); a.Kind != "invalid" || !strings.Contains(a.Message, "text") {
		t.Errorf("no image: %d %+v", status, a)
	}
	if status, a := b.ask(http.MethodGet, address, ""); status != http.StatusNotFound {
		t.Errorf("after no image: %d %+v", status, a)
	}
	gone := b.begin("lab/hello", 10)
	if status, _ := b.ask(http.MethodDelete, gone, ""); status != http.StatusNoContent {
		t.Errorf("canceled: %d", status)
	}
	if status, _ := b.ask(http.MethodGet, gone, ""); status != http.StatusNotFound {
		t.Errorf("after canceling: %d", status)
	}
}

// multipartForm is the upload form as a browser without script sends it.
func multipartForm(t *testing.T, collection, container, tag string, file []byte) (body, contentType string) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{"collection": collection, "container": container, "tag": tag} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "hello_latest.sif")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return form.String(), w.FormDataContentType()
}

func TestUploadWithoutScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob := f.User(t, "alice"), f.User(t, "bob")
	b := f.signedIn(t, alice)
	b.get("/upload?collection=lab").is(http.StatusOK).says("h1", "Upload")
	content := siftest.SIF(t, siftest.Options{Payload: 5000})
	send := func(b *browser, collection, container, tag string, file []byte) page {
		body, contentType := multipartForm(t, collection, container, tag, file)
		return b.send(http.MethodPost, "/uploads/file", body, "Content-Type", contentType, "Sec-Fetch-Site", "same-origin", "Referer", f.URL+"/upload")
	}
	send(b, " lab", "hello ", "v1", content).leadsTo("/containers/library/lab/hello:v1").is(http.StatusOK).says(".notice.good", "lab/hello:v1 uploaded")
	p := send(b, "lab", "he llo", "v1", content).is(http.StatusUnprocessableEntity).says("#container-problem", "character")
	if got := p.Find("#container").AttrOr("value", ""); got != "he llo" {
		t.Errorf("the container comes back as %q", got)
	}
	send(b, "lab", "hello", "v 1", content).is(http.StatusUnprocessableEntity).says("#tag-problem", "tag")
	send(b, "lab", "hello", "v2", []byte("text")).is(http.StatusUnprocessableEntity).says("#plain [role=alert]", "text")
	send(f.signedIn(t, bob), "lab", "hello", "v2", content).is(http.StatusUnprocessableEntity).says("#plain [role=alert]", "may not push to lab")
	send(f.browser(t), "lab", "hello", "v2", content).leadsTo("/sign-in?next=%2Fupload")
	b.post("/uploads/file", "collection", "lab").is(http.StatusBadRequest)
	f.browser(t).get("/upload").leadsTo("/sign-in?next=%2Fupload")
}

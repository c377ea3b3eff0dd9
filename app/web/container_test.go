package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

func TestContainerPageShowsItsTags(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "https://hub.example.org")
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "lab/hello", "1.9", siftest.Options{})
	f.Push(t, alice, "lab/hello", "1.9", siftest.Options{Arch: "arm64"})
	for _, tag := range []string{"1.10", "1.10-rc1", "edge"} {
		f.clock.advance(time.Minute)
		if _, err := f.Registry.SetTag(t.Context(), alice, image.Container.Path(), tag, ref.Reference{Tag: "1.9"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Registry.FreezeTag(t.Context(), alice, image.Container.Path(), "1.10", true); err != nil {
		t.Fatal(err)
	}
	b := f.signedIn(t, alice)
	p := b.get("/containers/library/lab/hello").is(http.StatusOK).says("h1", "hello").says(".badges", "4 tags")
	if d := cmp.Diff([]string{"edge", "1.10-rc1", "1.10", "1.9"}, p.lines("tbody th a.name")); d != "" {
		t.Errorf("the newest first (-want +got):\n%s", d)
	}
	p.says("table", "arm64").says("table", "frozen").says("#pull-1", "sregistry pull lab/hello:edge")
	if got := p.Find("tbody th[rowspan='2']").Length(); got != 4 {
		t.Errorf("%d tags have two architectures", got)
	}
	p = b.get("/containers/library/lab/hello?order=version&find=1.1").is(http.StatusOK)
	if d := cmp.Diff([]string{"1.10", "1.10-rc1"}, p.lines("tbody th a.name")); d != "" {
		t.Errorf("by version (-want +got):\n%s", d)
	}
	address := p.Find("tbody td a[aria-label]").First().AttrOr("href", "")
	b.get(address).is(http.StatusOK).says("main", "point to the same image")
	b.get("/containers/library/lab/hello?find=<script>").is(http.StatusOK).says("main", "No matching tags")

	f.browser(t).get("/containers/library/lab/hello").leadsTo("/sign-in?next=%2Fcontainers%2Flibrary%2Flab%2Fhello")
	stranger := f.signedIn(t, f.User(t, "bob"))
	hidden := stranger.get("/containers/library/lab/hello").is(http.StatusNotFound)
	missing := stranger.get("/containers/library/lab/nobody").is(http.StatusNotFound)
	if a, b := hidden.text("main"), strings.ReplaceAll(missing.text("main"), "nobody", "hello"); a != b {
		t.Errorf("hidden: %q\nmissing: %q", a, b)
	}
}

func TestManyTagsOfAContainerArePaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "lab/hello", "v000", siftest.Options{})
	for i := range 60 {
		if _, err := f.Registry.SetTag(t.Context(), alice, image.Container.Path(), fmt.Sprintf("v%03d", i+1), ref.Reference{Tag: "v000"}); err != nil {
			t.Fatal(err)
		}
	}
	b := f.signedIn(t, alice)
	first := b.get("/containers/library/lab/hello?order=version")
	second := b.get(first.Find("a[rel=next]").AttrOr("href", ""))
	third := b.get(second.Find("a[rel=next]").AttrOr("href", ""))
	tags := slices.Concat(first.lines("tbody th a.name"), second.lines("tbody th a.name"), third.lines("tbody th a.name"))
	if len(tags) != 61 || tags[0] != "v060" || tags[60] != "v000" {
		t.Errorf("tags %q", tags)
	}
	if third.Find("a[rel=next]").Length() != 0 || third.Find("a[rel=first]").Length() != 1 {
		t.Error("the end of the list does not look so")
	}
}

func TestReadmeIsWrittenInTheBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob := f.User(t, "alice"), f.User(t, "bob")
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	const at = "/containers/library/lab/hello"
	b := f.signedIn(t, alice)
	b.get(at).says("section[aria-labelledby=readme]", "Write a README")
	form := b.get(at + "?view=edit").is(http.StatusOK)
	version := form.Find("input[name=version]").AttrOr("value", "")

	const text = "# Hello\n\nSee ![pic](https://example.org/x.png) and [me](javascript:alert(1)).\n\n" + hostile
	preview := b.post(at, "do", "preview", "version", version, "text", text).is(http.StatusOK).says(".prose h3", "Hello").says("textarea", "# Hello")
	b.get(at).says("section[aria-labelledby=readme]", "No README yet")
	saved := b.post(at, "do", "save", "version", version, "text", text).leadsTo(at).says("[role=status]", "saved").says(".prose h3", "Hello").says(".byline", "alice")
	for which, p := range map[string]page{"preview": preview, "page": saved} {
		if p.Find("main script, main img, .prose [onerror]").Length() != 0 || strings.Contains(p.html, "href=\"javascript:") {
			t.Errorf("text became script on the %s", which)
		}
		if got := p.Find(".prose a").First(); got.AttrOr("href", "") != "https://example.org/x.png" || got.AttrOr("rel", "") != "nofollow noreferrer" || got.Text() != "pic" {
			t.Errorf("a picture became %q on the %s", got.Text(), which)
		}
	}

	other := b.post(at, "do", "save", "version", version, "text", "of another window").is(http.StatusConflict)
	other.says("[role=alert]", "Somebody else has changed").says("textarea", "of another window").says("#theirs-text", "# Hello")
	again := other.Find("input[name=version]").AttrOr("value", "")
	b.post(at, "do", "save", "version", again, "text", "of another window").leadsTo(at).says(".prose", "of another window")
	b.post(at, "do", "save", "version", "2", "text", strings.Repeat("x", 128<<10+1)).is(http.StatusRequestEntityTooLarge).says("[role=alert]", "128 KiB")

	f.SetRole(t, alice, "lab", "bob", model.Contributor)
	reader := f.signedIn(t, bob)
	if got := reader.get(at).is(http.StatusOK); got.Find("a[href*=edit]").Length() != 0 {
		t.Error("a contributor is offered to edit")
	}
	reader.get(at + "?view=edit").is(http.StatusForbidden)
	reader.post(at, "do", "save", "version", "2", "text", "mine").is(http.StatusForbidden)
	reader.post(at, "do", "preview", "version", "2", "text", "mine").is(http.StatusForbidden)
	f.signedIn(t, f.User(t, "eve")).post(at, "do", "save", "version", "2", "text", "mine").is(http.StatusNotFound)
	b.get(at).says(".prose", "of another window")
}

func TestFilesOfAnImageAreWalkedThrough(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	files := map[string]string{"/opt/tool/run": "#!/bin/sh\n", "/opt/" + `"><script>alert(1)<` + "": "x", "/opt/space and?&#%/x": ""}
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{Files: files})
	b := f.signedIn(t, alice)
	p := b.get("/containers/library/lab/hello:latest?view=files").is(http.StatusOK).says(".tree", "opt").says(".way", "1 file")
	p = b.get(p.Find(".tree a").First().AttrOr("href", "")).is(http.StatusOK).says(".way", "opt").says(".tree", "tool").says(".tree", `"><script>alert(1)<`)
	if p.Find("main .tree script").Length() != 0 {
		t.Error("a file's name became script")
	}
	for _, name := range []string{"space and?&#%", "tool"} {
		link := p.Find(".tree a").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == name })
		b.get(link.AttrOr("href", "")).is(http.StatusOK).says(".way [aria-current]", name)
	}
	b.get("/containers/library/lab/hello:latest?view=files&path=/none").is(http.StatusNotFound).says(".empty", "There is no folder /none in the image.")
	b.get("/containers/library/lab/hello:none?view=files").is(http.StatusNotFound)
	f.browser(t).get("/containers/library/lab/hello:latest?view=files").is(http.StatusSeeOther)
	f.signedIn(t, f.User(t, "bob")).get("/containers/library/lab/hello:latest?view=files&path=/opt").is(http.StatusNotFound)

	f.Push(t, alice, "lab/closed", "latest", siftest.Options{Encrypted: true})
	b.get("/containers/library/lab/closed:latest?view=files").is(http.StatusOK).says(".empty", "encrypted")
}

func TestLargeFolderIsPaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	b := f.signedIn(t, alice)
	p := b.get("/containers/library/lab/hello:latest?view=files&path=/data/many&skip=250").is(http.StatusOK).says(".turn", "251 – 260 of 260")
	if got := len(p.lines(".tree li")); got != 10 {
		t.Errorf("%d files", got)
	}
	b.get(p.Find("a[rel=prev]").AttrOr("href", "")).is(http.StatusOK).says(".tree", "file001")
}

func TestTwoImagesAreCompared(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	f.Push(t, alice, "lab/hello", "1", siftest.Options{Definition: "From: a\nsame\n" + hostile + "\n", Labels: map[string]string{"v": "1", hostile: hostile},
		Files: map[string]string{"/bin/<b>tool": "1", "/etc/gone": ""}})
	f.Push(t, alice, "lab/hello", "2", siftest.Options{Definition: "From: b\nsame\n", Labels: map[string]string{"v": "2"},
		Files: map[string]string{"/bin/<b>tool": "22"}})
	b := f.signedIn(t, alice)
	b.get("/containers/library/lab/hello:2?view=compare").is(http.StatusOK).says("h2", "Compare")
	p := b.get("/containers/library/lab/hello:2?view=compare&with=1").is(http.StatusOK)
	if d := cmp.Diff([]string{"From: a", hostile}, p.lines(".diff del")); d != "" {
		t.Errorf("removed (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"From: b"}, p.lines(".diff ins")); d != "" {
		t.Errorf("added (-want +got):\n%s", d)
	}
	p.says("section[aria-labelledby=labels]", hostile)
	if d := cmp.Diff([]string{"/bin/<b>tool", "/etc"}, p.lines("section[aria-labelledby=files] tbody th")); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if p.Find("main section script, main img").Length() != 0 {
		t.Error("text became markup")
	}
	b.get("/containers/library/lab/hello:2?view=compare&with=none").is(http.StatusNotFound).says("[role=alert]", "There is no lab/hello:none")
	b.get("/containers/library/lab/hello:2?view=compare&with=<x>").is(http.StatusOK).says("[role=alert]", "x")
	f.signedIn(t, f.User(t, "bob")).get("/containers/library/lab/hello:2?view=compare&with=1").is(http.StatusNotFound)
}

func TestImageIsSwitchedBetweenArchitecturesAndDownloaded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	amd := f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	arm := f.Push(t, alice, "lab/hello", "latest", siftest.Options{Arch: "arm64"})
	b := f.signedIn(t, alice)
	p := b.get("/containers/library/lab/hello:latest").is(http.StatusOK).says("#digest", amd.Content.String()).says("nav[aria-label=Architectures]", "amd64arm64")
	p = b.get(p.Find("nav[aria-label=Architectures] a").Last().AttrOr("href", "")).is(http.StatusOK).says("#digest", arm.Content.String())
	got := b.get(p.Find("a[download]").AttrOr("href", "")).is(http.StatusOK)
	if got.header.Get("ETag") != `"`+arm.Content.String()+`"` || !strings.Contains(got.header.Get("Content-Disposition"), "hello_latest.sif") {
		t.Errorf("got %v", got.header)
	}
	if err := f.Registry.Pulls.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i, err := f.Registry.ImageByID(t.Context(), alice, arm.ID); err != nil || i.Pulls != 1 {
		t.Errorf("%d pulls, %v", i.Pulls, err)
	}
	b.get("/containers/library/lab/hello:latest?arch=riscv64").is(http.StatusNotFound).says("main", "riscv64")
	f.signedIn(t, f.User(t, "bob")).get("/containers/library/lab/hello:latest?view=download").is(http.StatusNotFound)
}

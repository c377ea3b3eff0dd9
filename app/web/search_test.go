package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// crowd is a site with a public and a private collection, both alice's, whose words are
// told apart: what is private is called after the wombat.
func crowd(t *testing.T) (f *fixture, alice, bob model.Actor) {
	t.Helper()
	f = newFixture(t, "")
	alice, bob = f.User(t, "alice"), f.User(t, "bob")
	f.Push(t, alice, "open/samtools", "v1-quokka", siftest.Options{Arch: "arm64", Definition: "Bootstrap: docker\nFrom: alpine\n%post\n    apk add quokka\n",
		Labels: map[string]string{"maintainer": "quokka people", "shared": "yes"}})
	f.Push(t, alice, "wombat/wombat-tools", "v1-wombat", siftest.Options{Arch: "riscv64", Seed: 2, Definition: "Bootstrap: docker\nFrom: wombat\n%post\n    apk add quokka wombat\n",
		Labels: map[string]string{"maintainer": "wombat people", "shared": "yes", "wombat": "key"}})
	f.Publish(t, alice, "open")
	return f, alice, bob
}

func TestSearchFindsEveryKindOfThing(t *testing.T) {
	t.Parallel()
	f, alice, _ := crowd(t)
	b := f.signedIn(t, alice)
	for query, want := range map[string]map[string]string{
		"wombat": {"containers": "wombat/wombat-tools", "collections": "wombat", "tags": "wombat/wombat-tools:v1-wombat",
			"labels": "wombat", "definitions": "wombat/wombat-tools:v1-wombat"},
		"samtools":      {"containers": "open/samtools"},
		"people quokka": {"labels": "maintainer"},
		"apk wom":       {"definitions": "wombat/wombat-tools:v1-wombat"},
		"OPEN/samt":     {"containers": "open/samtools"},
		"sa":            {"containers": "open/samtools"},
	} {
		p := b.get("/search?q=" + url.QueryEscape(query)).is(http.StatusOK)
		got := map[string]string{}
		for _, section := range p.Find("#results section").EachIter() {
			kind := strings.TrimPrefix(section.AttrOr("aria-labelledby", ""), "found-")
			got[kind] = strings.TrimSpace(section.Find("a.name").First().Text())
		}
		for kind, name := range want {
			if got[kind] != name {
				t.Errorf("%q finds of %s %q, want %q", query, kind, got[kind], name)
			}
		}
		if p.Find("#q").AttrOr("value", "") != query {
			t.Errorf("%q is not in the box any more", query)
		}
	}
}

// What a visitor may not see must not show by a search, a count, a label, an
// architecture or a star; nor whether it is there.
func TestSearchHidesWhatIsHidden(t *testing.T) {
	t.Parallel()
	f, alice, bob := crowd(t)
	b := f.signedIn(t, alice)
	b.post("/do/star/library/wombat/wombat-tools").is(http.StatusSeeOther)
	b.post("/do/star/library/open/samtools").is(http.StatusSeeOther)
	for _, stranger := range []*browser{f.browser(t), f.signedIn(t, bob)} {
		for _, path := range []string{"/", "/search?q=quokka", "/search?sort=newest", "/search?sort=starred", "/search?q=people", "/search?q=v1",
			"/labels", "/labels/maintainer", "/labels/shared", "/search?q=apk", "/search?owner=library", "/search?arch=riscv64",
			"/search?label=shared&value=yes", "/search?starred=yes", "/search?q=apk&fragment=yes", "/search?kind=tags&q=v1-"} {
			p := stranger.get(path).is(http.StatusOK)
			if strings.Contains(p.html, "wombat") || strings.Contains(p.html, "riscv64") && !strings.Contains(path, "riscv64") {
				t.Errorf("%q sees in %s: %s", p.viewer(), path, p.text("main"))
			}
		}
		// What is asked for and what nobody has are answered alike.
		for _, pair := range [][2]string{{"/search?q=wombat", "/search?q=nobody"}, {"/labels/wombat", "/labels/nobody"},
			{"/search?label=wombat", "/search?label=nobody"}, {"/search?arch=riscv64", "/search?arch=nobody"}} {
			hidden, missing := stranger.get(pair[0]), stranger.get(pair[1])
			plain := func(p page, word string) string { return strings.ReplaceAll(p.html, word, "") }
			for _, word := range []string{"wombat", "riscv64"} {
				if strings.HasSuffix(pair[0], word) {
					if diff := cmp.Diff(plain(missing, "nobody"), plain(hidden, word)); diff != "" {
						t.Errorf("%s is told from %s:\n%s", pair[0], pair[1], diff)
					}
				}
			}
		}
		stranger.get("/labels/shared").says("tbody", "yes").says("td.number", "1")
		stranger.get("/labels/maintainer").says("td.number", "1")
		stranger.get("/").says(".counts", "1 collection").says(".counts", "1 container")
	}
	b.get("/labels/shared").says("td.number", "2")
	b.get("/").says(".counts", "2 collections").says(".shelves", "Starred by me")
}

func TestStrangerCannotStarWhatIsHidden(t *testing.T) {
	t.Parallel()
	f, alice, bob := crowd(t)
	stranger := f.signedIn(t, bob)
	hidden := stranger.post("/do/star/library/wombat/wombat-tools").is(http.StatusNotFound)
	missing := stranger.post("/do/star/library/nobody/wombat-tools").is(http.StatusNotFound)
	if diff := cmp.Diff(strings.ReplaceAll(missing.text("main"), "nobody", "wombat"), hidden.text("main")); diff != "" {
		t.Errorf("what is hidden is told from what is missing:\n%s", diff)
	}
	f.browser(t).post("/do/star/library/open/samtools").is(http.StatusSeeOther)
	b := f.signedIn(t, alice)
	if p := b.get("/search?sort=starred"); strings.Contains(p.html, "★") {
		t.Error("there is a star")
	}
	stranger.post("/do/star/library/open/samtools").leadsTo("/containers/library/open/samtools").says(".star", "Starred 1")
	b.get("/search?sort=starred").says(".hits li:first-child", "★ 1")
	stranger.get("/search?starred=yes").says(".hits", "open/samtools")
	stranger.post("/do/unstar/library/open/samtools").is(http.StatusSeeOther)
	stranger.get("/search?starred=yes").says(".empty", "No starred containers yet")
}

// hide makes a collection private.
func (f *fixture) hide(t *testing.T, by model.Actor, collection string) {
	t.Helper()
	private := false
	if _, err := f.Registry.ChangeCollection(t.Context(), by, doortest.Path(t, collection), registry.CollectionChange{Public: &private}); err != nil {
		t.Fatal(err)
	}
}

// A star stays given when its container is hidden, and shows again with it.
func TestStarsOfWhatWasHiddenLaterAreNotShown(t *testing.T) {
	t.Parallel()
	f, alice, bob := crowd(t)
	b := f.signedIn(t, bob)
	b.post("/do/star/library/open/samtools").is(http.StatusSeeOther)
	f.hide(t, alice, "open")
	if p := b.get("/"); strings.Contains(p.html, "samtools") {
		t.Errorf("he sees %s", p.text("main"))
	}
	b.get("/labels").says(".empty", "No labels yet")
	f.Publish(t, alice, "open")
	b.get("/").says(".shelves", "open/samtools")
	b.get("/labels").says("tbody", "maintainer")
}

func TestSearchSaysWhatItCannotDo(t *testing.T) {
	t.Parallel()
	f, _, _ := crowd(t)
	b := f.browser(t)
	for _, path := range []string{"/search?q=x&kind=nonsense", "/search?sort=nonsense", "/search?after=nonsense", "/search?q=" + strings.Repeat("x", 2000)} {
		b.get(path).is(http.StatusBadRequest)
	}
	for _, query := range []string{`"`, `*`, `a"b OR c`, `%_\`, "((", "NEAR(a b)", "\x00\xff", "🧬", "日本語", "ᦀᦁᦂ", strings.Repeat("many words ", 60)} {
		b.get("/search?q=" + url.QueryEscape(query)).is(http.StatusOK)
	}
}

func TestCollectionIsSortedAndFiltered(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	for i, name := range []string{"c", "a", "b"} {
		f.clock.advance(60e9)
		f.Push(t, alice, "lab/"+name+"-tool", "latest", siftest.Options{Seed: uint64(i)})
	}
	b := f.signedIn(t, alice)
	for path, want := range map[string][]string{
		"":                   {"a-tool", "b-tool", "c-tool"},
		"?sort=newest":       {"b-tool", "a-tool", "c-tool"},
		"?filter=b-to":       {"b-tool"},
		"?filter=b":          {"b-tool"},
		"?filter=nothing":    nil,
		"?sort=name&filter=": {"a-tool", "b-tool", "c-tool"},
	} {
		p := b.get("/collections/library/lab" + path).is(http.StatusOK)
		if d := cmp.Diff(want, p.lines("tbody th .name")); d != "" && len(want)+p.Find("tbody th .name").Length() > 0 {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
}

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sregistry/app/doortest"
)

// What was deleted is found no more while it can be brought back, not even by its owner.
func TestSearchFindsNothingDeleted(t *testing.T) {
	t.Parallel()
	f, alice, _ := crowd(t)
	b := f.signedIn(t, alice)
	b.post("/do/star/library/wombat/wombat-tools").is(http.StatusSeeOther)
	if _, err := f.Registry.DeleteCollection(t.Context(), alice, doortest.Path(t, "wombat")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Registry.DeleteContainer(t.Context(), alice, doortest.Path(t, "open/samtools")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/search?q=people", "/search?sort=newest", "/search?sort=name", "/search?q=quokka", "/search?q=tools",
		"/search?q=apk", "/search?q=v1-", "/labels", "/labels/shared", "/search?label=shared", "/search?starred=yes", "/collections/library/open"} {
		if p := b.get(path).is(http.StatusOK); strings.Contains(p.html, "wombat") || strings.Contains(p.html, "samtools") || strings.Contains(p.html, "~") {
			t.Errorf("%s shows what was deleted: %s", path, p.text("main"))
		}
	}
	b.get("/").says(".counts", "1 collection").says(".counts", "0 containers")
}

package web_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestBadgeShowsOnlyWhatIsPublic(t *testing.T) {
	t.Parallel()
	f, owner, alice, _, _ := managing(t)
	hidden := alice.get("/badge" + hello + ".svg").is(http.StatusNotFound)
	missing := alice.get("/badge/library/lob/hello.svg").is(http.StatusNotFound)
	if hidden.html != missing.html || strings.Contains(hidden.html, "lab/") {
		t.Errorf("hidden:\n%s\nmissing:\n%s", hidden.html, missing.html)
	}
	f.Publish(t, owner, "lab")
	p := f.browser(t).get("/badge"+hello+".svg").is(http.StatusOK).says("title", "lab/hello: ")
	if got := p.header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("Content-Type: %q", got)
	}
	alice.get("/manage"+hello).says("#badge-line", "[![lab/hello]("+f.URL+"/badge/library/lab/hello.svg)]("+f.URL+"/containers/library/lab/hello)")
	f.browser(t).get("/badge" + hello).is(http.StatusNotFound)
}

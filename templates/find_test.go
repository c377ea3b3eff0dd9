package templates_test

import (
	"strings"
	"testing"
)

func TestStarIsGivenAndTakenByThoseSignedIn(t *testing.T) {
	t.Parallel()
	for i, want := range []struct{ has, action string }{
		{"", ""}, {"1,234", ""}, {"Star", `action="/do/star/library/lab/deep/hello"`}, {"Starred", `action="/do/unstar/library/lab/deep/hello"`},
	} {
		got := written(t.Context(), stars()[i])
		if !strings.Contains(got, want.has) || !strings.Contains(got, want.action) || strings.Contains(got, "<form") != (want.action != "") {
			t.Errorf("state %d: %s", i, got)
		}
	}
}

func TestWhatWasLookedForIsMarked(t *testing.T) {
	t.Parallel()
	doc := named(t, "search")
	for _, mark := range doc.Find("mark").EachIter() {
		if got := strings.ToLower(mark.Text()); got != "samtools" {
			t.Errorf("%q is marked", got)
		}
	}
	if n := doc.Find("mark").Length(); n < 10 {
		t.Errorf("%d marks", n)
	}
	lines := doc.Find("code.line")
	if lines.Length() != 2 {
		t.Errorf("%d lines of the definition file are shown, want those 2 that hold the word", lines.Length())
	}
	if got := lines.First().Text(); len(got) > 250 {
		t.Errorf("a line of %d bytes is shown", len(got))
	}
}

func TestKeysOfLabelsSurviveTheirAddresses(t *testing.T) {
	t.Parallel()
	want := map[string]bool{"/labels/a%2Fb%20c%3Fd%23e%252F": false, "/labels/maintainer": false}
	for _, link := range named(t, "labels").Find("tbody a").EachIter() {
		want[link.AttrOr("href", "")] = true
	}
	for address, there := range want {
		if !there {
			t.Errorf("nothing leads to %s", address)
		}
	}
}

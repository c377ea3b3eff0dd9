package app_test

import (
	"regexp"
	"strings"
	"testing"
)

// A rule is a phrase that has a better one. Comments are held to few of them: those of
// which no sentence of an engineer has need.
type rule struct {
	find     string
	say      string
	comments bool
	but      []exception
}

// An exception is a file in which a phrase is right, and why.
type exception struct{ file, why string }

var rules = []rule{
	{find: `he|him|his|himself`, say: "they, them, their", comments: true},
	{find: `rooms?`, say: "storage, space, quota", but: []exception{{"app/docs/ARCHITECTURE.md", "the rooms of the code"}}},
	{find: `(take|takes|took|taking|taken) up`, say: "uses; 7 MiB of 10 MiB used"},
	{find: `(is|are|be|was|were|been|being) told`, say: "is notified, is sent events; or leave it out"},
	{find: `(is|are|be|was|were|been) called`, say: "named; or give the name"},
	{find: `for good`, say: "permanently"},
	{find: `for ever`, say: "never expires, indefinitely"},
	{find: `(take|takes|taking|taken|took) (away|back)`, say: "remove, revoke"},
	{find: `there (is|are) no`, say: "No … yet; … not found"},
	{find: `(may|can|might) not see`, say: "not found (or you do not have access)"},
	{find: `(goes|go|went|going|gone) on`, say: "resumes, continues"},
	{find: `look(s|ed|ing)? into`, say: "read, inspect, open"},
	{find: `by (it|him|her)self|by themselves`, say: "automatically"},
	{find: `(bring|brings|brought|bringing) back`, say: "restore"},
	{find: `again and again`, say: "repeatedly, every …"},
	{find: `(let|lets|letting) (\w+ )?go`, say: "delete, release"},
	{find: `(is|are) made( anew)?`, say: "is created, created"},
	{find: `make (the|an?) (token|account|team|link|collection|webhook)`, say: "create"},
	{find: `anew|whereby|wherein|thereby|henceforth|whosoever|whoever may|whom|lest|hither`, say: "the modern word"},
	{find: `are to be|is to be|were to be|was to be`, say: "must, should, will"},
	{find: `nobody known`, say: "anonymous"},
	{find: `here since`, say: "member since"},
	{find: `^to begin$`, say: "get started, to start"},
	{find: `Present (password|ones?)`, say: "current"},
	{find: `(moving|waiting), \d`, say: "active, idle"},
	{find: `just now|not just`, say: "temporarily unavailable; a moment ago"},
	{find: `spoilt|condemned`, say: "corrupt, quarantined"},
	{find: `AgainAndAgain`, say: "run, loop", comments: true},
	{find: `reach(es)? (that|so|as) far`, say: "does not have the … scope"},
	{find: `leads? (here|elsewhere|nowhere)`, say: "the address redirects; no active links"},
	{find: `(clashes|clash)`, say: "conflicts"},
	{find: `is (like this|full of)`, say: "matches"},
	{find: `(no|what) kind of`, say: "unknown kind of"},
	{find: `goes before`, say: "overrides"},
	{find: `, of which`, say: "two sentences"},
	{find: `too[.;:]?$|, too`, say: "also, before the verb"},
	{find: `(comes|come|came) in`, say: "arrives; name the subject"},
	{find: `everything that (was|is|were|are)|what (was|is) (already )?(there|here)`, say: "name the noun"},
	{find: `what (was|is|were) (deleted|pushed|there|kept|sent|said|done|typed|uploaded)`, say: "name the noun: deleted images, uploads"},
	{find: `what of`, say: "name the noun"},
	{find: `the one (who|that|which)`, say: "name the noun"},
}

var found = func() []*regexp.Regexp {
	all := make([]*regexp.Regexp, len(rules))
	for i, r := range rules {
		all[i] = regexp.MustCompile(`(?i)(?:^|[^\w'])(` + r.find + `)(?:$|[^\w'])`)
	}
	return all
}()

// violation is a phrase that has a better one, with the words around it.
type violation struct {
	rule   rule
	around string
}

// around is how many words on each side tell one place of a phrase from others.
const around = 3

func violations(s said) []violation {
	var all []violation
	text := strings.Join(strings.Fields(s.text), " ")
	for i, r := range rules {
		if s.kind == "comment" && !r.comments || r.excepts(s.file) {
			continue
		}
		for _, at := range found[i].FindAllStringSubmatchIndex(text, -1) {
			before, after := strings.Fields(text[:at[2]]), strings.Fields(text[at[3]:])
			words := append(before[max(0, len(before)-around):], text[at[2]:at[3]])
			words = append(words, after[:min(len(after), around)]...)
			all = append(all, violation{r, strings.Join(words, " ")})
		}
	}
	return all
}

func (r rule) excepts(file string) bool {
	for _, e := range r.but {
		if e.file == file {
			return true
		}
	}
	return false
}

func TestWordsRules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"He may not see it.":               2,
		"The cache is there, he\u2019s":    1,
		"4 GiB of 10 GiB used":             0,
		"It takes up room on the disk.":    2,
		"The other helper hid his things.": 1,
		"Bedroom, mushroom":                0,
	} {
		if got := len(violations(said{kind: "page", text: text})); got != want {
			t.Errorf("%q has %d phrases to mend, not %d", text, got, want)
		}
	}
	if got := len(violations(said{kind: "comment", text: "It takes up room; he is told."})); got != 1 {
		t.Errorf("a comment is held to %d rules, not to one", got)
	}
}

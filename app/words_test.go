package app_test

import (
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listWords writes the list that an editor reads:
//
//	go test ./app -run Words -words /tmp/list
var listWords = flag.String("words", "", "write every text that a person can read, with its place, to this file")

// said is one text that a person can read.
type said struct {
	file string
	line int
	kind string // error, help, flag, log, metric, page, attribute, text, script, api, doc or comment
	text string
}

func (s said) String() string {
	text := strings.ReplaceAll(strings.TrimSpace(s.text), "\n", " ⏎ ")
	return fmt.Sprintf("%s:%d\t%s\t%s", s.file, s.line, s.kind, text)
}

// sources are the files that texts come from, by the end of their names.
var sources = []struct {
	suffix string
	read   func(file string, source []byte) ([]said, error)
}{
	{"_test.go", nil}, {"_templ.go", nil}, // tests say what they like; generated pages repeat their source
	{".go", goTexts},
	{".templ", templTexts},
	{".js", scriptTexts},
	{"openapi.json", apiTexts},
	{".md", docTexts},
}

// everyText reads all texts of the project.
func everyText(t *testing.T) []said {
	t.Helper()
	var all []said
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			_, fixture := fixtures[strings.TrimPrefix(filepath.ToSlash(file), "../")]
			if fixture || name == "testdata" || strings.HasPrefix(name, ".") && name != ".." {
				return filepath.SkipDir
			}
			return nil
		}
		for _, s := range sources {
			if !strings.HasSuffix(name, s.suffix) {
				continue
			}
			if s.read == nil {
				return nil
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			texts, err := s.read(path.Clean(strings.TrimPrefix(filepath.ToSlash(file), "../")), source)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, texts...)
			return nil
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(all, func(a, b said) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line)) })
	return all
}

// allowed holds phrases that were there before the rules were; it may only shrink. Each
// line is a phrase with the words around it, wherever it is.
const allowed = "testdata/words.txt"

// TestWords holds the product's language to its rules: a phrase that has a better one may
// not come back. With -update what was mended is taken off the list of old phrases; nothing
// is ever added to it.
func TestWords(t *testing.T) {
	t.Parallel()
	texts := everyText(t)
	if *listWords != "" {
		writeWords(t, texts)
		return
	}
	check(t, texts)
}

func check(t *testing.T, texts []said) {
	old := map[string]bool{}
	for line := range strings.Lines(readText(t, allowed)) {
		old[strings.TrimRight(line, "\n")] = true
	}
	present := map[string]bool{}
	for _, s := range texts {
		for _, v := range violations(s) {
			present[v.around] = true
			if !old[v.around] {
				t.Errorf("%s:%d (%s): …%s…\n\tsay: %s", s.file, s.line, s.kind, v.around, v.rule.say)
			}
		}
	}
	if *update {
		shrink(t, old, present)
	}
}

// shrink takes the phrases that are no longer there off the list of old ones.
func shrink(t *testing.T, old, present map[string]bool) {
	var keep []string
	for phrase := range old {
		if present[phrase] {
			keep = append(keep, phrase+"\n")
		}
	}
	slices.Sort(keep)
	if err := os.WriteFile(allowed, []byte(strings.Join(keep, "")), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writeWords(t *testing.T, texts []said) {
	var list strings.Builder
	for _, s := range texts {
		if s.kind != "comment" {
			list.WriteString(s.String() + "\n")
		}
	}
	if err := os.WriteFile(*listWords, []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

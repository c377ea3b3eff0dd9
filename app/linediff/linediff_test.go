package linediff_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/linediff"
)

// written writes a difference as diff does.
func written(lines []linediff.Line) string {
	var out strings.Builder
	for _, l := range lines {
		out.WriteByte(byte(l.Op))
		out.WriteString(l.Text + "\n")
	}
	return out.String()
}

func TestLinesTellWhatChanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"a\nb\n", "a\nb", " a\n b\n"},
		{"", "a\nb\n", "+a\n+b\n"},
		{"a\nb\n", "", "-a\n-b\n"},
		{"a\nb\nc\n", "a\nx\nc\n", " a\n-b\n+x\n c\n"},
		{"a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc", "-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n"},
		{"a\n\nb", "a\nb", " a\n-\n b\n"},
	} {
		if d := cmp.Diff(c.want, written(first(linediff.Lines(c.old, c.new)))); d != "" {
			t.Errorf("%q to %q (-want +got):\n%s", c.old, c.new, d)
		}
	}
	got := first(linediff.Lines("a\nb", "b\nc"))
	want := []linediff.Line{{linediff.Removed, "a", 1, 0}, {linediff.Same, "b", 2, 1}, {linediff.Added, "c", 0, 2}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("numbers (-want +got):\n%s", d)
	}
}

// sides gives the two texts that a difference is of.
func sides(lines []linediff.Line) (old, new []string) {
	for _, l := range lines {
		if l.Op != linediff.Added {
			old = append(old, l.Text)
		}
		if l.Op != linediff.Removed {
			new = append(new, l.Text)
		}
	}
	return old, new
}

// TestBothTextsAreWhole holds against texts by chance that nothing is lost, and that no
// fewer edits would have done.
func TestBothTextsAreWhole(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	text := func() []string {
		lines := make([]string, chance.IntN(12))
		for i := range lines {
			lines[i] = string(rune('a' + chance.IntN(3)))
		}
		return lines
	}
	for range 2000 {
		old, new := text(), text()
		lines, _ := linediff.Lines(strings.Join(old, "\n"), strings.Join(new, "\n"))
		a, b := sides(lines)
		if !slices.Equal(a, old) || !slices.Equal(b, new) {
			t.Fatalf("%q to %q: %q", old, new, written(lines))
		}
		same := 0
		for _, l := range lines {
			if l.Op == linediff.Same {
				same++
			}
		}
		if want := common(old, new); same != want {
			t.Fatalf("%q to %q: %d lines are the same, %d could be", old, new, same, want)
		}
	}
}

// common is the length of the longest common subsequence, found the slow way.
func common(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

func TestTextsThatDifferTooMuchReplaceEachOther(t *testing.T) {
	t.Parallel()
	old, new := strings.Repeat("a\n", 900), strings.Repeat("b\n", 900)
	lines, _ := linediff.Lines("first\n"+old+"last\n", "first\n"+new+"last\n")
	if len(lines) != 1802 || lines[1].Op != linediff.Removed || lines[901].Op != linediff.Added || lines[1801].Op != linediff.Same {
		t.Errorf("%d lines", len(lines))
	}
}

// first leaves the lines of a difference.
func first(lines []linediff.Line, _ bool) []linediff.Line { return lines }

// However long texts are, so many lines and bytes of each are compared, and no more.
func TestOnlyTheBeginningOfLongTextsIsCompared(t *testing.T) {
	t.Parallel()
	numbered := func(n int, word string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%s%d\n", word, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		old, new string
		most     int // lines in all
		cut      bool
	}{
		"short":                   {"a\n", "b\n", 2, false},
		"as many as there may be": {numbered(linediff.MaxLines, "a"), "", linediff.MaxLines, false},
		"one more":                {numbered(linediff.MaxLines+1, "a"), "", linediff.MaxLines, true},
		"all different":           {numbered(130_000, "a"), numbered(130_000, "b"), 2 * linediff.MaxLines, true},
		"all the same":            {numbered(130_000, "a"), numbered(130_000, "a"), linediff.MaxLines, true},
		"one long line":           {strings.Repeat("ä", linediff.MaxBytes), "x", 2, true},
		"some long lines":         {strings.Repeat(strings.Repeat("x", 1000)+"\n", 1000), "", 65, true},
	} {
		lines, cut := linediff.Lines(c.old, c.new)
		bytes := 0
		for _, l := range lines {
			bytes += len(l.Text)
			if !utf8.ValidString(l.Text) {
				t.Errorf("%s: a letter is cut in two", name)
			}
		}
		if len(lines) != c.most || cut != c.cut || bytes > 2*linediff.MaxBytes {
			t.Errorf("%s: %d lines of %d bytes, %v", name, len(lines), bytes, cut)
		}
	}
}

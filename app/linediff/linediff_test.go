package linediff_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

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
		if d := cmp.Diff(c.want, written(linediff.Lines(c.old, c.new))); d != "" {
			t.Errorf("%q to %q (-want +got):\n%s", c.old, c.new, d)
		}
	}
	got := linediff.Lines("a\nb", "b\nc")
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
		lines := linediff.Lines(strings.Join(old, "\n"), strings.Join(new, "\n"))
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
	old, new := strings.Repeat("a\n", 100_000), strings.Repeat("b\n", 100_000)
	lines := linediff.Lines("first\n"+old+"last\n", "first\n"+new+"last\n")
	if len(lines) != 200_002 || lines[1].Op != linediff.Removed || lines[100_001].Op != linediff.Added || lines[200_001].Op != linediff.Same {
		t.Errorf("%d lines", len(lines))
	}
}

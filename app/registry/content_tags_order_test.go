package registry

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/quick"
)

func TestVersionsComeInTheirOrder(t *testing.T) {
	t.Parallel()
	want := []string{"0.9.9", "1.0-alpha", "1.0-alpha.2", "1.0-beta-cuda", "1.0-rc1", "1.0.RC2", "1.0", "1.0-cuda", "1.0-devel", "1.00.1-dev", "1.0.1", "v1.1", "1.9",
		"1.10-rc1", "1.10", "1.10-cuda", "1.x", "010", "2024.01", "99999999999999999999999", "dev", "latest", "vanilla"}
	got := slices.Clone(want)
	rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, func(a, b string) int { return versionOf(a).compare(versionOf(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// spelled makes a name of parts, among them all that are treated apart.
func spelled(parts []byte) string {
	all := []string{"v", "0", "1", "01", "10", ".", "-", "_", "rc", "-rc1", "RC", "-cuda", "dev", "x"}
	var name strings.Builder
	for _, p := range parts[:min(len(parts), 5)] {
		name.WriteString(all[int(p)%len(all)])
	}
	return name.String()
}

// A sort needs no less, and a list that is cut into pages needs that no two are equal.
func TestVersionsHaveAStrictOrder(t *testing.T) {
	t.Parallel()
	strict := func(p, q, r []byte) bool {
		a, b, c := versionOf(spelled(p)), versionOf(spelled(q)), versionOf(spelled(r))
		ab, bc, ac := a.compare(b), b.compare(c), a.compare(c)
		ok := ab == -b.compare(a) && (ab == 0) == (a.name == b.name)
		ok = ok && (ab > 0 || bc > 0 || ac <= 0) && (ab < 0 || bc < 0 || ac >= 0)
		if !ok {
			t.Logf("%q %q %q: %d, %d, %d", a.name, b.name, c.name, ab, bc, ac)
		}
		return ok
	}
	if err := quick.Check(strict, &quick.Config{MaxCount: 50_000}); err != nil {
		t.Error(err)
	}
}

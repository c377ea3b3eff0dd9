package registry

import (
	"cmp"
	"slices"
	"strings"

	"sregistry/app/model"
)

// compareVersions puts names in the order of versions: runs of digits compare as numbers,
// "1.9" before "1.10", and what is marked as not yet a release comes before it, "1.0-rc1"
// before "1.0". Names that are no versions compare as texts.
func compareVersions(a, b string) int {
	x, y := strings.TrimPrefix(a, "v"), strings.TrimPrefix(b, "v")
	for x != "" && y != "" {
		runX, runY := run(x), run(y)
		if c := compareRuns(runX, runY); c != 0 {
			return c
		}
		x, y = x[len(runX):], y[len(runY):]
	}
	switch {
	case x == y:
		return strings.Compare(a, b)
	case x == "":
		return -longer(y)
	}
	return longer(x)
}

// longer compares a version with its own beginning, by the rest that it has more.
func longer(rest string) int {
	rest = strings.TrimLeft(strings.ToLower(rest), "-._")
	for _, mark := range []string{"alpha", "beta", "rc", "pre", "dev", "snapshot"} {
		if strings.HasPrefix(rest, mark) {
			return -1
		}
	}
	return 1
}

// run gives the digits, or the other characters, that a text begins with.
func run(text string) string {
	digits := isDigit(text[0])
	for i := range len(text) {
		if isDigit(text[i]) != digits {
			return text[:i]
		}
	}
	return text
}

func compareRuns(a, b string) int {
	if !isDigit(a[0]) || !isDigit(b[0]) {
		return strings.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// sortTags puts tags in an order in which the first is what one most likely looks for.
func sortTags(tags []model.Tag, order TagOrder) {
	slices.SortFunc(tags, func(a, b model.Tag) int {
		if order == ByVersion {
			return compareVersions(b.Name, a.Name)
		}
		return cmp.Or(b.Updated.Compare(a.Updated), compareVersions(b.Name, a.Name))
	})
}

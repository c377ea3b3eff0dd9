package registry

import (
	"cmp"
	"slices"
	"strings"

	"sregistry/app/model"
)

// version is a name as it is compared with others: its runs of digits and of other
// characters, without a "v" before its first digit, and its end.
type version struct {
	runs []run
	name string
}

// compare puts names in the order of versions. It is a strict order, for a sort goes wrong
// by any other: only equal names compare as 0. The first run in which two names differ
// decides:
//
//   - digits compare as numbers: "1.9" comes before "1.10";
//   - a mark of what is not yet a release comes before the end, and that before everything
//     else: "1.0-rc1", "1.0", "1.0-cuda", "1.0.1";
//   - other characters compare as text, and come after digits: "1.0", "latest".
//
// Names that differ in none, as "v1.0" and "1.00", compare as texts.
func (v version) compare(o version) int {
	return cmp.Or(slices.CompareFunc(v.runs, o.runs, run.compare), strings.Compare(v.name, o.name))
}

// runKind tells runs apart, in the order in which they come.
type runKind int

const (
	runUnreleased runKind = iota
	runEnd
	runDigits // without leading zeros
	runText
)

// run is what a part of a name counts for.
type run struct {
	kind runKind
	text string
}

// unreleased are the marks of what is not yet a release, if something is before them.
var unreleased = []string{"alpha", "beta", "rc", "pre", "preview", "dev", "snapshot"}

func versionOf(name string) version {
	v := version{make([]run, 0, 8), name}
	if rest, ok := strings.CutPrefix(name, "v"); ok && rest != "" && isDigit(rest[0]) {
		name = rest
	}
	for name != "" {
		length := 1
		for length < len(name) && isDigit(name[length]) == isDigit(name[0]) {
			length++
		}
		text := name[:length]
		switch {
		case isDigit(text[0]):
			v.runs = append(v.runs, run{runDigits, strings.TrimLeft(text, "0")})
		case len(v.runs) > 0 && slices.Contains(unreleased, firstWord(text)):
			v.runs = append(v.runs, run{runUnreleased, text})
		default:
			v.runs = append(v.runs, run{runText, text})
		}
		name = name[length:]
	}
	v.runs = append(v.runs, run{kind: runEnd})
	return v
}

func firstWord(text string) string {
	text = strings.ToLower(strings.TrimLeft(text, "-._"))
	if last := strings.IndexAny(text, "-._"); last >= 0 {
		return text[:last]
	}
	return text
}

func (r run) compare(o run) int {
	if r.kind == runDigits && o.kind == runDigits {
		return cmp.Or(cmp.Compare(len(r.text), len(o.text)), strings.Compare(r.text, o.text))
	}
	return cmp.Or(cmp.Compare(r.kind, o.kind), strings.Compare(r.text, o.text))
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// sortTags puts tags in an order in which the first is what one most likely wants.
func sortTags(tags []model.Tag, order TagOrder) {
	versions := make(map[string]version, len(tags))
	for _, t := range tags {
		versions[t.Name] = versionOf(t.Name)
	}
	slices.SortFunc(tags, func(a, b model.Tag) int {
		byVersion := versions[b.Name].compare(versions[a.Name])
		if order == ByVersion {
			return byVersion
		}
		return cmp.Or(b.Updated.Compare(a.Updated), byVersion)
	})
}

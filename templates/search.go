package templates

import (
	"net/url"
	"strings"

	"sregistry/app/model"
)

// Search is the page of what was found: GET /search. Its form is the one in the masthead
// of every page, with fields of its own besides.
type Search struct {
	Page
	// Query is what was asked for.
	Query SearchQuery
	// Containers and the rest are what was found of each kind, in the order to show.
	Containers  []model.Container
	Collections []model.Collection
	Tags        []model.FoundTag
	Labels      []model.LabelCount
	Definitions []model.FoundDefinition
	// More tells of which kinds there is more; Next is the address of the next part, if
	// one kind was asked for.
	More map[model.Kind]bool
	Next string
	// Arches are the architectures to choose from.
	Arches []string
}

// SearchQuery is what a visitor looks for, as the address says it.
type SearchQuery struct {
	Text       string
	Kind       model.Kind
	Namespace  string
	Arch       string
	Key, Value string // of a label
	Signed     bool
	Starred    bool // by the viewer
	Order      model.Order
}

// Path is the address of the search.
func (q SearchQuery) Path() string {
	return withQuery("/search", "q", q.Text, "kind", string(q.Kind), "owner", q.Namespace, "arch", q.Arch, "label", q.Key, "value", q.Value,
		"signed", yes(q.Signed), "starred", yes(q.Starred), "sort", string(q.Order))
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// of is the same search for one kind of thing.
func (q SearchQuery) of(kind model.Kind) SearchQuery {
	q.Kind = kind
	return q
}

// words are what is to be marked in what was found.
func (q SearchQuery) words() []string {
	return strings.FieldsFunc(strings.ToLower(q.Text), func(r rune) bool { return strings.ContainsRune(" \t\n/:", r) })
}

// filtered reports whether more than words and a kind were chosen by.
func (q SearchQuery) filtered() bool {
	return q.Namespace != "" || q.Arch != "" || q.Key != "" || q.Value != "" || q.Signed
}

// title says what the page shows.
func (p Search) title() string {
	switch q := p.Query; {
	case strings.TrimSpace(q.Text) != "":
		return "Search"
	case q.Starred:
		return "Starred by me"
	case q.Key != "" || q.Arch != "" || q.Namespace != "" || q.Signed:
		return "Containers"
	}
	return "All containers"
}

// empty reports whether nothing was found.
func (p Search) empty() bool {
	return len(p.Containers)+len(p.Collections)+len(p.Tags)+len(p.Labels)+len(p.Definitions) == 0
}

// status is for those who do not see that the list has changed while they type.
func (p Search) status() string {
	if p.empty() {
		return "No results."
	}
	return plural(len(p.Containers)+len(p.Collections)+len(p.Tags)+len(p.Labels)+len(p.Definitions), "result") + " shown."
}

// kindWord is a kind of thing, as a heading.
func kindWord(k model.Kind) string {
	switch k {
	case model.KindContainer:
		return "Containers"
	case model.KindCollection:
		return "Collections"
	case model.KindTag:
		return "Tags"
	case model.KindLabel:
		return "Labels"
	}
	return "Definition files"
}

// searchKinds are the kinds to choose from.
var searchKinds = []model.Kind{model.KindContainer, model.KindCollection, model.KindTag, model.KindLabel, model.KindDefinition}

// searchOrder is an order to choose from.
type searchOrder struct {
	order model.Order
	text  string
}

var searchOrders = []searchOrder{{model.Pulled, "Most pulled"}, {model.Newest, "Newest"}, {model.Starred, "Most starred"}, {model.ByName, "Name"}}

// LabelPath is the path of the page of a label's values: "/labels/{key}".
func LabelPath(key string) string { return "/labels/" + url.PathEscape(key) }

// labelled searches the containers with a label.
func labelled(l model.LabelCount) SearchQuery {
	return SearchQuery{Key: l.Key, Value: l.Value, Order: model.Newest}
}

// maxValue bounds what a list shows of a label's value, in bytes.
const maxValue = 300

// clipped shortens a value for a list.
func clipped(text string) string {
	if len(text) <= maxValue {
		return text
	}
	return strings.ToValidUTF8(text[:maxValue], "") + "…"
}

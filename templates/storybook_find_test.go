package templates_test

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

func findStories() []story {
	lab := ref.Collection{Namespace: "library", Name: "lab"}
	containers := []model.Container{
		{Name: ref.Container{Collection: lab, Container: "samtools"}, Public: true, Updated: now, Tags: 12, Pulls: 4821, Stars: 17},
		{Name: ref.Container{Collection: ref.Collection{Namespace: "alice", Name: "tools"}, Container: "samtools"}, Updated: now.AddDate(0, -2, 0), Tags: 1, Frozen: true},
		{Name: ref.Container{Collection: ref.Collection{Namespace: "alice", Name: longPart}, Container: "deep/" + longPart}, Updated: now, Tags: 10000},
	}
	definition := "Bootstrap: docker\nFrom: debian:13\n\n%post\n    apt-get install -y samtools  # " + strings.Repeat("a long line, ", 30) + "SAMTOOLS\n    " + hostile + "samtools\n"
	tag := model.FoundTag{Container: containers[0].Name, Tag: "samtools-1.22"}
	full := templates.Search{Page: signedIn("/search?q=samtools"), Query: templates.SearchQuery{Text: "samtools", Order: model.Pulled}, Containers: containers,
		Collections: []model.Collection{
			{Name: lab, Public: true, Containers: 3, Description: "Samtools and what goes with it. " + hostile},
			{Name: ref.Collection{Namespace: "alice", Name: longPart}, Description: rtl + " samtools"}},
		Tags:        []model.FoundTag{tag, {Container: containers[2].Name, Tag: "samtools"}},
		Labels:      []model.LabelCount{{Key: "maintainer", Value: "samtools people", Images: 12}, {Key: hostile + longPart, Value: strings.Repeat("samtools ", 50), Images: 1}},
		Definitions: []model.FoundDefinition{{FoundTag: tag, Text: definition}},
		More:        map[model.Kind]bool{model.KindContainer: true, model.KindLabel: true},
		Arches:      []string{"amd64", "arm64"},
	}
	full.Search = "samtools"
	one := full
	one.Query = templates.SearchQuery{Text: "samtools", Kind: model.KindContainer, Arch: "arm64", Key: "maintainer", Value: rtl, Namespace: "alice", Signed: true, Starred: true, Order: model.ByName}
	one.Collections, one.Tags, one.Labels, one.Definitions, one.More, one.Next = nil, nil, nil, nil, nil, "/search?after=x&q=samtools"
	nothing := templates.Search{Page: anonymous("/search?q=%3Cscript%3E"), Query: templates.SearchQuery{Text: hostile}}
	nothing.Search = hostile
	labels := []model.LabelCount{{Key: "maintainer", Images: 1234567}, {Key: "org.label-schema.usage.singularity.deffile.from", Images: 4},
		{Key: hostile, Images: 1}, {Key: "a/b c?d#e%2F", Images: 2}, {Key: longPart, Images: 1}}
	values := []model.LabelCount{{Key: "maintainer", Images: 3}, {Key: "maintainer", Value: "ada@example.org", Images: 12}, {Key: "maintainer", Value: rtl, Images: 1},
		{Key: "maintainer", Value: emoji + strings.Repeat(" long", 100), Images: 1}, {Key: "maintainer", Value: hostile, Images: 1}}
	return []story{
		{"search", full.View()},
		{"search-one-kind", one.View()},
		{"search-nothing", nothing.View()},
		{"search-stars-none", templates.Search{Page: signedIn("/search?starred=yes"), Query: templates.SearchQuery{Starred: true}}.View()},
		{"labels", templates.Labels{Page: anonymous("/labels"), Keys: labels, More: "/labels?after=x"}.View()},
		{"labels-empty", templates.Labels{Page: signedIn("/labels")}.View()},
		{"label", templates.Label{Page: anonymous("/labels/maintainer"), Key: "maintainer", Values: values, More: "/labels/maintainer?after=x"}.View()},
		{"label-empty", templates.Label{Page: signedIn("/labels/x"), Key: longPart + longPart + longPart}.View()},
	}
}

// Star is a part of a page; here it is alone, to be looked at in its states.
func stars() []templ.Component {
	name := ref.Container{Collection: ref.Collection{Namespace: "library", Name: "lab"}, Container: "deep/hello"}
	return []templ.Component{
		templates.Star{Container: name}.View(), templates.Star{Container: name, Count: 1234}.View(),
		templates.Star{Container: name, Count: 1, SignedIn: true}.View(), templates.Star{Container: name, Count: 2, SignedIn: true, Given: true}.View(),
	}
}

// written renders a component.
func written(ctx context.Context, c templ.Component) string {
	var page strings.Builder
	if err := c.Render(ctx, io.Writer(&page)); err != nil {
		return err.Error()
	}
	return page.String()
}

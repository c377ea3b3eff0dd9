package templates

import (
	"time"

	"sregistry/app/model"
	"sregistry/templates/markdown"
)

// Container is the page of a container: GET /containers/{namespace}/{collection}/{container}.
type Container struct {
	Page
	// Container is what is shown.
	Container model.Container
	// Public is the collection's visibility.
	Public bool
	// About is what its owners tell about it; empty if they told nothing.
	About markdown.HTML
	// Readme says who told that, and when.
	Readme model.Readme
	// Star is its stars, and the viewer's.
	Star Star
	// CanDescribe says that the viewer may change it.
	MayDescribe bool
	// Tags are a part of the container's, of which there are All, in the order ByVersion or
	// else of time. Text was looked for in their names, and Found in so many.
	Tags       []model.Tag
	All, Found int
	Text       string
	ByVersion  bool
	// First tells that the list begins here; More is the address of its next part.
	First bool
	More  string
	// Example is the tag that Pulls, the ways to pull, are for; both may be empty.
	Example string
	Pulls   []Command
	// Pulled tells how often anything in it was pulled, up to Now.
	Pulled model.Pulls
	Now    time.Time
}

// path is the page's own, in an order.
func (p Container) path(byVersion bool) string {
	order := ""
	if byVersion {
		order = "version"
	}
	return withQuery(ContainerPath(p.Container.Name), "find", p.Text, "order", order)
}

// Next is the address of the part of the list that follows a cursor.
func (p Container) Next(after string) string {
	order := ""
	if p.ByVersion {
		order = "version"
	}
	return withQuery(ContainerPath(p.Container.Name), "find", p.Text, "order", order, "after", after)
}

// compare is the address of the comparison of a tag with the one that follows it in the
// list; empty for the last, and for images that are not files.
func (p Container) compare(at int) string {
	if at+1 >= len(p.Tags) {
		return ""
	}
	return withQuery(ImagePath(p.Container.Name, p.Tags[at].Name), "view", "compare", "with", p.Tags[at+1].Name)
}

// signedTag reports whether all images of a tag are validly signed.
func signedTag(t model.Tag) bool {
	for _, i := range t.Images {
		if len(i.Signers) == 0 {
			return false
		}
	}
	return len(t.Images) > 0
}

// archWords is the architecture of an image under a tag, or what it is instead.
func archWords(i model.Image) string {
	if i.Arch != "" {
		return i.Arch
	}
	return kindWords(i.Kind)
}

// imageUnder is the address of an image under its tag, which may have others beside it.
func imageUnder(t model.Tag, i model.Image) string {
	arch := ""
	if len(t.Images) > 1 {
		arch = i.Arch
	}
	return withQuery(ImagePath(i.Container, t.Name), "arch", arch)
}

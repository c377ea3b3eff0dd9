package templates

import (
	"sregistry/app/model"
	"sregistry/app/ref"
)

// ImageHead is what all pages of one image begin with: its name, and the ways to look at
// it.
type ImageHead struct {
	// Image is what is shown, with the tag it was asked by.
	Image model.Image
	// Public is the collection's visibility.
	Public bool
	// Arch is the architecture that was asked for; empty if none was.
	Arch string
	// Archs are the architectures that the tag has, if it has several.
	Archs []string
	// Manage says that the viewer may change the image's tags, share and delete it.
	Manage bool
	// View is the present way to look: "" for the overview, or "files" or "compare".
	View string
}

// title is the image's short name with its suffix.
func (h ImageHead) title() string { return h.Image.Container.String() + h.suffix() }

// suffix is the tag that the image was asked by, or else its shortened digest, written as
// it follows the name.
func (h ImageHead) suffix() string {
	if h.Image.Tag != "" {
		return ":" + h.Image.Tag
	}
	return "@" + shorten(string(h.Image.Known()))
}

// reference names the image in addresses: its tag or, dotted, its digest.
func (h ImageHead) reference() string {
	if h.Image.Tag != "" {
		return h.Image.Tag
	}
	return ref.Dotted(h.Image.Known())
}

// view is the address of another way to look at the image; words are further parameters.
func (h ImageHead) view(name string, words ...string) string {
	return withQuery(ImagePath(h.Image.Container, h.reference()), append([]string{"view", name, "arch", h.Arch}, words...)...)
}

// whole is the address of something that is too long to be shown whole.
func (h ImageHead) whole(d Download) string { return h.view(d.View, "part", d.Part) }

// inArch is the address of this view for another architecture.
func (h ImageHead) inArch(arch string) string {
	h.Arch = arch
	return h.view(h.View)
}

// views are the ways to look at an image. What is inside one that is not a file, others
// than we have to say.
func (h ImageHead) views() []navItem {
	items := []navItem{{"Overview", h.view("")}}
	if h.Image.Kind.IsFile() {
		items = append(items, navItem{"Files", h.view("files")})
	}
	return append(items, navItem{"Compare", h.view("compare")})
}

// here reports whether an entry of views is the present one.
func (h ImageHead) here(item navItem) bool { return item.path == h.view(h.View) }

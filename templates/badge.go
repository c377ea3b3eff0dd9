package templates

import (
	"strconv"
	"unicode/utf8"

	"sregistry/app/ref"
)

// Badge is a small picture (SVG) for READMEs elsewhere: a container's name, its newest tag
// and how large that is. GET /badge/{namespace}/{collection}/{container}.svg.
type Badge struct {
	Name string // "lab/hello"
	Tag  string
	Size int64 // bytes
	// Unknown says that there is no such public container, or no tag in it.
	Unknown bool
}

// BadgePath is the path of a container's badge.
func BadgePath(c ref.Container) string { return "/badge/" + c.Full() + ".svg" }

// The measures of a badge, in pixels. The text is fitted to the width, whatever the font.
const (
	badgeHeight  = 20
	badgePadding = 7
	badgeLetter  = 7
)

// says is the right half.
func (b Badge) says() string {
	if b.Unknown {
		return "unknown"
	}
	return b.Tag + ", " + bytesOf(b.Size)
}

func badgeText(text string) int { return badgeLetter * utf8.RuneCountInString(text) }
func (b Badge) left() int       { return badgeText(b.Name) + 2*badgePadding }
func (b Badge) right() int      { return badgeText(b.says()) + 2*badgePadding }

// colour of the right half: the site's accent, or grey.
func (b Badge) colour() string {
	if b.Unknown {
		return "#8b867a"
	}
	return "#0c5c66"
}

// badgeLine is what a README in Markdown needs.
func (p ManageContainer) badgeLine() string {
	return "[![" + p.Container.Name.String() + "](" + p.Base + BadgePath(p.Container.Name) + ")](" + p.Base + "/containers/" + p.Container.Name.Full() + ")"
}

func px(n int) string { return strconv.Itoa(n) }

package templates

import (
	"sregistry/app/linediff"
	"sregistry/app/model"
)

// Compare is the page of what differs between two images of a container:
// GET /containers/{namespace}/{collection}/{container}:{reference}?view=compare&with=….
// The image that the page begins with is the new one, the other the old.
type Compare struct {
	Page
	ImageHead
	// With is the reference of the old image, as it was asked for, and Choices are tags to
	// choose from.
	With    string
	Choices []string
	// Problem is why With cannot be compared; empty if it can, or nothing was asked for.
	Problem string
	// Old is the head of the old image; nil if there is none to show.
	Old *ImageHead
	// Definition and Environment are the lines of both; empty if neither has any.
	Definition  []linediff.Line
	Environment []linediff.Line
	// Truncated are the texts of which only the beginning is compared.
	Truncated []Download
	// Labels are those that differ.
	Labels []LabelChange
	// Files are those that differ; FilesProblem is why they were not compared.
	Files        model.FileChanges
	FilesProblem string
}

// LabelChange is a label that differs between two images. One that is in one of them only
// is empty in the other.
type LabelChange struct{ Key, Old, New string }

// swap is the address of the same comparison the other way round.
func (p Compare) swap() string { return p.Old.view("compare", "with", p.reference()) }

// same reports whether both are one and the same image.
func (p Compare) same() bool { return p.Old.Image.Known() == p.Image.Known() }

// growth is how much larger the new image is: "+1.2 MiB", "−30 B".
func (p Compare) growth() string {
	switch more := p.Image.Size - p.Old.Image.Size; {
	case more > 0:
		return "+" + bytesOf(more)
	case more < 0:
		return "−" + bytesOf(-more)
	}
	return "same size"
}

// fact is a line of the table of what both images are.
type fact struct{ name, old, new string }

func (p Compare) facts() []fact {
	of := func(i model.Image) []string {
		return []string{shorten(string(i.Known())), bytesOf(i.Size), archWords(i), kindWords(i.Kind), minute(i.Pushed)}
	}
	var list []fact
	old, new := of(p.Old.Image), of(p.Image)
	for at, name := range []string{"Digest", "Size", "Architecture", "Type", "Pushed"} {
		list = append(list, fact{name, old[at], new[at]})
	}
	list[1].new += " (" + p.growth() + ")"
	return list
}

// contextLines is how many lines are shown around a change that are the same.
const contextLines = 3

// hunk is a part of a difference: lines that are the same, of which the middle may be
// folded away, or lines that were replaced by others.
type hunk struct {
	same     []linediff.Line
	folded   []linediff.Line // between same and after
	after    []linediff.Line
	old, new []linediff.Line
}

// hunks takes a difference apart.
func hunks(lines []linediff.Line) []hunk {
	var list []hunk
	for at := 0; at < len(lines); {
		from := at
		if lines[at].Op == linediff.Same {
			for at < len(lines) && lines[at].Op == linediff.Same {
				at++
			}
			list = append(list, fold(lines[from:at], from == 0, at == len(lines)))
			continue
		}
		var h hunk
		for ; at < len(lines) && lines[at].Op != linediff.Same; at++ {
			if lines[at].Op == linediff.Removed {
				h.old = append(h.old, lines[at])
			} else {
				h.new = append(h.new, lines[at])
			}
		}
		list = append(list, h)
	}
	return list
}

// fold leaves of lines that are the same those next to a change.
func fold(lines []linediff.Line, first, last bool) hunk {
	before, after := contextLines, contextLines
	if first {
		before = 0
	}
	if last {
		after = 0
	}
	if len(lines) <= before+after+1 {
		return hunk{same: lines}
	}
	return hunk{same: lines[:before], folded: lines[before : len(lines)-after], after: lines[len(lines)-after:]}
}

// changed reports whether any line differs.
func changed(lines []linediff.Line) bool {
	for _, l := range lines {
		if l.Op != linediff.Same {
			return true
		}
	}
	return false
}

// changeWords says what became of a file.
func changeWords(c model.FileChange) string {
	switch {
	case c.Old == nil:
		return "added"
	case c.New == nil:
		return "removed"
	}
	return "changed"
}

// fileWords says what is known of a file: its mode, and its size or where it leads.
func fileWords(f *model.File) string {
	switch {
	case f == nil:
		return "–"
	case f.Target != "":
		return modeWords(f.Mode) + " → " + shown(f.Target)
	case f.Mode.IsRegular():
		return modeWords(f.Mode) + " " + bytesOf(f.Size)
	}
	return modeWords(f.Mode)
}

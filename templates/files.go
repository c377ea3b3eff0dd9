package templates

import (
	"io/fs"
	"path"
	"strings"
	"unicode"

	"sregistry/app/model"
)

// Files is the page of the files in an image:
// GET /containers/{namespace}/{collection}/{container}:{reference}?view=files&path=….
type Files struct {
	Page
	ImageHead
	// Folder is the part of a folder that is shown.
	Folder model.Folder
	// PerPage is how many files are shown at a time.
	PerPage int
	// Problem is why nothing can be listed; empty if something can.
	Problem string
}

// step is a folder on the way to the one that is shown.
type step struct{ name, path string }

// steps are the folders from the top to the one that is shown.
func (p Files) steps() []step {
	list := []step{{"/", "/"}}
	at := "/"
	for _, name := range strings.Split(strings.Trim(p.Folder.Path, "/"), "/") {
		if name != "" {
			at = path.Join(at, name)
			list = append(list, step{shown(name), at})
		}
	}
	return list
}

// folder is the address of a folder's listing.
func (p Files) folder(name string) string { return p.view("files", "path", name) }

// at is the address of another part of the folder.
func (p Files) at(skip int) string {
	return p.view("files", "path", p.Folder.Path, "skip", number(max(0, skip)))
}

// last is the number of the last file that is shown.
func (p Files) last() int { return p.Folder.Skip + len(p.Folder.Files) }

// leadsTo is where an entry leads: the address of a folder's listing, or of what a link
// may be to; empty for what cannot be opened.
func (p Files) leadsTo(f model.File) string {
	switch {
	case f.Mode.IsDir():
		return p.folder(path.Join(p.Folder.Path, f.Name))
	case f.Mode&fs.ModeSymlink != 0:
		return p.folder(path.Join(p.Folder.Path, f.Name)) // the core follows it, as far as it leads to a folder
	}
	return ""
}

// modeWords writes a mode as ls does: "drwxr-xr-x".
func modeWords(m fs.FileMode) string {
	kind := "-"
	switch m.Type() {
	case fs.ModeDir:
		kind = "d"
	case fs.ModeSymlink:
		kind = "l"
	case fs.ModeDevice:
		kind = "b"
	case fs.ModeDevice | fs.ModeCharDevice:
		kind = "c"
	case fs.ModeNamedPipe:
		kind = "p"
	case fs.ModeSocket:
		kind = "s"
	}
	bits := []byte(m.Perm().String()[1:])
	for at, special := range map[int]struct {
		flag fs.FileMode
		sign byte
	}{2: {fs.ModeSetuid, 's'}, 5: {fs.ModeSetgid, 's'}, 8: {fs.ModeSticky, 't'}} {
		if m&special.flag == 0 {
			continue
		}
		if bits[at] == '-' {
			special.sign -= 'a' - 'A'
		}
		bits[at] = special.sign
	}
	return kind + string(bits)
}

// shown makes a name of an image's file, which is any bytes, a text that is what it looks
// like: what is not UTF-8, and characters that are not seen or turn the text around, are
// replaced.
func shown(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name, string(unicode.ReplacementChar)))
}

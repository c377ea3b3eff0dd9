package web

import (
	"slices"
	"strings"

	"sregistry/app/model"
	"sregistry/templates"
)

// What a page shows of the inside of an image. In HTML a text grows up to five times, and
// each line of a definition file by a mark.
const (
	maxShownLines  = 1000      // of one text
	maxShownText   = 32 << 10  // bytes of one text
	maxShownTexts  = 128 << 10 // bytes of all texts of a page
	maxShownLabels = 200
	maxShownLabel  = 1 << 10 // bytes of a value
)

// excerpt takes texts as long as a page has room for them, and notes which it left out a part
// of, so that they can be downloaded.
type excerpt struct {
	left  int // bytes
	whole []templates.Download
}

func newExcerpt() *excerpt { return &excerpt{left: maxShownTexts} }

// text gives as much of a text as is shown, without holding on to the rest.
func (e *excerpt) text(d templates.Download, text string) string {
	shown := beginning(text, min(maxShownText, e.left), maxShownLines)
	e.left -= len(shown)
	if len(shown) == len(text) {
		return text
	}
	e.cut(d)
	return strings.Clone(shown)
}

// cut notes that not all of something is shown.
func (e *excerpt) cut(d templates.Download) {
	if !slices.Contains(e.whole, d) {
		e.whole = append(e.whole, d)
	}
}

// inside is text for all texts of an image, or of an app, of which each is found by name says.
func (e *excerpt) inside(i templates.Inside, by func(part templates.Download) templates.Download) templates.Inside {
	i.Runscript = e.text(by(textOf("runscript")), i.Runscript)
	i.Startscript = e.text(by(textOf("startscript")), i.Startscript)
	i.Environment = e.text(by(textOf("environment")), i.Environment)
	i.Test = e.text(by(textOf("test")), i.Test)
	i.Help = e.text(by(textOf("help")), i.Help)
	return i
}

// labels gives the labels that are shown.
func (e *excerpt) labels(list []model.Label) []model.Label {
	if len(list) > maxShownLabels {
		list = list[:maxShownLabels]
		e.cut(wholeReport)
	}
	for at := range list {
		l := &list[at]
		if value := beginning(l.Value, min(maxShownLabel, e.left), maxShownLines); len(value) < len(l.Value) {
			l.Value = value + "…"
			e.cut(wholeReport)
		}
		e.left -= min(e.left, len(l.Key)+len(l.Value))
	}
	return list
}

// beginning gives no more of a text than so many bytes and lines, and whole lines of it if it
// has any.
func beginning(text string, bytes, lines int) string {
	shown := text
	if len(shown) > bytes {
		shown = strings.ToValidUTF8(shown[:bytes], "")
		if last := strings.LastIndexByte(shown, '\n'); last >= 0 {
			shown = shown[:last+1]
		}
	}
	at := 0
	for range lines {
		end := strings.IndexByte(shown[at:], '\n')
		if end < 0 {
			return shown
		}
		at += end + 1
	}
	return shown[:at]
}

package chart

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Area is one rectangle of a Treemap.
type Area struct {
	Name  string
	Value int64
	// Link is where it leads; empty is nowhere.
	Link string
}

// The picture of a Treemap, in its own units.
const (
	mapWidth, mapHeight = 720.0, 320.0
	// letter is about how wide a letter of a name is, and line how high.
	letter, line = 7.0, 15.0
	// shades is how many colours the style sheet has for areas.
	shades = 6
)

// Treemap draws areas whose sizes are as their values; figure writes a value. Each that
// leads somewhere can be reached by the keyboard, the largest first. What an area stands
// for is told by its title, and by its name in it where there is room.
func Treemap(name string, areas []Area, figure func(int64) string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var svg strings.Builder
		drawTreemap(&svg, name, areas, figure)
		_, err := io.WriteString(w, svg.String())
		return err
	})
}

func drawTreemap(svg *strings.Builder, name string, areas []Area, figure func(int64) string) {
	areas = slices.Clone(areas)
	areas = slices.DeleteFunc(areas, func(a Area) bool { return a.Value <= 0 })
	slices.SortStableFunc(areas, func(a, b Area) int { return cmp.Compare(b.Value, a.Value) })
	fmt.Fprintf(svg, `<svg class="treemap" viewBox="0 0 %.0f %.0f" role="group" aria-label="%s">`, mapWidth, mapHeight, templ.EscapeString(name))
	for i, r := range squarify(areas, rectangle{0, 0, mapWidth, mapHeight}) {
		drawArea(svg, areas[i], r, i%shades, figure)
	}
	svg.WriteString("</svg>")
}

func drawArea(svg *strings.Builder, a Area, r rectangle, shade int, figure func(int64) string) {
	title := templ.EscapeString(a.Name + ", " + figure(a.Value))
	if a.Link != "" {
		fmt.Fprintf(svg, `<a href="%s"><title>%s</title>`, templ.EscapeString(string(templ.URL(a.Link))), title)
	} else {
		fmt.Fprintf(svg, `<g role="img"><title>%s</title>`, title)
	}
	fmt.Fprintf(svg, `<rect class="area shade-%d" x="%s" y="%s" width="%s" height="%s"></rect>`,
		shade, place(r.x), place(r.y), place(r.w), place(r.h))
	if room := int((r.w - 12) / letter); room >= 4 && r.h >= line+8 {
		fmt.Fprintf(svg, `<text class="label" x="%s" y="%s">%s</text>`, place(r.x+6), place(r.y+line), templ.EscapeString(fit(a.Name, room)))
		if r.h >= 2*line+8 {
			fmt.Fprintf(svg, `<text class="label" x="%s" y="%s">%s</text>`, place(r.x+6), place(r.y+2*line), templ.EscapeString(fit(figure(a.Value), room)))
		}
	}
	if a.Link != "" {
		svg.WriteString("</a>")
	} else {
		svg.WriteString("</g>")
	}
}

// fit shortens a text to some letters.
func fit(text string, letters int) string {
	if utf8.RuneCountInString(text) <= letters {
		return text
	}
	return string([]rune(text)[:letters-1]) + "…"
}

type rectangle struct{ x, y, w, h float64 }

// squarify lays areas, the largest first, into a rectangle so that they are nearly square
// (Bruls, Huizing and van Wijk, "Squarified Treemaps", 2000): rows along the shorter side
// are filled for as long as that makes their worst area no worse.
func squarify(areas []Area, in rectangle) []rectangle {
	total := 0.0
	for _, a := range areas {
		total += float64(a.Value)
	}
	sizes := make([]float64, len(areas))
	for i, a := range areas {
		sizes[i] = float64(a.Value) / total * in.w * in.h
	}
	var out []rectangle
	for len(sizes) > 0 {
		side := min(in.w, in.h)
		n := 1
		for n < len(sizes) && worst(sizes[:n+1], side) <= worst(sizes[:n], side) {
			n++
		}
		var row []rectangle
		row, in = layRow(sizes[:n], in)
		out, sizes = append(out, row...), sizes[n:]
	}
	return out
}

// worst is the greatest ratio of the sides of areas that share a row along a side.
func worst(sizes []float64, side float64) float64 {
	sum, least, most := 0.0, sizes[0], sizes[0]
	for _, s := range sizes {
		sum, least, most = sum+s, min(least, s), max(most, s)
	}
	return max(side*side*most/(sum*sum), sum*sum/(side*side*least))
}

// layRow puts sizes along the shorter side of a rectangle, and gives what is left of it.
func layRow(sizes []float64, in rectangle) (row []rectangle, rest rectangle) {
	sum := 0.0
	for _, s := range sizes {
		sum += s
	}
	if in.w >= in.h {
		thick, y := sum/in.h, in.y
		for _, s := range sizes {
			row = append(row, rectangle{in.x, y, thick, s / thick})
			y += s / thick
		}
		return row, rectangle{in.x + thick, in.y, in.w - thick, in.h}
	}
	thick, x := sum/in.w, in.x
	for _, s := range sizes {
		row = append(row, rectangle{x, in.y, s / thick, thick})
		x += s / thick
	}
	return row, rectangle{in.x, in.y + thick, in.w, in.h - thick}
}

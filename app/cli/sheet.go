package cli

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/sif"
)

// sheet lays out what is known of one thing: fields with their values below each other, and
// longer texts under a heading. What is empty is left out.
type sheet struct{ to *bufio.Writer }

func newSheet(w io.Writer) sheet { return sheet{bufio.NewWriter(w)} }

// close writes what is left; errors of all that came before show here.
func (s sheet) close() error { return errs.Wrap("cli.sheet", s.to.Flush()) }

func (s sheet) field(name, value string) {
	if value != "" {
		fmt.Fprintf(s.to, "%-13s %s\n", name+":", line(value))
	}
}

func (s sheet) heading(title string) { fmt.Fprintf(s.to, "\n%s\n", line(title)) }

// text shows a text of several lines, indented so that it cannot be taken for a heading.
func (s sheet) text(title, text string) {
	if text = strings.TrimRight(plain(text), "\n"); text == "" {
		return
	}
	s.heading(title)
	for l := range strings.SplitSeq(text, "\n") {
		fmt.Fprintln(s.to, strings.TrimRight("  "+l, " "))
	}
}

// report shows what is inside an image, and what is known of its signatures.
func (s sheet) report(r sif.Report, signatures []string) {
	s.field("Format", strings.TrimSpace(r.Format+" "+r.Version))
	s.field("Architecture", r.Arch)
	s.field("Created", when(r.Created))
	s.field("Compression", r.Compression)
	if r.Encrypted {
		s.field("Encrypted", "yes")
	}
	for _, signature := range signatures {
		s.field("Signature", signature)
	}
	s.metadata("", r.Metadata)
	s.text("Definition file", r.Definition)
	for _, app := range r.Apps {
		s.heading("App " + app.Name)
		s.metadata("App "+app.Name+": ", app.Metadata)
	}
	s.text("Notes", strings.Join(r.Notes, "\n"))
}

// metadata shows what an image, or an app in it, says about its use.
func (s sheet) metadata(prefix string, m sif.Metadata) {
	var labels strings.Builder
	for _, key := range slices.Sorted(maps.Keys(m.Labels)) {
		fmt.Fprintf(&labels, "%s = %s\n", line(key), line(m.Labels[key]))
	}
	s.text(prefix+"Labels", labels.String())
	s.text(prefix+"Help", m.Help)
	s.text(prefix+"Runscript", m.Runscript)
	s.text(prefix+"Startscript", m.Startscript)
	s.text(prefix+"Test", m.Test)
	for _, script := range m.Environment {
		s.text(prefix+"Environment "+script.Path, script.Text)
	}
}

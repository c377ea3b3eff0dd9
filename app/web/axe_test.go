package web_test

import (
	"flag"
	"os"
	"sync"
)

var axeFile = flag.String("axe", "", "with -browser: axe.min.js of axe-core, by which every page that is looked at is examined for accessibility")

// axeSource reads axe-core once.
var axeSource = sync.OnceValues(func() ([]byte, error) { return os.ReadFile(*axeFile) })

// runAxe examines the page by all rules of WCAG 2.2 up to level AA and axe's own good
// practice, and tells a line for each finding.
const runAxe = `axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(
	found => found.violations.flatMap(v => v.nodes.map(n => v.id + " (" + v.help + "): " + n.target.join(" ") + ": " + n.html.slice(0, 200))))`

// examine fails the test for whatever axe-core finds in the present page, if it is there
// to be asked.
func (b *chromium) examine(name string) {
	b.t.Helper()
	if *axeFile == "" {
		return
	}
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	evaluate[any](b, string(source)+";null")
	for _, finding := range evaluate[[]string](b, runAxe) {
		b.t.Errorf("%s: %s", name, finding)
	}
}

package app_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	// required is a line of go.mod, less those of modules that only other modules import.
	required = regexp.MustCompile(`(?m)^(?:require )?\t?([a-z0-9.-]+\.[a-z]+/\S+) v\S+$`)
	// decided is a line of the table in ADR 4.
	decided = regexp.MustCompile(`(?m)^\| ([a-z0-9.-]+\.[a-z]+/\S+) \| (.+) \| (.+) \| (.+) \|$`)
)

// TestDependenciesAreDecided holds ADR 4 against go.mod: each module that the project imports
// has one line there, with a reason and a licence, and no line is left of one that went.
func TestDependenciesAreDecided(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	adr, err := os.ReadFile("docs/adr/0004-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for _, m := range decided.FindAllStringSubmatch(string(adr), -1) {
		lines[m[1]]++
		for _, cell := range m[2:] {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("ADR 4 leaves a cell of %s empty", m[1])
			}
		}
	}
	modules := required.FindAllStringSubmatch(string(mod), -1)
	if len(modules) == 0 {
		t.Fatal("no module was found in go.mod")
	}
	for _, m := range modules {
		if lines[m[1]] != 1 {
			t.Errorf("go.mod requires %s, and ADR 4 has %d lines for it", m[1], lines[m[1]])
		}
		delete(lines, m[1])
	}
	for module := range lines {
		t.Errorf("ADR 4 has a line for %s, which go.mod does not require", module)
	}
	if table := strings.Count(string(adr), "\n| ") - 1; table != len(modules) {
		t.Errorf("ADR 4 has %d lines in its table for %d modules", table, len(modules))
	}
}

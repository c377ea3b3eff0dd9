package app_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"sregistry/app/access"
	"sregistry/app/config"
	"sregistry/app/model"
)

// The tables of the README and of the administrator's manual are made from what the program
// does, and held to it.
func TestReadmeTables(t *testing.T) {
	for marker, place := range map[string]struct{ file, table string }{
		"settings":    {"docs/administration.md", settingsTable()},
		"permissions": {"../README.md", permissionsTable()},
	} {
		holdTable(t, place.file, marker, place.table)
	}
}

// holdTable compares what stands between two comments of a file with a table, or writes it
// there.
func holdTable(t *testing.T, name, marker, table string) {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	between := regexp.MustCompile(`(?s)(<!-- ` + marker + ` -->\n).*?(<!-- /` + marker + ` -->)`)
	if !between.Match(text) {
		t.Fatalf("%s has no place for the table of %s", name, marker)
	}
	got := between.ReplaceAllLiteralString(string(text), "<!-- "+marker+" -->\n"+table+"<!-- /"+marker+" -->")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Error(diff)
	}
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("| setting | default | meaning |\n|---|---|---|\n")
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.New().Flags(f)
	f.VisitAll(func(s *pflag.Flag) {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, strings.Trim("`"+s.DefValue+"`", "[]"), config.Description(s))
	})
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "``", ""), "`[]`", "")
}

func permissionsTable() string {
	user := model.Actor{UserID: 1, Scope: model.ScopeAll}
	admin := user
	admin.Admin = true
	actors := []struct {
		actor model.Actor
		role  model.Role
	}{{model.Anonymous, 0}, {user, model.NoRole}, {user, model.Contributor}, {user, model.Owner}, {admin, model.NoRole}}
	words := map[access.Decision]string{access.Allow: "yes", access.Hidden: "no, and hidden", access.NeedLogin: "no, and hidden", access.Refused: "no"}
	var b strings.Builder
	b.WriteString("| | anonymous | signed in, no role | contributor | owner | admin |\n|---|---|---|---|---|---|\n")
	for _, row := range []struct {
		title  string
		action access.Action
		public bool
	}{
		{"public collection: see, pull", access.Read, true},
		{"private collection: see, pull", access.Read, false},
		{"push, tag", access.Push, true},
		{"freeze, thaw", access.Freeze, true},
		{"delete an image or tag", access.Delete, true},
		{"write a container's README", access.Describe, true},
		{"visibility, roles, links, delete the collection", access.Manage, true},
	} {
		b.WriteString("| " + row.title)
		for _, a := range actors {
			d := access.Can(a.actor, row.action, access.Target{Exists: true, Collection: 1, Public: row.public, Role: a.role})
			word := words[d]
			if row.public && d != access.Allow {
				word = "no"
			}
			b.WriteString(" | " + word)
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

package admin_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"sregistry/app/admin"
	"sregistry/app/cli"
)

// The help of every command fits a terminal of 80 columns, with one line for each flag.
func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	const columns = 80
	root := &cobra.Command{Use: "sregistry"}
	root.AddCommand(admin.Commands(cli.Env{}, "")...)
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		var out bytes.Buffer
		c.InitDefaultHelpFlag()
		c.SetOut(&out)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if line = strings.TrimRight(line, "\n"); utf8.RuneCountInString(line) > columns {
				t.Errorf("%s: %d columns too many: %s", c.CommandPath(), utf8.RuneCountInString(line)-columns, line)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

package config_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"sregistry/app/config"
)

func TestHelpHasOneLineOfATerminalPerSetting(t *testing.T) {
	t.Parallel()
	const columns = 80
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.New().Flags(f)
	lines, settings := 0, 0
	for line := range strings.Lines(f.FlagUsages()) {
		lines++
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > columns {
			t.Errorf("%d columns too many: %s", n-columns, line)
		}
	}
	f.VisitAll(func(s *pflag.Flag) {
		settings++
		if text := config.Description(s); !strings.HasSuffix(text, ".") || strings.Contains(text, "..") || strings.Count(text, "`")%2 == 1 {
			t.Errorf("%s: %q", s.Name, text)
		}
	})
	if lines != settings {
		t.Errorf("%d lines for %d settings", lines, settings)
	}
}

// Each detail belongs to a setting, and says more than the line.
func TestDetailsAreOfSettings(t *testing.T) {
	t.Parallel()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.New().Flags(f)
	for name, text := range config.Details {
		if f.Lookup(name) == nil || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

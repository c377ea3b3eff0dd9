package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"sregistry/app/config"
	"sregistry/app/errs"
)

// load reads settings as the program does: flags, then environment, then file.
func load(t *testing.T, args, environment []string, file string) (*config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	if file != "" {
		if err := os.WriteFile(filepath.Join(dir, "sregistry.conf"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := config.New()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.Flags(f)
	if err := f.Parse(append([]string{"--data", dir}, args...)); err != nil {
		t.Fatal(err)
	}
	return c, c.Load(f, environment)
}

func TestFlagBeatsEnvironmentBeatsFile(t *testing.T) {
	t.Parallel()
	c, err := load(t, []string{"--name", "flag"},
		[]string{"SREGISTRY_SERVER_NAME=environment", "SREGISTRY_SERVER_GRACE=2h", "SREGISTRY_REGISTRY_BASE=http://elsewhere"},
		"# settings\nname = file\ngrace = 1h\nlisten = 127.0.0.1:9\n")
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "flag" || c.Grace != 2*time.Hour || c.Listen != "127.0.0.1:9" {
		t.Errorf("name %q, grace %s, listen %q", c.Name, c.Grace, c.Listen)
	}
}

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	if _, err := load(t, nil, nil, ""); err != nil {
		t.Fatal(err)
	}
}

func TestBadSettingsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args, environment []string
		file, want        string
	}{
		"unknown variable":    {environment: []string{"SREGISTRY_SERVER_LISTNE=x"}, want: `no setting "listne"`},
		"unknown line":        {file: "listne = x", want: `no setting "listne"`},
		"no equals sign":      {file: "\nlisten", want: "Line 2 of"},
		"data in the file":    {file: "data = /elsewhere", want: "use the flag"},
		"not a duration":      {environment: []string{"SREGISTRY_SERVER_GRACE=soon"}, want: `cannot be "soon"`},
		"address with a path": {args: []string{"--public-url", "https://h/x"}, want: "with no path"},
		"not a network":       {args: []string{"--trusted-proxies", "everybody"}, want: "10.0.0.0/8"},
		"negative grace":      {args: []string{"--grace", "-1s"}, want: "less than nothing"},
		"sweeping all day":    {args: []string{"--sweep-every", "1ms"}, want: "a second or more"},
		"unknown level":       {args: []string{"--log-level", "loud"}, want: "debug, info, warn or error"},
		"missing file":        {args: []string{"--config", "/does/not/exist"}, want: "cannot be read"},
	} {
		_, err := load(t, c.args, c.environment, c.file)
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

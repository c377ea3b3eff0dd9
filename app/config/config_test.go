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
		"unknown variable":    {environment: []string{"SREGISTRY_SERVER_LISTNE=x"}, want: `Unknown setting "listne"`},
		"unknown line":        {file: "listne = x", want: `Unknown setting "listne"`},
		"no equals sign":      {file: "\nlisten", want: "Line 2 of"},
		"data in the file":    {file: "data = /elsewhere", want: "Use the flag"},
		"not a duration":      {environment: []string{"SREGISTRY_SERVER_GRACE=soon"}, want: `sets grace to "soon", which is not valid. Use a time`},
		"address with a path": {args: []string{"--public-url", "https://h/x"}, want: "with no path"},
		"not a network":       {args: []string{"--trusted-proxies", "everybody"}, want: "10.0.0.0/8"},
		"negative grace":      {args: []string{"--grace", "-1s"}, want: "Use 0 or more"},
		"add-keys":            {args: []string{"--add-keys", "nobody"}, want: "users or admins"},
		"sweeping all day":    {args: []string{"--sweep-every", "1ms"}, want: "1s or more"},
		"unknown level":       {args: []string{"--log-level", "loud"}, want: "debug, info, warn or error"},
		"certificate, no key": {args: []string{"--tls-cert", "c.pem"}, want: "Set both"},
		"key, no certificate": {args: []string{"--tls-key", "k.pem"}, want: "Set both"},
		"files and authority": {args: []string{"--tls-cert", "c.pem", "--tls-key", "k.pem", "--acme-domains", "hub.example.org"}, want: "exclude each other"},
		"mail, no domain":     {args: []string{"--acme-email", "a@example.org"}, want: "need acme-domains"},
		"authority, no name":  {args: []string{"--acme-directory", "https://ca.example.org/dir"}, want: "need acme-domains"},
		"plain authority":     {args: []string{"--acme-domains", "hub.example.org", "--acme-directory", "http://ca.example.org/dir"}, want: "https://"},
		"wildcard":            {args: []string{"--acme-domains", "hub.example.org,*.example.org"}, want: "without wildcards"},
		"domain is address":   {args: []string{"--acme-domains", "192.0.2.7"}, want: "full host names"},
		"domain is short":     {args: []string{"--acme-domains", "hub"}, want: "full host names"},
		"plain beside plain":  {args: []string{"--http-listen", ":80"}, want: "listen is plain HTTP already"},
		"public is not TLS":   {args: []string{"--acme-domains", "hub.example.org", "--public-url", "http://hub.example.org"}, want: "Use https://"},
		"missing file":        {args: []string{"--config", "/does/not/exist"}, want: "does not exist"},
	} {
		_, err := load(t, c.args, c.environment, c.file)
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPublicAddressFollowsTheCertificate(t *testing.T) {
	t.Parallel()
	files := []string{"--tls-cert", "c.pem", "--tls-key", "k.pem"}
	for name, c := range map[string]struct {
		args            []string
		listening, want string
	}{
		"plain":            {nil, "node:8080", "http://node:8080"},
		"plain on its own": {nil, "node:80", "http://node"},
		"files":            {files, "node:8443", "https://node:8443"},
		"files on 443":     {files, "[2001:db8::1]:443", "https://[2001:db8::1]"},
		"files, port 80":   {files, "node:80", "https://node:80"},
		"authority":        {[]string{"--acme-domains", "hub.example.org,www.example.org"}, "node:8443", "https://hub.example.org"},
		"said":             {append(files, "--public-url", "https://hub.example.org:443/"), "node:8443", "https://hub.example.org"},
	} {
		s, err := load(t, c.args, nil, "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if u, err := s.Public(c.listening); err != nil || u.String() != c.want {
			t.Errorf("%s: %v, %v; want %s", name, u, err, c.want)
		}
	}
}

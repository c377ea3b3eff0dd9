package cli_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// user is somebody with a home and an environment of his own.
type user struct {
	home  string
	vars  map[string]string
	stdin string
	// secret is what he types where nothing is echoed; without it he has no terminal.
	secret string
	// shown tells that he reads the output on a terminal.
	shown bool
}

func newUser(t *testing.T, registry string) *user {
	t.Helper()
	u := &user{home: t.TempDir(), vars: map[string]string{}}
	if registry != "" {
		u.vars["SREGISTRY_REGISTRY_BASE"] = registry
	}
	return u
}

// result is what a command left.
type result struct {
	stdout, stderr string
	code           int
}

func (u *user) env(stdout, stderr *bytes.Buffer) cli.Env {
	env := cli.Env{
		Stdin: strings.NewReader(u.stdin), Stdout: stdout, Stderr: stderr,
		LookupEnv: func(key string) (string, bool) { value, ok := u.vars[key]; return value, ok },
		Home:      u.home, Hostname: "laptop", Version: "test", Inspect: sif.Inspect, Shown: u.shown,
	}
	if u.secret != "" {
		env.Secret = func() (string, error) { return u.secret, nil }
	}
	return env
}

// run runs a command as the program does.
func (u *user) run(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := &cobra.Command{Use: "sregistry"}
	root.AddCommand(cli.Commands(u.env(&stdout, &stderr))...)
	cli.Prepare(root)
	root.SetArgs(args)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err := root.ExecuteContext(t.Context())
	if err != nil {
		stderr.WriteString(cli.Explain(err) + "\n")
	}
	return result{stdout.String(), stderr.String(), cli.ExitCode(err)}
}

// want runs a command and fails unless it exits as it should.
func (u *user) want(t *testing.T, code int, args ...string) result {
	t.Helper()
	r := u.run(t, args...)
	if r.code != code {
		t.Fatalf("sregistry %s exited with %d, not %d:\n%s%s", strings.Join(args, " "), r.code, code, r.stdout, r.stderr)
	}
	return r
}

func (u *user) file(name string) string { return filepath.Join(u.home, name) }

// mustImage writes a small SIF.
func mustImage(t *testing.T, u *user, seed uint64) (path string, content []byte) {
	t.Helper()
	content = siftest.SIF(t, siftest.Options{Payload: 1 << 16, Seed: seed, Labels: map[string]string{"maintainer": "bob"}})
	path = u.file("hello.sif")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

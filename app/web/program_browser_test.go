package web_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// program is the built program, which runs as a server of its own with nothing in it.
type program struct {
	file, url, setup string // setup is the path of the link by which the first account is made
}

var (
	readyLine = regexp.MustCompile(`is ready at (http\S+)`)
	setupLine = regexp.MustCompile(`^\s+http\S+(/setup/\S+)$`)
)

// startProgram builds the program and runs it until the test ends.
func startProgram(t *testing.T) *program {
	t.Helper()
	p := &program{file: filepath.Join(t.TempDir(), "sregistry")}
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", p.file, "sregistry")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	serve := exec.Command(p.file, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--log-level", "error")
	serve.Stderr = t.Output()
	said, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		serve.Process.Signal(os.Interrupt)
		if err := serve.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	for lines := bufio.NewScanner(said); p.setup == "" && lines.Scan(); {
		if m := readyLine.FindStringSubmatch(lines.Text()); m != nil {
			p.url = m[1]
		}
		if m := setupLine.FindStringSubmatch(lines.Text()); m != nil {
			p.setup = m[1]
		}
	}
	if p.url == "" || p.setup == "" {
		t.Fatal("the server does not say where it is")
	}
	return p
}

// run runs the program as a client with a token, and gives its exit status and what it
// printed.
func (p *program) run(t *testing.T, token string, args ...string) (int, string) {
	t.Helper()
	home := t.TempDir()
	c := exec.CommandContext(t.Context(), p.file, args...)
	c.Env = append(os.Environ(), "HOME="+home, "SREGISTRY_CLIENT_SECRETS="+filepath.Join(home, "secrets"),
		"SREGISTRY_REGISTRY_BASE="+p.url, "SREGISTRY_REGISTRY_TOKEN="+token)
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// works runs the program as a client, and fails the test unless that works.
func (p *program) works(t *testing.T, token string, args ...string) {
	t.Helper()
	if status, out := p.run(t, token, args...); status != 0 {
		t.Fatalf("sregistry %s: %d: %s", strings.Join(args, " "), status, out)
	}
}

// person opens a browser of somebody who signs in.
func (p *program) person(t *testing.T, name, password string) *chromium {
	t.Helper()
	b := startChromium(t, p.url)
	b.open("/sign-in")
	b.fill("name", name, "password", password)
	b.press("main form button", ".masthead .who")
	return b
}

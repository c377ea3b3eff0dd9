package app_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A start that fails because of its settings or its ports leaves no data folder behind.
func TestStartThatFailsLeavesNoFolder(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	home := t.TempDir()
	v := &victim{t: t, home: home, env: environment(t, home)}
	for name, args := range map[string][]string{
		"port in use":         {"--listen", busy.Addr().String()},
		"metrics port in use": {"--listen", "127.0.0.1:0", "--metrics-listen", busy.Addr().String()},
		"not an address here": {"--listen", "192.0.2.7:8080"},
		"no such host":        {"--listen", "nowhere.invalid:8080"},
		"no certificate":      {"--listen", "127.0.0.1:0", "--tls-cert", "no.pem", "--tls-key", "no.key"},
		"plain port in use":   {"--listen", "127.0.0.1:0", "--acme-domains", "hub.example.org", "--http-listen", busy.Addr().String()},
		"a bad setting":       {"--listen", "127.0.0.1:0", "--scrub-rate", "0"},
		"no settings file":    {"--listen", "127.0.0.1:0", "--config", "no.conf"},
	} {
		data := filepath.Join(home, "data")
		out, err := v.command(append([]string{"serve", "--data", data}, args...)...).CombinedOutput()
		if err == nil {
			t.Errorf("%s: it started", name)
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%s: the folder is there; it said %s", name, out)
			os.RemoveAll(data)
		}
	}
}

// The first account makes the registry, but not one that cannot be.
func TestFirstAccountThatIsRefusedLeavesNoFolder(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	v := &victim{t: t, home: home, env: environment(t, home)}
	data := filepath.Join(home, "data")
	for name, args := range map[string][]string{
		"a reserved name":       {"library", "--password-stdin"},
		"a bad name":            {"a b", "--password-stdin"},
		"a short password":      {"alice", "--password-stdin"},
		"a robot that is admin": {"ci", "--robot", "--admin"},
	} {
		c := v.command(append([]string{"user", "add", "--data", data}, args...)...)
		c.Stdin = strings.NewReader(map[bool]string{true: "short\n", false: "the password of alice\n"}[name == "a short password"])
		out, err := c.CombinedOutput()
		if err == nil {
			t.Errorf("%s: it was made", name)
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%s: the folder is there; it said %s", name, out)
			os.RemoveAll(data)
		}
	}
}

package certs_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sregistry/app/certs"
	"sregistry/app/certs/certstest"
	"sregistry/app/errs"
)

const (
	host = "hub.example.org"
	day  = 24 * time.Hour
)

// pair is a certificate in two files, and what was logged about it.
type pair struct {
	cert, key string
	log       bytes.Buffer
}

func newPair(t *testing.T) *pair {
	dir := t.TempDir()
	return &pair{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
}

func (p *pair) write(t *testing.T, age, life time.Duration) *big.Int {
	t.Helper()
	serial, err := certstest.Write(p.cert, p.key, age, life, host)
	if err != nil {
		t.Fatal(err)
	}
	return serial
}

func (p *pair) open(t *testing.T) *certs.Files {
	t.Helper()
	f, err := certs.Open(p.cert, p.key, slog.New(slog.NewTextHandler(&p.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// shakeHands gives the state of a connection between two configurations.
func shakeHands(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	served := make(chan error, 1)
	go func() {
		err := tls.Server(there, server).HandshakeContext(t.Context())
		there.SetDeadline(time.Now()) // nothing more is said
		served <- err
	}()
	conn := tls.Client(here, client)
	err := conn.HandshakeContext(t.Context())
	here.Close()
	return conn.ConnectionState(), errors.Join(err, <-served)
}

// shown gives the serial number of the certificate that a client is shown.
func shown(t *testing.T, server *tls.Config) *big.Int {
	t.Helper()
	s, err := shakeHands(t, server, &tls.Config{ServerName: host, InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	return s.PeerCertificates[0].SerialNumber
}

func TestReplacedFilesAreShownWithoutRestart(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	first := p.write(t, day, 90*day)
	f := p.open(t)
	server := f.TLS()
	if got := shown(t, server); got.Cmp(first) != 0 {
		t.Fatalf("shows %d, not %d", got, first)
	}
	second := p.write(t, 0, 90*day)
	if f.Refresh(); shown(t, server).Cmp(second) != 0 {
		t.Error("still shows the old certificate")
	}
	p.log.Reset()
	if f.Refresh(); p.log.Len() > 0 {
		t.Errorf("read again, though nothing changed: %s", &p.log)
	}
	if f.Reload(); !strings.Contains(p.log.String(), "certificate reloaded") {
		t.Errorf("not read again, though told to: %q", &p.log)
	}
}

func TestBrokenFilesKeepTheOldCertificate(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	first := p.write(t, day, 90*day)
	f := p.open(t)
	key, err := os.ReadFile(p.key)
	if err != nil {
		t.Fatal(err)
	}
	second := p.write(t, 0, 90*day)
	newKey, err := os.ReadFile(p.key)
	if err != nil {
		t.Fatal(err)
	}
	for name, breakIt := range map[string]func() error{
		"new certificate, old key": func() error { return os.WriteFile(p.key, key, 0o600) },
		"garbage":                  func() error { return os.WriteFile(p.key, []byte("garbage"), 0o600) },
		"no key":                   func() error { return os.Remove(p.key) },
	} {
		if err := breakIt(); err != nil {
			t.Fatal(err)
		}
		p.log.Reset()
		f.Refresh()
		f.Refresh() // says it once
		if got := strings.Count(p.log.String(), "the old one stays"); got != 1 {
			t.Errorf("%s: told %d times: %s", name, got, &p.log)
		}
		if shown(t, f.TLS()).Cmp(first) != 0 {
			t.Errorf("%s: the old certificate is gone", name)
		}
	}
	if err := os.WriteFile(p.key, newKey, 0o600); err != nil {
		t.Fatal(err)
	}
	if f.Refresh(); shown(t, f.TLS()).Cmp(second) != 0 {
		t.Error("the new pair is whole, and not shown")
	}
}

func TestFilesThatCannotBeUsedAreNamed(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	_, err := certs.Open(p.cert, p.key, slog.New(slog.DiscardHandler))
	if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), p.cert) || !strings.Contains(errs.Message(err), "Cannot read the certificate") {
		t.Errorf("no files: %v", err)
	}
	p.write(t, 0, day)
	if _, err := certs.Open(p.key, p.cert, slog.New(slog.DiscardHandler)); !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), "are not a certificate and its private key") {
		t.Errorf("the wrong way round: %v", err)
	}
}

func TestEndOfCertificateIsToldADayApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age, life time.Duration
		want      int
	}{
		"fifteen days left":         {75 * day, 90 * day, 0},
		"thirteen days left":        {77 * day, 90 * day, 1},
		"ended":                     {91 * day, 90 * day, 1},
		"half of a short life":      {3 * day, 6 * day, 0},
		"last quarter of a short's": {5 * day, 6 * day, 1},
	} {
		p := newPair(t)
		p.write(t, c.age, c.life)
		server := p.open(t).TLS()
		shown(t, server)
		shown(t, server)
		if got := strings.Count(p.log.String(), "expires soon"); got != c.want {
			t.Errorf("%s: told %d times: %s", name, got, &p.log)
		}
	}
}

func TestOldProtocolsAreRefused(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.write(t, 0, day)
	server := p.open(t).TLS()
	for version, good := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		_, err := shakeHands(t, server, &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: version})
		if (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

func TestCertificateCoversItsHostsOnly(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.write(t, 0, day)
	if f := p.open(t); !f.Covers(host) || f.Covers("elsewhere.example.org") || f.Covers("127.0.0.1") {
		t.Error("wrong hosts")
	}
}

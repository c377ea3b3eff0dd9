package app_test

import (
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sregistry/app/certs/certstest"
)

// secure is a server with a certificate of its own.
type secure struct {
	*server
	cert, key string
}

func startSecure(t *testing.T) *secure {
	t.Helper()
	home := t.TempDir()
	s := &secure{cert: filepath.Join(home, "cert.pem"), key: filepath.Join(home, "key.pem")}
	s.renew(t)
	var err error
	s.server, err = startServer(t.Context(), home, environment(t, home),
		"--data", filepath.Join(home, "data"), "--listen", "127.0.0.1:0", "--tls-cert", s.cert, "--tls-key", s.key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// renew writes new files, and gives the serial number of the new certificate.
func (s *secure) renew(t *testing.T) *big.Int {
	t.Helper()
	serial, err := certstest.Write(s.cert, s.key, time.Hour, 90*24*time.Hour, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return serial
}

// client trusts the certificate, offers HTTP/2 as browsers do, and follows nothing.
func (s *secure) client(t *testing.T) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(s.cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestSignInByHTTPSGivesACookieForHTTPSOnly(t *testing.T) {
	t.Parallel()
	s := startSecure(t)
	const password = "correct horse battery"
	answer, err := s.client(t).PostForm(s.setup, url.Values{"name": {"admin"}, "password": {password}, "again": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	found := false
	for _, c := range answer.Cookies() {
		found = found || c.Name == "__Host-sregistry_session"
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %+v", c)
		}
	}
	if answer.StatusCode != http.StatusSeeOther || !found || answer.ProtoMajor != 1 {
		t.Errorf("%s %s: cookies %v", answer.Proto, answer.Status, answer.Cookies())
	}
}

func TestRenewedCertificateIsShownWithoutRestart(t *testing.T) {
	t.Parallel()
	s := startSecure(t)
	for name, tell := range map[string]func() error{
		"by itself": func() error { return nil },
		"on SIGHUP": func() error { return s.cmd.Process.Signal(syscall.SIGHUP) },
	} {
		serial := s.renew(t)
		if err := tell(); err != nil {
			t.Fatal(err)
		}
		end := time.Now().Add(patience)
		for shown := new(big.Int); shown.Cmp(serial) != 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: still the old certificate", name)
			}
			conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{InsecureSkipVerify: true})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			shown = conn.ConnectionState().PeerCertificates[0].SerialNumber
			conn.Close()
		}
	}
}

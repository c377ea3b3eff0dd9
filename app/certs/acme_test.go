package certs_test

import (
	"bytes"
	"crypto/tls"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sregistry/app/certs"
	"sregistry/app/certs/certstest"
)

// listen serves what an authority asks for, and gives the address for TLS.
func listen(t *testing.T, a *certs.ACME, authority *certstest.Authority) string {
	t.Helper()
	plain := httptest.NewServer(a.Challenges(http.NotFoundHandler()))
	t.Cleanup(plain.Close)
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), TLSConfig: a.TLS(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go server.ServeTLS(secure, "", "")
	t.Cleanup(func() { server.Close() })
	authority.Reach(plain.Listener.Addr().String(), secure.Addr().String())
	return secure.Addr().String()
}

func dial(address, host string, authority *certstest.Authority) error {
	conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: host, RootCAs: authority.Roots})
	if err != nil {
		return err
	}
	return conn.Close()
}

func TestCertificateIsGotFromTheAuthorityAndKept(t *testing.T) {
	t.Parallel()
	for _, challenge := range []string{"http-01", "tls-alpn-01"} {
		t.Run(challenge, func(t *testing.T) {
			t.Parallel()
			authority := certstest.NewAuthority(t, challenge)
			who := certs.Authority{Directory: authority.URL, Email: "admin@example.org", Domains: []string{host}, Folder: filepath.Join(t.TempDir(), "acme")}
			address := listen(t, certs.NewACME(who, slog.New(slog.DiscardHandler)), authority)
			if err := dial(address, host, authority); err != nil {
				t.Fatal(err)
			}
			if err := dial(address, "elsewhere.example.org", authority); err == nil {
				t.Error("a certificate for a name that is not ours")
			}
			again := certs.NewACME(who, slog.New(slog.DiscardHandler)) // as after a restart
			again.Obtain(t.Context())
			if err := dial(listen(t, again, authority), host, authority); err != nil {
				t.Error(err)
			}
			if n := authority.Issued(); n != 1 {
				t.Errorf("%d certificates were asked for", n)
			}
			if info, err := os.Stat(who.Folder); err != nil || info.Mode() != fs.ModeDir|0o700 {
				t.Errorf("the folder: %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestObtainedCertificateWaitsForItsFirstVisitor(t *testing.T) {
	t.Parallel()
	authority := certstest.NewAuthority(t, "tls-alpn-01")
	a := certs.NewACME(certs.Authority{Directory: authority.URL, Domains: []string{host, "www.example.org"}, Folder: t.TempDir()}, slog.New(slog.DiscardHandler))
	address := listen(t, a, authority)
	a.Obtain(t.Context())
	if n := authority.Issued(); n != 2 {
		t.Fatalf("%d certificates, not 2", n)
	}
	if err := dial(address, host, authority); err != nil || authority.Issued() != 2 {
		t.Errorf("%v, %d certificates", err, authority.Issued())
	}
}

func TestFailureOfTheAuthorityIsToldAtOnce(t *testing.T) {
	t.Parallel()
	authority := certstest.NewAuthority(t, "http-01")
	var log bytes.Buffer
	a := certs.NewACME(certs.Authority{Directory: authority.URL, Domains: []string{host}, Folder: t.TempDir()}, slog.New(slog.NewTextHandler(&log, nil)))
	listen(t, a, authority)
	authority.Reach("127.0.0.1:1", "127.0.0.1:1")
	a.Obtain(t.Context())
	if !strings.Contains(log.String(), "cannot obtain a certificate") || !strings.Contains(log.String(), host) {
		t.Errorf("the log has %q", &log)
	}
}

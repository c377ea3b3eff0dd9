package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sregistry/app/certs/certstest"
	"sregistry/app/config"
	"sregistry/app/errs"
)

// visit makes a request to a host that is really at an address, and gives the answer.
func visit(t *testing.T, method, url, address string, roots *x509.CertPool) *http.Response {
	t.Helper()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
		TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// busyFolder is a temporary folder to which something may still be written when the test ends,
// as an authority's client does.
func busyFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "server")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 100 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("%s cannot be removed", dir)
	})
	return dir
}

// The settings alone make a server that gets its certificate by either kind of question,
// serves by it, and leads those who come by plain http there.
func TestListenerGetsItsCertificateItself(t *testing.T) {
	t.Parallel()
	for _, challenge := range []string{"http-01", "tls-alpn-01"} {
		t.Run(challenge, func(t *testing.T) {
			t.Parallel()
			authority := certstest.NewAuthority(t, challenge)
			settings := config.New()
			settings.Data, settings.Listen, settings.HTTPListen = busyFolder(t), "127.0.0.1:0", "127.0.0.1:0"
			settings.ACMEDomains, settings.ACMEDirectory = []string{"hub.example.org"}, authority.URL
			e, err := openListener(t.Context(), settings, nil, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			plain, main := e.plain.Addr().String(), e.main.Addr().String()
			authority.Reach(plain, main)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- e.serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) }))
			}()
			answer := visit(t, http.MethodGet, "https://hub.example.org/x", main, authority.Roots)
			if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "/x" || answer.ProtoMajor != 1 {
				t.Errorf("%s: %q, %v", answer.Proto, body, err)
			}
			answer = visit(t, http.MethodGet, "http://hub.example.org/x?y", plain, nil)
			if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusPermanentRedirect || to != "https://hub.example.org/x?y" {
				t.Errorf("%s to %q", answer.Status, to)
			}
			if answer = visit(t, http.MethodPost, "http://hub.example.org/x", plain, nil); answer.StatusCode != http.StatusBadRequest {
				t.Errorf("POST: %s", answer.Status)
			}
			stop()
			if err := errors.Join(<-ended, e.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestListenerGivesItsPortsBackIfOneIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	settings := config.New()
	settings.ACMEDomains, settings.Listen, settings.HTTPListen = []string{"hub.example.org"}, free.Addr().String(), taken.Addr().String()
	free.Close()
	if _, err := openListener(t.Context(), settings, nil, slog.New(slog.DiscardHandler)); !errs.Is(err, errs.Conflict) {
		t.Errorf("%v", err)
	}
	l, err := net.Listen("tcp", settings.Listen)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestCertificateForAnotherHostIsToldAtTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings := config.New()
	settings.Listen, settings.TLSCert, settings.TLSKey = "127.0.0.1:0", filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := certstest.Write(settings.TLSCert, settings.TLSKey, 0, 24*time.Hour, "hub.example.org"); err != nil {
		t.Fatal(err)
	}
	for public, told := range map[string]bool{"": true, "https://elsewhere.example.org": true, "https://hub.example.org": false} {
		var log bytes.Buffer
		settings.PublicURL = public
		e, err := openListener(t.Context(), settings, nil, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), "does not cover the public address"); got != told {
			t.Errorf("%q: %s", public, &log)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

package certs

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Authority says from whom certificates are got, and for what.
type Authority struct {
	Directory string   // where it begins; "" is Let's Encrypt
	Email     string   // to whom it may write; "" is nobody
	Domains   []string // the host names; for no others is anything asked
	Folder    string   // keeps the account's key and the certificates; made with mode 0700
}

// ACME gets certificates from an authority when they are first asked for, keeps them, and
// renews them in the last third of their life.
type ACME struct {
	manager *autocert.Manager
	domains []string
	log     *slog.Logger
	remind  *reminder
}

// NewACME prepares an authority. Nothing is asked of it yet. Whoever configures one agrees
// to its terms of service.
func NewACME(a Authority, log *slog.Logger) *ACME {
	return &ACME{
		manager: &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			Cache:      autocert.DirCache(a.Folder),
			HostPolicy: autocert.HostWhitelist(a.Domains...),
			Client:     &acme.Client{DirectoryURL: a.Directory},
			Email:      a.Email,
		},
		domains: a.Domains,
		log:     log,
		remind:  newReminder(log),
	}
}

// TLS configures a server that shows the certificate of the host that is asked for, and
// answers the authority's questions there (tls-alpn-01, RFC 8737).
func (a *ACME) TLS() *tls.Config {
	c := configuration(a.manager.GetCertificate, a.remind)
	c.NextProtos = []string{acme.ALPNProto}
	return c
}

// Challenges lets a plain server answer the authority's questions as well (http-01, RFC
// 8555, section 8.3) and gives everything else to next. It must be called before the first
// certificate is got.
func (a *ACME) Challenges(next http.Handler) http.Handler { return a.manager.HTTPHandler(next) }

// Obtain gets the certificates that are missing, so that no visitor has to wait for them
// and failures show in the log at once; whoever asks for one later tries again. It ends
// with ctx; what is being got then is left to its own end.
func (a *ACME) Obtain(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, d := range a.domains {
			if ctx.Err() != nil {
				return
			}
			if _, err := a.manager.GetCertificate(modernHello(d)); err != nil {
				a.log.Error("cannot obtain a certificate; the authority must reach this server on port 443, or on port 80 with http-listen", "domain", d, "error", err)
			}
		}
	}()
	select {
	case <-ctx.Done():
	case <-done:
	}
}

// modernHello is what a client would ask for a domain's certificate with. Certificates are
// kept by kind, and this one gets the kind for clients that know elliptic curves.
func modernHello(domain string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{ServerName: domain, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
}

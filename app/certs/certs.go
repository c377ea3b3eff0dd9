// Package certs is where the server's certificates come from: from two files that may be
// replaced at any time, or from an ACME authority (RFC 8555), which are got and renewed by
// themselves. It knows nothing of settings, pages and listeners.
//
// Entry points: Open for files and NewACME for an authority; the TLS of each configures a
// server. The trap: certificates are chosen, and with ACME even got, inside handshakes, so
// what goes wrong is seen nowhere but in the log.
package certs

import "crypto/tls"

// chooser chooses the certificate of a handshake.
type chooser func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// configuration is what both kinds have in common. Ciphers and curves are crypto/tls's
// own, which move with Go.
func configuration(choose chooser, remind *reminder) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			c, err := choose(hello)
			if err == nil {
				remind.of(c)
			}
			return c, err
		},
	}
}

package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"time"

	"sregistry/app/errs"
)

// selfLife is longer than a process lives.
const selfLife = 100 * 365 * 24 * time.Hour

// Self is a certificate that a server shows to nobody but itself. It exists only in memory,
// for a random name below .invalid (RFC 6761), so that the server can make a request of itself
// whatever its real certificates are: not obtained yet, expired, or for other names.
type Self struct {
	name        string
	certificate tls.Certificate
	roots       *x509.CertPool
}

// NewSelf makes a key and its certificate.
func NewSelf() (*Self, error) {
	const op = "certs.NewSelf"
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	name := strings.ToLower(rand.Text()) + ".invalid"
	from := time.Now().Add(-time.Hour) // a clock that is set back a little does no harm
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: from, NotAfter: from.Add(selfLife), BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	s := &Self{name: name, certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots: x509.NewCertPool()}
	s.roots.AddCert(leaf)
	return s, nil
}

// Server gives a server's configuration that shows this certificate for its name, and for all
// others what it showed before.
func (s *Self) Server(c *tls.Config) *tls.Config {
	choose := c.GetCertificate
	c = c.Clone()
	c.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == s.name {
			return &s.certificate, nil
		}
		return choose(hello)
	}
	return c
}

// Client configures the server's requests of itself. It believes this certificate only, so
// another program at the same address cannot answer.
func (s *Self) Client() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.name, RootCAs: s.roots}
}

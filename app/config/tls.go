package config

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"sregistry/app/errs"
)

// tlsFlags binds the settings of encrypted connections.
func (c *Config) tlsFlags(f *pflag.FlagSet) {
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "PEM `file` with the certificate chain, for HTTPS")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "PEM `file` with the certificate's private key")
	f.StringSliceVar(&c.ACMEDomains, "acme-domains", c.ACMEDomains, "`host` names to get certificates for, by ACME")
	f.StringVar(&c.ACMEEmail, "acme-email", c.ACMEEmail, "contact `email` for the ACME authority")
	f.StringVar(&c.ACMEDirectory, "acme-directory", c.ACMEDirectory, "ACME directory `URL` (default Let's Encrypt)")
	f.StringVar(&c.HTTPListen, "http-listen", c.HTTPListen, "second `address`, for plain HTTP, such as :80")
}

// TLS reports whether the server itself speaks HTTPS, rather than a proxy in front of it.
func (c *Config) TLS() bool { return c.TLSCert != "" || len(c.ACMEDomains) > 0 }

// Public gives the address at which clients reach the registry: the setting, or else the
// first host name of its own certificates, or else the address it listens on. The default
// port is left out, as clients do. Errors: Invalid.
func (c *Config) Public(listening string) (*url.URL, error) {
	u := &url.URL{Scheme: "http", Host: listening}
	if c.TLS() {
		u.Scheme = "https"
	}
	switch {
	case c.PublicURL != "":
		var err error
		if u, err = parsePublic(c.PublicURL); err != nil {
			return nil, err
		}
	case len(c.ACMEDomains) > 0:
		u.Host = c.ACMEDomains[0] // the authority asks at port 443, so that is where we are
	}
	if u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	return u, nil
}

func parsePublic(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Path != "" && u.Path != "/" {
		return nil, errs.E("config.Public", errs.Invalid, "public-url is %q. Use http:// or https:// and a host, with no path, such as https://hub.example.org.", text)
	}
	u.Path = ""
	return u, nil
}

// validateTLS refuses combinations that would have no effect, or would lock everybody out.
func (c *Config) validateTLS() error {
	const op = "config.validateTLS"
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errs.E(op, errs.Invalid, "tls-cert and tls-key belong together. Set both.")
	case c.TLSCert != "" && len(c.ACMEDomains) > 0:
		return errs.E(op, errs.Invalid, "tls-cert and acme-domains exclude each other. Set one of them.")
	case len(c.ACMEDomains) == 0 && (c.ACMEEmail != "" || c.ACMEDirectory != ""):
		return errs.E(op, errs.Invalid, "acme-email and acme-directory need acme-domains. Set the host names to get certificates for.")
	case c.HTTPListen != "" && !c.TLS():
		return errs.E(op, errs.Invalid, "http-listen needs HTTPS. Without a certificate, listen is plain HTTP already.")
	case c.TLS() && strings.HasPrefix(c.PublicURL, "http://"):
		return errs.E(op, errs.Invalid, "public-url is %q, but the server speaks HTTPS. Use https://.", c.PublicURL)
	}
	if u, err := url.Parse(c.ACMEDirectory); c.ACMEDirectory != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return errs.E(op, errs.Invalid, "acme-directory is %q. Use the https:// address of the authority's directory.", c.ACMEDirectory)
	}
	for _, d := range c.ACMEDomains {
		if !isHostName(d) {
			return errs.E(op, errs.Invalid, "acme-domains has %q. Use full host names without wildcards, such as hub.example.org.", d)
		}
	}
	return nil
}

// isHostName reports whether the challenges of RFC 8555, section 8.3, and RFC 8737 work for a
// name: a host's full name, with no address, port or wildcard.
func isHostName(d string) bool {
	_, err := netip.ParseAddr(d)
	return err != nil && strings.Contains(strings.Trim(d, "."), ".") && !strings.ContainsAny(d, "*:/@ ")
}

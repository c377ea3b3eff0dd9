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
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "file of the server's certificate and those of its issuers, in PEM, for https on listen; read again when it changes, and on SIGHUP")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "file of the certificate's private key, in PEM")
	f.StringSliceVar(&c.ACMEDomains, "acme-domains", c.ACMEDomains, "host names for which certificates are obtained and renewed from an ACME authority, for https on listen")
	f.StringVar(&c.ACMEEmail, "acme-email", c.ACMEEmail, "mail address at which the authority may write to you about them")
	f.StringVar(&c.ACMEDirectory, "acme-directory", c.ACMEDirectory, "address of the authority's directory (default: Let's Encrypt's)")
	f.StringVar(&c.HTTPListen, "http-listen", c.HTTPListen, "beside https, address and port of plain http, such as :80: answers the authority's questions, and redirects everybody else to https")
}

// TLS reports whether the server itself speaks https, rather than a proxy in front of it.
func (c *Config) TLS() bool { return c.TLSCert != "" || len(c.ACMEDomains) > 0 }

// Public gives the address by which clients reach the registry: the setting, or else the
// first host name of its own certificates, or else the address it listens on. The port
// that goes without saying is left out, as clients do in what they send. Errors: Invalid.
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
		u.Host = c.ACMEDomains[0] // the authority asks at port 443; so that is where we are
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
		return nil, errs.E("config.Public", errs.Invalid, "public-url is %q; write http:// or https:// and a host, with no path, such as https://hub.example.org.", text)
	}
	u.Path = ""
	return u, nil
}

// validateTLS refuses combinations of which one half would be silently without effect, or
// which would lock everybody out.
func (c *Config) validateTLS() error {
	const op = "config.validateTLS"
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errs.E(op, errs.Invalid, "tls-cert and tls-key belong together; give both files.")
	case c.TLSCert != "" && len(c.ACMEDomains) > 0:
		return errs.E(op, errs.Invalid, "tls-cert and acme-domains exclude each other; give the files of a certificate, or have certificates obtained.")
	case len(c.ACMEDomains) == 0 && (c.ACMEEmail != "" || c.ACMEDirectory != ""):
		return errs.E(op, errs.Invalid, "acme-email and acme-directory need acme-domains, the host names to get certificates for.")
	case c.HTTPListen != "" && !c.TLS():
		return errs.E(op, errs.Invalid, "http-listen is for plain http beside https; without a certificate, listen is plain http already.")
	case c.TLS() && strings.HasPrefix(c.PublicURL, "http://"):
		return errs.E(op, errs.Invalid, "public-url is %q, but the server has a certificate and speaks https; write https://.", c.PublicURL)
	}
	if u, err := url.Parse(c.ACMEDirectory); c.ACMEDirectory != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return errs.E(op, errs.Invalid, "acme-directory is %q; write the https:// address of the authority's directory.", c.ACMEDirectory)
	}
	for _, d := range c.ACMEDomains {
		if !isHostName(d) {
			return errs.E(op, errs.Invalid, "acme-domains has %q; write full host names, such as hub.example.org, without wildcards.", d)
		}
	}
	return nil
}

// isHostName reports whether an authority can be asked about a name by the challenges of RFC
// 8555, section 8.3, and RFC 8737: a host's full name, no address, port or wildcard.
func isHostName(d string) bool {
	_, err := netip.ParseAddr(d)
	return err != nil && strings.Contains(strings.Trim(d, "."), ".") && !strings.ContainsAny(d, "*:/@ ")
}

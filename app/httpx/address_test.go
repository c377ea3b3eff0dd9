package httpx_test

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"sregistry/app/httpx"
)

// TestAddressOf holds every way a client may come: by the public host, an alias, another
// port or an IP; by http, our own TLS, a trusted proxy or somebody who says to be one.
func TestAddressOf(t *testing.T) {
	t.Parallel()
	const proxy, stranger = "10.0.0.1:1", "192.0.2.7:1"
	forwardedProto := func(v ...string) http.Header { return http.Header{"X-Forwarded-Proto": v} }
	for name, test := range map[string]struct {
		public, host, peer string
		tls                bool
		header             http.Header
		want               string
	}{
		"public host":                              {"https://hub.example.org", "hub.example.org", stranger, false, nil, "https://hub.example.org"},
		"public host in capitals":                  {"https://hub.example.org", "Hub.Example.org", stranger, false, nil, "https://hub.example.org"},
		"public host, default port":                {"https://hub.example.org", "hub.example.org:443", stranger, false, nil, "https://hub.example.org"},
		"public host with its own port":            {"https://hub.example.org:8443", "hub.example.org:8443", stranger, true, nil, "https://hub.example.org:8443"},
		"public host, plain, default port":         {"http://hub.example.org", "hub.example.org:80", stranger, false, nil, "http://hub.example.org"},
		"public IPv6 host, default port":           {"https://[2001:db8::1]", "[2001:db8::1]:443", stranger, false, nil, "https://[2001:db8::1]"},
		"other port, not encrypted":                {"https://hub.example.org", "hub.example.org:8080", stranger, false, nil, "https://hub.example.org"},
		"other port, our TLS":                      {"https://hub.example.org", "hub.example.org:8443", stranger, true, nil, "https://hub.example.org:8443"},
		"alias, not encrypted":                     {"https://hub.example.org", "registry.local", stranger, false, nil, "https://hub.example.org"},
		"alias, our TLS":                           {"https://hub.example.org", "registry.local", stranger, true, nil, "https://registry.local"},
		"alias, trusted proxy with TLS":            {"https://hub.example.org", "registry.local", proxy, false, forwardedProto("https"), "https://registry.local"},
		"alias, stranger who claims TLS":           {"https://hub.example.org", "registry.local", stranger, false, forwardedProto("https"), "https://hub.example.org"},
		"alias, trusted proxy without TLS":         {"https://hub.example.org", "registry.local", proxy, false, forwardedProto("http"), "https://hub.example.org"},
		"IP, not encrypted":                        {"https://hub.example.org", "127.0.0.1:8080", stranger, false, nil, "https://hub.example.org"},
		"IP, plain site":                           {"http://hub.example.org", "127.0.0.1:8080", stranger, false, nil, "http://127.0.0.1:8080"},
		"plain public host behind a TLS proxy":     {"http://hub.example.org", "alias.example.org", proxy, false, forwardedProto("https"), "https://alias.example.org"},
		"list of schemes, the proxy's own is last": {"http://hub.example.org", "alias", proxy, false, forwardedProto("http, https"), "https://alias"},
		"two headers of schemes":                   {"http://hub.example.org", "alias", proxy, false, forwardedProto("http", "HTTPS"), "https://alias"},
		"unknown scheme":                           {"http://hub.example.org", "alias", proxy, false, forwardedProto("gopher"), "http://alias"},
		"forwarded host":                           {"https://hub.example.org", "127.0.0.1:8080", proxy, false, http.Header{"X-Forwarded-Host": {"hub.example.org"}, "X-Forwarded-Proto": {"https"}}, "https://hub.example.org"},
		"forwarded host of a stranger":             {"http://hub.example.org", "alias", stranger, false, http.Header{"X-Forwarded-Host": {"evil.example"}}, "http://alias"},
		"Forwarded":                                {"http://hub.example.org", "127.0.0.1", proxy, false, http.Header{"Forwarded": {`for=192.0.2.1;proto=http, for=192.0.2.7;Host="alias:8443"; PROTO=https`}}, "https://alias:8443"},
		"Forwarded of a stranger":                  {"http://hub.example.org", "alias", stranger, false, http.Header{"Forwarded": {"proto=https;host=evil.example"}}, "http://alias"},
		"no public address":                        {"", "127.0.0.1:5000", stranger, false, nil, "http://127.0.0.1:5000"},
		"no host":                                  {"https://hub.example.org", "", stranger, true, nil, "https://hub.example.org"},
		"host that would end the quoted realm":     {"http://hub.example.org", `a",realm="x`, stranger, false, nil, "http://a,realm=x"},
		"host with a path":                         {"http://hub.example.org", "evil.example/x?y#z@", stranger, false, nil, "http://evil.examplexyz"},
	} {
		a := httpx.Address{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
		if test.public != "" {
			public, err := url.Parse(test.public)
			if err != nil {
				t.Fatal(err)
			}
			a.Public = public
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v2/", nil)
		r.Host, r.RemoteAddr, r.Header = test.host, test.peer, test.header
		if test.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if got := a.Of(r).String(); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestBrowsersStayWithHTTPS only on the public host, and only if they came by https.
func TestBrowsersStayWithHTTPS(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		public, host, proto, want string
	}{
		{"https://hub.example.org", "hub.example.org", "https", "max-age=60"},
		{"https://hub.example.org", "hub.example.org", "http", ""},
		{"https://hub.example.org", "alias.example.org", "https", ""},
		{"http://hub.example.org", "hub.example.org", "https", ""},
	} {
		public, err := url.Parse(test.public)
		if err != nil {
			t.Fatal(err)
		}
		e := httpx.New(httpx.Settings{Log: slog.New(slog.DiscardHandler), Errors: plain("nowhere"), HSTS: 60e9,
			Address: httpx.Address{Public: public, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host, r.RemoteAddr = test.host, "10.0.0.1:1"
		r.Header.Set("X-Forwarded-Proto", test.proto)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if got := w.Header().Get("Strict-Transport-Security"); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

package httpx

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Address decides which absolute addresses a client gets. All that is given out uses Public,
// whatever host a request names: links are handed on, and answers may be cached. The realm of
// a challenge alone follows the client (Of): a client that came by another name than the
// public one, inside a cluster or on the server's machine, may not reach that.
type Address struct {
	// Public is the public-url; nil if it is not known, as in tests.
	Public *url.URL
	// Proxies are the networks whose forwarding headers are believed.
	Proxies []netip.Prefix
}

// Of gives the scheme and host of the registry as the client of a request can reach it.
//
//   - A client that came by the public host, with or without its default port, gets the
//     public address.
//   - A client that came by another name, such as an alias or an IP, keeps that name, by
//     https if the connection is known to be encrypted: by our own TLS, or by the word of a
//     trusted proxy.
//   - If the public address is https and the connection is not known to be encrypted, the
//     client gets the public address: its next request may carry a password.
//
// X-Forwarded-Proto, X-Forwarded-Host and Forwarded (RFC 7239) count only from a trusted
// proxy, and of a list only the last entry, which that proxy wrote.
func (a Address) Of(r *http.Request) *url.URL {
	u := a.seen(r)
	switch {
	case a.Public == nil:
		return u
	case u.Host == "", a.isPublic(r), a.Public.Scheme == "https" && u.Scheme == "http":
		return &url.URL{Scheme: a.Public.Scheme, Host: a.Public.Host}
	}
	return u
}

// Secure reports whether the client's connection is known to be encrypted.
func (a Address) Secure(r *http.Request) bool { return a.seen(r).Scheme == "https" }

// isPublic reports whether a client came by the public host, whose default port may be
// written or left out.
func (a Address) isPublic(r *http.Request) bool {
	trim := func(host string) string { return withoutDefaultPort(a.Public.Scheme, host) }
	return strings.EqualFold(trim(a.seen(r).Host), trim(a.Public.Host))
}

// seen gives the scheme and host of a request, as the client or a trusted proxy wrote them.
func (a Address) seen(r *http.Request) *url.URL {
	u := &url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && trusts(a.Proxies, peer.Addr().Unmap().WithZone("")) {
		proto, host := forwarded(r.Header)
		switch strings.ToLower(proto) {
		case "https":
			u.Scheme = "https"
		case "http":
			u.Scheme = "http"
		}
		if host != "" {
			u.Host = host
		}
	}
	u.Host = printable(u.Host)
	return u
}

// forwarded reads the scheme and the host that the nearest proxy saw; empty if it says
// nothing.
func forwarded(h http.Header) (proto, host string) {
	proto, host = lastEntry(h.Values("X-Forwarded-Proto")), lastEntry(h.Values("X-Forwarded-Host"))
	for pair := range strings.SplitSeq(lastEntry(h.Values("Forwarded")), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		value = strings.Trim(value, `"`)
		switch {
		case strings.EqualFold(name, "proto") && proto == "":
			proto = value
		case strings.EqualFold(name, "host") && host == "":
			host = value
		}
	}
	return proto, host
}

// lastEntry gives the last entry of a header that is a list.
func lastEntry(values []string) string {
	if len(values) == 0 {
		return ""
	}
	last := values[len(values)-1]
	return strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
}

// withoutDefaultPort leaves out of a host the port that its scheme implies.
func withoutDefaultPort(scheme, host string) string {
	name, port, err := net.SplitHostPort(host)
	if err == nil && (scheme == "https" && port == "443" || scheme == "http" && port == "80") {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return host
}

// printable drops what may not stand in a host or would end a quoted header value.
func printable(host string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`"\/?#@<>`, r) {
			return -1
		}
		return r
	}, host)
}

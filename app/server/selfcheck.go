package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"

	"sregistry/app/errs"
)

// livePath is what the server asks itself for, to know whether it answers: that looks at
// nothing, so that a full disk is not taken for a dead server.
const livePath = "/livez"

// selfCheck makes a request of the server itself, by its own port, over a new connection. It
// returns nil if that was answered. Whether the certificate fits is not its question.
func (l *listener) selfCheck(ctx context.Context) error {
	const op = "server.selfCheck"
	to := url.URL{Scheme: "http", Host: loopback(l.main.Addr()), Path: livePath}
	transport := &http.Transport{DisableKeepAlives: true}
	if l.tls() != nil {
		to.Scheme = "https"
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true, ServerName: l.public.Hostname()}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return errs.Wrap(op, err)
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errs.E(op, errs.Unavailable, "%s is answered with status %d.", livePath, answer.StatusCode)
	}
	return nil
}

// loopback gives the host and port by which the program itself reaches what it listens on.
func loopback(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return (&net.TCPAddr{IP: net.IPv6loopback, Port: tcp.Port}).String()
}

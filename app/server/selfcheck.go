package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"sregistry/app/errs"
)

// livePath is what the server asks itself for, to know whether it answers: that depends on
// nothing, so that a full disk is not taken for a dead server.
const livePath = "/livez"

// selfCheck makes a request of the server itself, at its own port, over a new connection, and
// returns nil if that was answered. It fails only where a restart may help: when a connection
// is made and not answered, or when the kernel takes no more connections for us because nobody
// accepts them. Where the network keeps the server from itself (a loopback without IPv6, a
// floating address that another machine has), the handler is asked directly.
func (l *listener) selfCheck(ctx context.Context, handler http.Handler) error {
	const op = "server.selfCheck"
	conn, err := dialAny(ctx, selfAddresses(l.main.Addr()))
	if unreachable(err) {
		l.log.Debug("the server cannot be reached from its own machine", "address", l.main.Addr().String(), "error", err)
		return errs.Wrap(op, askHandler(ctx, handler))
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer conn.Close()
	scheme := "http"
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	if l.self != nil {
		scheme, transport.TLSClientConfig = "https", l.self.Client()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://localhost"+livePath, nil)
	if err != nil {
		return errs.Wrap(op, err)
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer answer.Body.Close()
	return errs.Wrap(op, healthy(answer.StatusCode))
}

func healthy(status int) error {
	if status != http.StatusOK {
		return errs.E("server.healthy", errs.Unavailable, "%s was answered with status %d.", livePath, status)
	}
	return nil
}

// selfAddresses are those at which the program may reach its own listener, best first. One
// that listens on all addresses is reached by the loopback of its family. "[::]" is both
// families, unless the machine says otherwise, and then either loopback may be missing.
func selfAddresses(a net.Addr) []string {
	tcp, ok := a.(*net.TCPAddr)
	switch {
	case !ok || len(tcp.IP) > 0 && !tcp.IP.IsUnspecified():
		return []string{a.String()}
	case tcp.IP.To4() != nil:
		return []string{(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()}
	}
	return []string{
		(&net.TCPAddr{IP: net.IPv6loopback, Port: tcp.Port}).String(),
		(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String(),
	}
}

// dialAny connects to the first address that takes a connection. Each gets its share of the
// time that is left, since a firewall may drop what goes to one of them. The error is that of
// the address that says most: one that did not answer in time before those that refused.
func dialAny(ctx context.Context, addresses []string) (net.Conn, error) {
	var failed error
	for at, address := range addresses {
		try, cancel := ctx, context.CancelFunc(func() {})
		if end, ok := ctx.Deadline(); ok {
			try, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(len(addresses)-at))
		}
		conn, err := new(net.Dialer).DialContext(try, "tcp", address)
		cancel()
		if err == nil {
			return conn, nil
		}
		if failed == nil || !unreachable(err) {
			failed = err
		}
	}
	return nil, failed
}

// unreachable reports whether the network itself said that an address cannot be reached, which
// it does not say of a listener, alive or hung, on this machine.
func unreachable(err error) bool {
	return slices.ContainsFunc([]syscall.Errno{
		syscall.ECONNREFUSED, syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.ENETUNREACH, syscall.EHOSTUNREACH,
		syscall.ENETDOWN, syscall.EHOSTDOWN, syscall.EACCES, syscall.EPERM, syscall.EINVAL, // the last ones by firewalls and sandboxes
	}, func(e syscall.Errno) bool { return errors.Is(err, e) })
}

// askHandler makes the request without a connection.
func askHandler(ctx context.Context, handler http.Handler) error {
	const op = "server.askHandler"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+livePath, nil)
	if err != nil {
		return errs.Wrap(op, err)
	}
	status := make(chan int, 1)
	go func() { // a handler that hangs does not hear ctx
		w := &statusWriter{header: http.Header{}, status: http.StatusOK}
		handler.ServeHTTP(w, r)
		status <- w.status
	}()
	select {
	case s := <-status:
		return healthy(s)
	case <-ctx.Done():
		return errs.Wrap(op, ctx.Err())
	}
}

// statusWriter is an answer of which only the status counts.
type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header         { return w.header }
func (w *statusWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *statusWriter) WriteHeader(status int)      { w.status = status }

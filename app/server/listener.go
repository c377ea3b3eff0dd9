package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"sregistry/app/certs"
	"sregistry/app/config"
	"sregistry/app/errs"
	"sregistry/app/httpx"
)

const (
	// acmeFolder is the part of the data folder that keeps what an authority gave.
	acmeFolder = "acme"
	// certificateLook is how often the certificate's files are looked at: two system calls.
	certificateLook = 2 * time.Second
)

// listener is where requests come in: by one listener, or with TLS maybe by a plain one
// beside it.
type listener struct {
	main, plain net.Listener // plain is nil without http-listen
	public      *url.URL
	files       *certs.Files // at most one of these two
	acme        *certs.ACME
	self        *certs.Self // with TLS, for the server's requests of itself
	drain       time.Duration
	log         *slog.Logger
}

// openListener reads the certificate, if there is one, and takes the ports, or what the
// service manager has opened in their place: the main one, and the plain one.
func openListener(ctx context.Context, settings *config.Config, given []net.Listener, log *slog.Logger) (*listener, error) {
	const op = "server.openListener"
	l := &listener{drain: settings.DrainTime, log: log}
	var err error
	if settings.TLSCert != "" {
		if l.files, err = certs.Open(settings.TLSCert, settings.TLSKey, log); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	if len(settings.ACMEDomains) > 0 {
		l.acme = certs.NewACME(certs.Authority{Directory: settings.ACMEDirectory, Email: settings.ACMEEmail,
			Domains: settings.ACMEDomains, Folder: filepath.Join(settings.Data, acmeFolder)}, log)
	}
	if settings.TLS() {
		if l.self, err = certs.NewSelf(); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	if err := l.listen(ctx, settings, given); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), l.Close())
	}
	if l.public, err = settings.Public(reachable(l.main.Addr())); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), l.Close())
	}
	if l.files != nil && !l.files.Covers(l.public.Hostname()) {
		log.Warn("the certificate does not cover the public address, so clients will refuse it; set public-url", "public", l.public.String())
	}
	return l, nil
}

// listen takes the ports.
func (l *listener) listen(ctx context.Context, settings *config.Config, given []net.Listener) error {
	const op = "server.listener.listen"
	for i, port := range given {
		switch i {
		case 0:
			l.main = port
		case 1:
			l.plain = port
		default:
			return errs.E(op, errs.Invalid, "The service manager opened %d ports, but at most two are used. Pass the main one and, with TLS, one for plain HTTP.", len(given))
		}
		if err := httpx.Adopt(port); err != nil {
			return errs.Wrap(op, err)
		}
	}
	var err error
	if l.main == nil {
		if l.main, err = httpx.Listen(ctx, settings.Listen); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if l.plain == nil && settings.HTTPListen != "" {
		l.plain, err = httpx.Listen(ctx, settings.HTTPListen)
	}
	if l.plain != nil && l.tls() == nil {
		return errs.E(op, errs.Invalid, "A second port needs TLS. Set tls-cert or acme-domains, or open only one port.")
	}
	return errs.Wrap(op, err)
}

// Close releases the ports, if no server has done so already.
func (l *listener) Close() error {
	for _, port := range []net.Listener{l.main, l.plain} {
		if port == nil {
			continue
		}
		if err := port.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return errs.Wrap("server.listener.Close", err)
		}
	}
	return nil
}

// serve lets a handler answer what comes in, until ctx is done or a listener fails.
func (l *listener) serve(ctx context.Context, handler http.Handler) error {
	all, ctx := errgroup.WithContext(ctx)
	server := httpx.NewServer(handler, l.log)
	server.TLSConfig = l.tls()
	if l.plain != nil {
		beside := httpx.ToPublic(l.public)
		if l.acme != nil {
			beside = l.acme.Challenges(beside)
		}
		all.Go(func() error { return httpx.Serve(ctx, httpx.NewServer(beside, l.log), l.plain, l.drain, l.log) })
	}
	all.Go(func() error { return httpx.Serve(ctx, server, l.main, l.drain, l.log) })
	if l.acme != nil {
		all.Go(func() error { l.acme.Obtain(ctx); return nil })
	}
	if l.files != nil {
		all.Go(func() error { l.follow(ctx); return nil })
	}
	return errs.Wrap("server.listener.serve", all.Wait())
}

// tls gives the configuration of the main listener; nil if it is plain.
func (l *listener) tls() *tls.Config {
	switch {
	case l.files != nil:
		return l.self.Server(l.files.TLS())
	case l.acme != nil:
		return l.self.Server(l.acme.TLS())
	}
	return nil
}

// follow reads the certificate's files again when they change, and on SIGHUP.
func (l *listener) follow(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	look := time.NewTicker(certificateLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			l.files.Reload()
		case <-look.C:
			l.files.Refresh()
		}
	}
}

// reachable gives the host and port by which this machine reaches what it listens on.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if host, err = os.Hostname(); err != nil {
			host = "localhost"
		}
	}
	return net.JoinHostPort(host, port)
}

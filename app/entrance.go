package app

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

// entrance is where requests come in: by one listener, or with TLS maybe by a plain one
// beside it.
type entrance struct {
	main, plain net.Listener // plain is nil without http-listen
	public      *url.URL
	files       *certs.Files // at most one of these two
	acme        *certs.ACME
	drain       time.Duration
	log         *slog.Logger
}

// openEntrance reads the certificate, if there is one, and takes the ports, or what the
// service manager has opened in their place: the main one, and the plain one.
func openEntrance(ctx context.Context, settings *config.Config, given []net.Listener, log *slog.Logger) (*entrance, error) {
	const op = "app.openEntrance"
	e := &entrance{drain: settings.DrainTime, log: log}
	var err error
	if settings.TLSCert != "" {
		if e.files, err = certs.Open(settings.TLSCert, settings.TLSKey, log); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	if len(settings.ACMEDomains) > 0 {
		e.acme = certs.NewACME(certs.Authority{Directory: settings.ACMEDirectory, Email: settings.ACMEEmail,
			Domains: settings.ACMEDomains, Folder: filepath.Join(settings.Data, acmeFolder)}, log)
	}
	if err := e.listen(ctx, settings, given); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), e.Close())
	}
	if e.public, err = settings.Public(reachable(e.main.Addr())); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), e.Close())
	}
	if e.files != nil && !e.files.Covers(e.public.Hostname()) {
		log.Warn("the certificate is not for the public address, so clients will refuse it; set public-url", "public", e.public.String())
	}
	return e, nil
}

// listen takes the ports.
func (e *entrance) listen(ctx context.Context, settings *config.Config, given []net.Listener) error {
	const op = "app.entrance.listen"
	for i, l := range given {
		switch i {
		case 0:
			e.main = l
		case 1:
			e.plain = l
		default:
			return errs.E(op, errs.Invalid, "The service manager opened %d ports; there is use for two: the main one and, with TLS, a plain one.", len(given))
		}
		if err := httpx.Adopt(l); err != nil {
			return errs.Wrap(op, err)
		}
	}
	var err error
	if e.main == nil {
		if e.main, err = httpx.Listen(ctx, settings.Listen); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if e.plain == nil && settings.HTTPListen != "" {
		e.plain, err = httpx.Listen(ctx, settings.HTTPListen)
	}
	if e.plain != nil && e.tls() == nil {
		return errs.E(op, errs.Invalid, "There is a plain port beside the main one, but no TLS; set tls-cert or acme-domains, or let one port be opened.")
	}
	return errs.Wrap(op, err)
}

// Close releases the ports, if no server has done so already.
func (e *entrance) Close() error {
	for _, l := range []net.Listener{e.main, e.plain} {
		if l == nil {
			continue
		}
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return errs.Wrap("app.entrance.Close", err)
		}
	}
	return nil
}

// serve lets a handler answer what comes in, until ctx is done or a listener fails.
func (e *entrance) serve(ctx context.Context, handler http.Handler) error {
	all, ctx := errgroup.WithContext(ctx)
	server := httpx.NewServer(handler, e.log)
	server.TLSConfig = e.tls()
	if e.plain != nil {
		beside := httpx.ToPublic(e.public)
		if e.acme != nil {
			beside = e.acme.Challenges(beside)
		}
		all.Go(func() error { return httpx.Serve(ctx, httpx.NewServer(beside, e.log), e.plain, e.drain, e.log) })
	}
	all.Go(func() error { return httpx.Serve(ctx, server, e.main, e.drain, e.log) })
	if e.acme != nil {
		all.Go(func() error { e.acme.Obtain(ctx); return nil })
	}
	if e.files != nil {
		all.Go(func() error { e.follow(ctx); return nil })
	}
	return errs.Wrap("app.entrance.serve", all.Wait())
}

// tls gives the configuration of the main listener; nil if it is plain.
func (e *entrance) tls() *tls.Config {
	switch {
	case e.files != nil:
		return e.files.TLS()
	case e.acme != nil:
		return e.acme.TLS()
	}
	return nil
}

// follow reads the certificate's files again when they change, and on SIGHUP.
func (e *entrance) follow(ctx context.Context) {
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
			e.files.Reload()
		case <-look.C:
			e.files.Refresh()
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

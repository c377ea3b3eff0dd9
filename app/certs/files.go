package certs

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"

	"sregistry/app/errs"
)

// Files is a certificate that is kept in two files.
type Files struct {
	cert, key string
	log       *slog.Logger
	remind    *reminder
	current   atomic.Pointer[tls.Certificate]
	seen      [2]state // as they were when last read
}

// Open reads a certificate, followed by those of its issuers, and its private key, both in
// PEM. Errors: Invalid if they cannot be used.
func Open(cert, key string, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, log: log, remind: newReminder(log)}
	if err := f.read(); err != nil {
		return nil, errs.Wrap("certs.Open", err)
	}
	return f, nil
}

// TLS configures a server that shows the certificate as it was last read.
func (f *Files) TLS() *tls.Config {
	return configuration(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current.Load(), nil }, f.remind)
}

// Covers reports whether the certificate is for a host.
func (f *Files) Covers(host string) bool { return f.current.Load().Leaf.VerifyHostname(host) == nil }

// Refresh reads the files again if they are not those that were read last. It costs next
// to nothing, so call it often, but not at once with itself or Reload.
func (f *Files) Refresh() {
	if f.stat() != f.seen {
		f.Reload()
	}
}

// Reload reads the files again. If they cannot be used, perhaps because only one of the
// two is new yet, the log has it, and the certificate stays.
func (f *Files) Reload() {
	if err := f.read(); err != nil {
		f.log.Error("cannot use the new certificate; the old one stays in use", "error", err)
		return
	}
	f.log.Info("certificate reloaded", "file", f.cert, "expires", f.current.Load().Leaf.NotAfter)
}

func (f *Files) read() error {
	const op = "certs.read"
	f.seen = f.stat() // first: what changes while they are read is then read again
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if _, missing := errors.AsType[*fs.PathError](err); missing {
		return errs.Because(op, errs.Invalid, err, "Cannot read the certificate %s or its key %s. Name files that the server's user can read.", f.cert, f.key)
	}
	if err != nil {
		return errs.Because(op, errs.Invalid, err, "%s and %s are not a certificate and its private key. Use PEM files that belong together.", f.cert, f.key)
	}
	f.current.Store(&c)
	f.remind.of(&c)
	return nil
}

// state is by what a changed file is told from an unchanged one.
type state struct {
	size     int64
	modified int64 // nanoseconds since 1970
}

// stat looks at the files; one that cannot be looked at has no state. Links are followed:
// some renewers change only where these lead to.
func (f *Files) stat() [2]state {
	var s [2]state
	for i, name := range []string{f.cert, f.key} {
		if info, err := os.Stat(name); err == nil {
			s[i] = state{info.Size(), info.ModTime().UnixNano()}
		}
	}
	return s
}

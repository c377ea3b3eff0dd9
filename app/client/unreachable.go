package client

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"

	"sregistry/app/errs"
)

// transportError turns a failure to speak to the server at all into an error: Canceled if
// the caller gave up, else Unavailable, with the reason in words.
func transportError(op string, base *url.URL, ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errs.Because(op, errs.Canceled, ctx.Err(), "Interrupted.")
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Wrap(op, e)
	}
	reason, advice := reasonOf(err)
	if reason == "" {
		return errs.Wrap(op, err)
	}
	return errs.Because(op, errs.Unavailable, err, "Cannot reach %s: %s. %s", base, reason, advice)
}

// reasonOf says why a connection could not be had or kept, and what to do; "" if the error
// is not one of a connection.
func reasonOf(err error) (reason, advice string) {
	const running = "Is the address right and the server running?"
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return "no host is called " + e.Name, "Is the address right?"
		}
		return "the name " + e.Name + " cannot be looked up", "Is the network up?"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not one that this machine trusts",
			"Name the authority's certificate file in SSL_CERT_FILE, or ask the registry's administrator."
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "it does not speak https", "Write http:// before the address, or set SREGISTRY_REGISTRY_NOHTTPS."
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", running
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to it from here", "Is the network up?"
	case isTimeout(err):
		return "no answer", running
	case isBroken(err):
		return "the connection broke", "Try again."
	}
	return "", ""
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout() || errors.Is(err, os.ErrDeadlineExceeded)
}

func isBroken(err error) bool {
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, net.ErrClosed} {
		if errors.Is(err, broken) {
			return true
		}
	}
	_, isOp := errors.AsType[*net.OpError](err)
	_, isURL := errors.AsType[*url.Error](err) // malformed answers and the like
	return isOp || isURL
}

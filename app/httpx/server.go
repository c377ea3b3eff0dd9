package httpx

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"sregistry/app/errs"
)

const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
	// sendStall is how long bytes that we sent may go unacknowledged, or a caller may
	// refuse to take more, until its connection is dropped.
	sendStall = 2 * time.Minute
)

// NewServer makes the server of a handler. It times headers and idle connections, but no
// request as a whole, since bodies may take hours: New sees to it that bodies that come in
// keep moving, and Listen that those going out do.
//
// It speaks HTTP/1.1 only, with TLS too. In HTTP/2 a caller that takes nothing more of one
// answer leaves its connection alive, and Listen would not notice; and net/http sends large
// bodies by it at half the speed, and takes them at three quarters.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// Adopt makes a listener that somebody else has opened drop its connections as one of Listen
// does. Errors: Invalid for one that is not of TCP.
func Adopt(l net.Listener) error {
	const op = "httpx.Adopt"
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return errs.E(op, errs.Invalid, "The service manager listens on %s, which is no TCP port.", l.Addr())
	}
	c, err := tcp.SyscallConn()
	if err == nil {
		err = dropStalled(c, sendStall)
	}
	if err != nil {
		return errs.Because(op, errs.Invalid, err, "The port that the service manager has opened at %s cannot be used; it has to be one of plain TCP, without SocketProtocol=.", l.Addr())
	}
	return nil
}

// Listen opens the address of a server. Its connections are dropped by the kernel when
// the other end has taken nothing for two minutes; a deadline of net/http's would drop
// slow ones too, and a wrapper that moved it would stand between file and connection.
// Errors: Conflict if the address is in use, Forbidden if its port is not for this user,
// Invalid if it is none of this machine's.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	return listen(ctx, address, sendStall)
}

func listen(ctx context.Context, address string, stall time.Duration) (net.Listener, error) {
	const op = "httpx.Listen"
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return dropStalled(c, stall) }}
	l, err := config.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, errs.Because(op, errs.Conflict, err, "The address %s is in use; is another server running? Choose another address or port.", address)
	case errors.Is(err, syscall.EACCES):
		return nil, errs.Because(op, errs.Forbidden, err, "This user may not listen on %s; choose a port from 1024 on, or let the program have the lower ones (setcap cap_net_bind_service=+ep).", address)
	case err != nil:
		return nil, errs.Because(op, errs.Invalid, err, "It is not possible to listen on %s; give an address of this machine and a port, such as 127.0.0.1:8080.", address)
	}
	return l, nil
}

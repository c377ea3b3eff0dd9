// Package systemd is what the program and the service manager of a Linux machine say to
// each other: sockets that the manager opened, so that the program needs no right to the
// low ports; that it is ready, stops, or still lives; log lines with their level; and the
// unit files, by which the manager is told all this. It knows nothing of what is served.
//
// Entry points: Open, whose Manager says nothing where there is no manager, Log, and Units.
// The trap: a watchdog that is fed by a timer proves that a timer runs. Here it is fed after
// the server has answered a request through its own door, and not otherwise.
package systemd

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"sregistry/app/errs"
)

// Manager is the service manager that runs the program, or none.
type Manager struct {
	// Sockets are what it listens on for us, in the order of its unit; none without it.
	Sockets []net.Listener
	// watchdog is within which time it wants to hear from us; 0 is never.
	watchdog time.Duration
	log      *slog.Logger
}

// Open takes what the manager has passed on, once, and out of the environment. Under a
// manager SIGHUP, which means "read your files again", no longer ends the program. Errors
// are Invalid.
func Open(log *slog.Logger) (*Manager, error) {
	const op = "systemd.Open"
	if os.Getenv("NOTIFY_SOCKET") != "" {
		signal.Ignore(syscall.SIGHUP)
	}
	sockets, err := activation.Listeners()
	if err != nil {
		return nil, errs.Because(op, errs.Invalid, err, "Cannot use the sockets of the service manager. Check the socket unit.")
	}
	for _, s := range sockets {
		if s == nil {
			return nil, errs.E(op, errs.Invalid, "A socket of the service manager accepts no connections. Use ListenStream= in the socket unit.")
		}
	}
	watchdog, err := daemon.SdWatchdogEnabled(true)
	if err != nil {
		return nil, errs.Because(op, errs.Invalid, err, "WATCHDOG_USEC is %q, which is not a time. Set WatchdogSec= in the unit.", os.Getenv("WATCHDOG_USEC"))
	}
	return &Manager{sockets, watchdog, log}, nil
}

// Ready tells the manager that requests are answered now.
func (m *Manager) Ready(status string) { m.tell(daemon.SdNotifyReady + "\nSTATUS=" + status) }

// Stopping tells the manager that the program ends, for which it needs no longer than a time.
func (m *Manager) Stopping(status string, within time.Duration) {
	m.tell(fmt.Sprintf("%s\nSTATUS=%s\nEXTEND_TIMEOUT_USEC=%d", daemon.SdNotifyStopping, status, within.Microseconds()))
}

// Watch tells the manager that we live, as often as it wants it, while alive says so, until
// ctx is done. A manager that hears nothing ends the program and starts it again.
func (m *Manager) Watch(ctx context.Context, alive func(context.Context) error) {
	if m.watchdog == 0 {
		return
	}
	every := time.NewTicker(m.watchdog / 3) // so that one that is late does no harm
	defer every.Stop()
	for {
		try, cancel := context.WithTimeout(ctx, m.watchdog/3)
		err := alive(try)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.log.Error("the server does not respond to its own request", "error", err)
		default:
			m.tell(daemon.SdNotifyWatchdog)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// tell says something to the manager. That it cannot hear is no reason not to serve.
func (m *Manager) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		m.log.Warn("cannot notify the service manager", "error", err)
	}
}

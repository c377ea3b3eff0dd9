package app_test

import (
	"net"
	"testing"
)

// A server that listens on every address of the machine, or of one family, reaches itself, or
// the manager would restart a healthy server every minute.
func TestServerOnEveryAddressFeedsItsWatchdog(t *testing.T) {
	t.Parallel()
	places := []struct{ network, address string }{{"tcp4", "0.0.0.0:0"}, {"tcp4", "127.0.0.1:0"}, {"tcp", ":0"}}
	if l, err := net.Listen("tcp6", "[::1]:0"); err == nil { // this machine has IPv6
		l.Close()
		places = append(places, struct{ network, address string }{"tcp6", "[::]:0"}, struct{ network, address string }{"tcp6", "[::1]:0"})
	}
	for _, on := range places {
		t.Run(on.network+" "+on.address, func(t *testing.T) {
			t.Parallel()
			m := startManagedOn(t, on.network, on.address, []string{"WATCHDOG_USEC=300000"})
			m.hears(t, "READY=1")
			m.hears(t, "WATCHDOG=1")
		})
	}
}

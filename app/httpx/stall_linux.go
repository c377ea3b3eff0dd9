package httpx

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dropStalled sets TCP_USER_TIMEOUT (tcp(7)), which accepted connections inherit. It counts
// both while sent bytes are not acknowledged and while the other end's window is shut.
func dropStalled(c syscall.RawConn, stall time.Duration) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(stall/time.Millisecond))
	})
	if err != nil {
		return err
	}
	return failed
}

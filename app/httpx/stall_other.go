//go:build !linux

package httpx

import (
	"syscall"
	"time"
)

// dropStalled does nothing: only Linux has what it needs. Elsewhere, keepalive finds the
// connections whose other end has vanished.
func dropStalled(syscall.RawConn, time.Duration) error { return nil }

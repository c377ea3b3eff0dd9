package blobtest

import (
	"errors"
	"syscall"
)

// errPowerCut is what every call gives once the power is gone.
var errPowerCut = errors.New("the power is gone")

// Trouble is what a Disk does wrong. The zero value does nothing wrong.
type Trouble struct {
	// At is the call that fails, counted from 1.
	At int
	// Err is what it fails with. If it is nil the power goes instead: neither that call nor
	// any later one happens.
	Err error
	// Short has a write that fails do half of its work first.
	Short bool
}

// Troubles are the errors that every call is tried with.
func Troubles() []Trouble {
	return []Trouble{{Err: syscall.EIO}, {Err: syscall.EDQUOT}, {Err: syscall.ENOSPC, Short: true}}
}

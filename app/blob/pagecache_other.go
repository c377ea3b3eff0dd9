//go:build !linux

package blob

import "os"

// forget does nothing where the system has no call for it.
func dropPageCache(*os.File) {}

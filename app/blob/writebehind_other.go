//go:build !linux

package blob

// WriteBehind does nothing where the system has no call for it.
func (f file) WriteBehind(offset, length int64) {}

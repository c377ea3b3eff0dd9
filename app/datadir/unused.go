package datadir

import (
	"os"
	"path/filepath"
	"syscall"
)

// RemoveUnused removes a data folder unless a server holds it. One that cannot be held or
// removed is left as it is: it is somebody else's.
func RemoveUnused(path string) {
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return
	}
	defer lock.Close()
	if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		os.RemoveAll(path)
	}
}

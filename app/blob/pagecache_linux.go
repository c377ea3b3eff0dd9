package blob

import (
	"os"

	"golang.org/x/sys/unix"
)

// dropPageCache drops a file from the page cache, so that it is read from the
// disk. That it may not is not an error: the file is read all the same.
func dropPageCache(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.Fadvise(int(fd), 0, 0, unix.FADV_DONTNEED) })
}

package blob

import "golang.org/x/sys/unix"

// WriteBehind starts writing without waiting for it. The error is of no use: a disk that
// fails says so again at Sync, and a filesystem that knows no sync_file_range is merely
// slower.
func (f file) WriteBehind(offset, length int64) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SyncFileRange(int(fd), offset, length, unix.SYNC_FILE_RANGE_WRITE)
	})
}

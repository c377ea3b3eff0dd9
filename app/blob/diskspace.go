package blob

import (
	"errors"

	"golang.org/x/sys/unix"
)

// DiskSpace tells how many bytes the disk of a store still takes, and how many it has. Kinds:
// Internal.
func (s *Store) DiskSpace() (free, size int64, err error) {
	free, size, err = s.fs.DiskSpace()
	return free, size, fault("blob.DiskSpace", err)
}

func (d *folder) DiskSpace() (free, size int64, err error) {
	f, err := d.root.Open(".")
	if err != nil {
		return 0, 0, err
	}
	var stat unix.Statfs_t
	err = errors.Join(unix.Fstatfs(int(f.Fd()), &stat), f.Close())
	return int64(stat.Bavail) * int64(stat.Bsize), int64(stat.Blocks) * int64(stat.Bsize), err
}

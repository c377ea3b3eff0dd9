package blobtest

import (
	"io/fs"

	"sregistry/app/blob"
)

// diskFile is a file of a Disk.
type diskFile struct {
	blob.File
	disk *Disk
	node *node
}

// WriteAt writes half before it fails, if the trouble is of that sort.
func (f *diskFile) WriteAt(p []byte, offset int64) (int, error) {
	written := 0
	write := func(p []byte) error {
		n, err := f.File.WriteAt(p, offset)
		f.node.write(p[:n], offset)
		written = n
		return err
	}
	err := f.disk.call(func() error { return write(p) }, func() { _ = write(p[:len(p)/2]) })
	return written, err
}

func (f *diskFile) Stat() (fs.FileInfo, error) {
	var info fs.FileInfo
	err := f.disk.call(func() error {
		var err error
		info, err = f.File.Stat()
		return err
	}, nil)
	return info, err
}

func (f *diskFile) Chmod(mode fs.FileMode) error {
	return f.disk.call(func() error {
		f.node.mode = mode
		return f.File.Chmod(mode)
	}, nil)
}

func (f *diskFile) Truncate(size int64) error {
	return f.disk.call(func() error {
		f.node.bytes = f.node.bytes[:size]
		return f.File.Truncate(size)
	}, nil)
}

// WriteBehind promises nothing, and does nothing here.
func (f *diskFile) WriteBehind(_, _ int64) {}

func (f *diskFile) Sync() error {
	return f.disk.call(func() error {
		f.node.syncBytes()
		return nil
	}, nil)
}

// Close always gives the descriptor back, also when it is told to fail.
func (f *diskFile) Close() error {
	closing := f.File.Close()
	return f.disk.call(func() error { return closing }, nil)
}

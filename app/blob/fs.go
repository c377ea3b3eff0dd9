package blob

import (
	"io/fs"
	"os"
	"time"
)

// FS is every call the store makes on names below its folder, so that a test can break
// each one. Names are slash-separated and relative. There are two: the operating
// system's, which Open uses, and the faulty one of blobtest.
type FS interface {
	// Create makes a new empty file with mode 0600; fs.ErrExist if there is one.
	Create(name string) (File, error)
	// OpenWrite opens a regular file for writing.
	OpenWrite(name string) (File, error)
	// Open opens a regular file for reading. It is a plain *os.File because only that
	// lets the kernel copy from the disk to a connection.
	Open(name string) (*os.File, error)
	// Stat describes a name itself, never what a symbolic link points to.
	Stat(name string) (fs.FileInfo, error)
	// ReadDir gives the names in a folder, sorted.
	ReadDir(name string) ([]string, error)
	// Mkdir makes a folder with mode 0700; fs.ErrExist if there is one.
	Mkdir(name string) error
	// Chtimes sets when a file was last changed.
	Chtimes(name string, changed time.Time) error
	// Rename moves a file and replaces what bears the new name.
	Rename(from, to string) error
	// Remove removes a file.
	Remove(name string) error
	// DiskSpace tells how many bytes the disk still takes, and how many it has.
	DiskSpace() (free, size int64, err error)
	// SyncDir makes the names in a folder durable.
	SyncDir(name string) error
	// Close releases the folder.
	Close() error
}

// File is every call the store makes on a file it writes.
type File interface {
	WriteAt(p []byte, offset int64) (int, error)
	Stat() (fs.FileInfo, error)
	Chmod(mode fs.FileMode) error
	Truncate(size int64) error
	// WriteBehind asks the kernel to start writing a stretch to the disk, so that Sync has
	// little left to do. It is a hint: it promises nothing, and so it cannot fail.
	WriteBehind(offset, length int64)
	// Sync makes the file's bytes and mode durable, though not its name.
	Sync() error
	Close() error
}

// Files gives the store's layer, for what else lies in its folder and shall be as durable.
func (s *Store) Files() FS { return s.fs }

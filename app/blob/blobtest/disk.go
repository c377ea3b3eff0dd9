package blobtest

import (
	"io/fs"
	"os"
	"sync"
	"time"

	"sregistry/app/blob"
)

// Disk is a blob.FS that fails on command and knows what a power cut would leave. It
// works on the real files below it, but never syncs them: what is durable it keeps in
// its own books, and Restart writes that down.
type Disk struct {
	files   blob.FS
	trouble Trouble

	mu    sync.Mutex
	calls int
	books *node
}

// NewDisk puts a disk around the files of an empty folder.
func NewDisk(files blob.FS, trouble Trouble) *Disk {
	return &Disk{files: files, trouble: trouble, books: newFolder()}
}

// Calls tells how many calls there were.
func (d *Disk) Calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

// Break makes trouble anew; its call is counted from here.
func (d *Disk) Break(trouble Trouble) {
	d.mu.Lock()
	defer d.mu.Unlock()
	trouble.At += d.calls
	d.trouble = trouble
}

// Repair ends all trouble.
func (d *Disk) Repair() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble = Trouble{}
}

// call does one call, unless it is the one to fail. spoil, if not nil, is what a call
// does that fails half way.
func (d *Disk) call(do func() error, spoil func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	if d.trouble.Err == nil && d.trouble.At > 0 && d.calls >= d.trouble.At {
		return errPowerCut
	}
	if d.calls == d.trouble.At {
		if d.trouble.Short && spoil != nil {
			spoil()
		}
		return &fs.PathError{Op: "call", Path: "disk", Err: d.trouble.Err}
	}
	return do()
}

// Create implements blob.FS.
func (d *Disk) Create(name string) (blob.File, error) {
	var f *diskFile
	err := d.call(func() error {
		under, err := d.files.Create(name)
		if err == nil {
			f = &diskFile{File: under, disk: d, node: d.books.put(name, &node{mode: 0o600, durableMode: 0o600})}
		}
		return err
	}, nil)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// OpenWrite implements blob.FS.
func (d *Disk) OpenWrite(name string) (blob.File, error) {
	var f *diskFile
	err := d.call(func() error {
		under, err := d.files.OpenWrite(name)
		if err == nil {
			f = &diskFile{File: under, disk: d, node: d.books.get(name)}
		}
		return err
	}, nil)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Open implements blob.FS.
func (d *Disk) Open(name string) (*os.File, error) {
	var f *os.File
	err := d.call(func() error {
		var err error
		f, err = d.files.Open(name)
		return err
	}, nil)
	return f, err
}

// Stat implements blob.FS.
func (d *Disk) Stat(name string) (fs.FileInfo, error) {
	var info fs.FileInfo
	err := d.call(func() error {
		var err error
		info, err = d.files.Stat(name)
		return err
	}, nil)
	return info, err
}

// ReadDir implements blob.FS.
func (d *Disk) ReadDir(name string) ([]string, error) {
	var names []string
	err := d.call(func() error {
		var err error
		names, err = d.files.ReadDir(name)
		return err
	}, nil)
	return names, err
}

// Mkdir implements blob.FS.
func (d *Disk) Mkdir(name string) error {
	return d.call(func() error {
		err := d.files.Mkdir(name)
		if err == nil {
			d.books.put(name, newFolder())
		}
		return err
	}, nil)
}

// Chtimes implements blob.FS.
func (d *Disk) Chtimes(name string, changed time.Time) error {
	return d.call(func() error { return d.files.Chtimes(name, changed) }, nil)
}

// Rename implements blob.FS.
func (d *Disk) Rename(from, to string) error {
	return d.call(func() error {
		err := d.files.Rename(from, to)
		if err == nil {
			d.books.put(to, d.books.get(from))
			d.books.drop(from)
		}
		return err
	}, nil)
}

// Remove implements blob.FS.
func (d *Disk) Remove(name string) error {
	return d.call(func() error {
		err := d.files.Remove(name)
		if err == nil {
			d.books.drop(name)
		}
		return err
	}, nil)
}

// DiskSpace implements blob.FS.
func (d *Disk) DiskSpace() (free, size int64, err error) {
	err = d.call(func() error {
		free, size, err = d.files.DiskSpace()
		return err
	}, nil)
	return free, size, err
}

// SyncDir implements blob.FS.
func (d *Disk) SyncDir(name string) error {
	return d.call(func() error {
		d.books.get(name).syncNames()
		return nil
	}, nil)
}

// Close implements blob.FS.
func (d *Disk) Close() error { return d.call(d.files.Close, nil) }

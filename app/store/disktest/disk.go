// Package disktest makes the calls fail that SQLite makes for its files, one by one, as a
// disk does that is full or broken. It knows SQLite's unix layer and the convention by
// which modernc.org/sqlite calls C functions that are Go (hooks.go); it knows no tables.
//
// Entry points: Below, then Disk.Break and Disk.Repair. Only what lies below the folder of
// a Disk is concerned, so tests may go on side by side. The trap: the shared memory beside
// a database (-shm) is mapped, and what is written there by memory fails in no call.
package disktest

import (
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Call is a sort of call for a file.
type Call int

// The calls that may fail.
const (
	Open     Call = iota
	Read          // pread
	Write         // pwrite
	Sync          // fsync of a file
	Truncate      // ftruncate
	Stat          // fstat
	Map           // mmap, of the shared memory
	Remove        // unlink
	Calls         // how many sorts there are
)

var callNames = [Calls]string{"open", "read", "write", "sync", "truncate", "stat", "map", "remove"}

// String is the call's name.
func (c Call) String() string { return callNames[c] }

// Trouble says what goes wrong.
type Trouble struct {
	Call Call
	// At is which of the calls fails, counted from 1; 0 is none.
	At int
	// Lasting has all that follow fail, too.
	Lasting bool
	Err     syscall.Errno
	// Short has a write that fails bring half of its bytes first.
	Short bool
}

// Troubles are all that may go wrong at a call, but for its number. A sync that fails
// forgets what was written to the file since the last that did not: so do disks.
func Troubles() []Trouble {
	return []Trouble{
		{Call: Open, Err: syscall.EIO},
		{Call: Open, Err: syscall.EMFILE},
		{Call: Read, Err: syscall.EIO},
		{Call: Write, Err: syscall.EIO},
		{Call: Write, Err: syscall.ENOSPC},
		{Call: Write, Err: syscall.ENOSPC, Short: true},
		{Call: Write, Err: syscall.EIO, Lasting: true},
		{Call: Write, Err: syscall.ENOSPC, Lasting: true},
		{Call: Sync, Err: syscall.EIO},
		{Call: Sync, Err: syscall.EIO, Lasting: true},
		{Call: Truncate, Err: syscall.EIO},
		{Call: Stat, Err: syscall.EIO},
		{Call: Map, Err: syscall.ENOMEM},
		{Call: Remove, Err: syscall.EIO},
	}
}

// Disk is what SQLite sees of the files below a folder.
type Disk struct {
	dir string

	mu      sync.Mutex
	trouble Trouble
	calls   [Calls]int // since Break
	struck  int        // calls that failed since then
	half    bool       // the next write fails: the last one brought half
	files   map[string]*file
}

// file is a file of a Disk.
type file struct {
	// unsynced is what was there before each write since the last sync.
	unsynced []piece
}

// piece is a part of a file as it was, and how long the file was.
type piece struct {
	at   int64
	old  []byte
	size int64
}

// Below puts a Disk below SQLite for the files in a folder, until the test ends.
func Below(t testing.TB, dir string) *Disk {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := &Disk{dir: dir + string(filepath.Separator), files: map[string]*file{}}
	known.Lock()
	defer known.Unlock()
	known.disks = append(known.disks, d)
	t.Cleanup(func() { forget(d) })
	return d
}

// Break makes trouble; its call is counted from here.
func (d *Disk) Break(trouble Trouble) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble, d.calls, d.struck, d.half = trouble, [Calls]int{}, 0, false
}

// Repair ends all trouble, and tells how many calls have failed.
func (d *Disk) Repair() (struck int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble, d.half = Trouble{}, false
	return d.struck
}

// Struck tells how many calls have failed since Break.
func (d *Disk) Struck() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.struck
}

// Count tells how many calls of a sort there were since Break.
func (d *Disk) Count(c Call) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[c]
}

// fails counts a call, and tells by which error it fails; 0 for none. The lock is held.
func (d *Disk) fails(c Call) syscall.Errno {
	d.calls[c]++
	n, t := d.calls[c], d.trouble
	if t.At == 0 || t.Call != c || n < t.At || n > t.At && !t.Lasting {
		return 0
	}
	d.struck++
	return t.Err
}

// of gives what is known of a file. The lock is held.
func (d *Disk) of(path string) *file {
	f := d.files[path]
	if f == nil {
		f = &file{}
		d.files[path] = f
	}
	return f
}

// remember keeps what a write is about to replace.
func (f *file) remember(fd int, at int64, length int) error {
	var info syscall.Stat_t
	if err := syscall.Fstat(fd, &info); err != nil {
		return err
	}
	old := make([]byte, min(int64(length), max(0, info.Size-at)))
	if _, err := syscall.Pread(fd, old, at); err != nil {
		return err
	}
	f.unsynced = append(f.unsynced, piece{at, old, info.Size})
	return nil
}

// forget brings the file back to what was synced.
func (f *file) forget(fd int) error {
	for len(f.unsynced) > 0 {
		p := f.unsynced[len(f.unsynced)-1]
		if _, err := syscall.Pwrite(fd, p.old, p.at); err != nil {
			return err
		}
		if err := syscall.Ftruncate(fd, p.size); err != nil {
			return err
		}
		f.unsynced = f.unsynced[:len(f.unsynced)-1]
	}
	return nil
}

// known are all disks, and the open files below them.
var known = struct {
	sync.Mutex
	disks []*Disk
	open  map[int32]opened // by descriptor
}{open: map[int32]opened{}}

// opened is an open file of a disk.
type opened struct {
	disk *Disk
	path string
}

func forget(d *Disk) {
	known.Lock()
	defer known.Unlock()
	for i, other := range known.disks {
		if other == d {
			known.disks = append(known.disks[:i], known.disks[i+1:]...)
			return
		}
	}
}

// below gives the disk of a path; nil if it has none.
func below(path string) *Disk {
	known.Lock()
	defer known.Unlock()
	for _, d := range known.disks {
		if strings.HasPrefix(path, d.dir) {
			return d
		}
	}
	return nil
}

// opening gives the open file of a descriptor; without a disk if there is none.
func opening(fd int32) opened {
	known.Lock()
	defer known.Unlock()
	return known.open[fd]
}

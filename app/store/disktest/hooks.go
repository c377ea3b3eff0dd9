package disktest

import (
	"sync"
	"syscall"
	"unsafe"

	"modernc.org/libc"
	_ "modernc.org/sqlite" // is to be ready before its library is asked for anything
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite's unix layer makes its system calls by a table that its xSetSystemCall changes for
// tests like these; only fsync is not in it, and is caught a step above, in xSync. A C
// function is here a Go function whose first argument stands for the thread, and a pointer
// to one is the word that a Go function value is.
type (
	openFunc  = func(tls *libc.TLS, path uintptr, flags, mode int32) int32
	closeFunc = func(tls *libc.TLS, fd int32) int32
	moveFunc  = func(tls *libc.TLS, fd int32, p uintptr, n libc.Tsize_t, at libc.Toff_t) libc.Tssize_t
	cutFunc   = func(tls *libc.TLS, fd int32, size libc.Toff_t) int32
	statFunc  = func(tls *libc.TLS, fd int32, info uintptr) int32
	pathFunc  = func(tls *libc.TLS, path uintptr) int32
	mapFunc   = func(tls *libc.TLS, at uintptr, n libc.Tsize_t, prot, flags, fd int32, from libc.Toff_t) uintptr

	setFunc     = func(tls *libc.TLS, vfs, name, call uintptr) int32
	getFunc     = func(tls *libc.TLS, vfs, name uintptr) uintptr
	openVFSFunc = func(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32
	syncFunc    = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// real are the functions that ours stand before.
var real struct {
	open     openFunc
	close    closeFunc
	pread    moveFunc
	pwrite   moveFunc
	truncate cutFunc
	fstat    statFunc
	unlink   pathFunc
	mmap     mapFunc

	openVFS openVFSFunc
	sync    syncFunc // known when the first file is open
}

// This is done before any database is open, since SQLite reads its table without a lock.
func init() {
	tls := libc.NewTLS()
	defer tls.Close()
	at := sqlite3.Xsqlite3_vfs_find(tls, 0)
	vfs := pointed[sqlite3.Tsqlite3_vfs](at)
	replace(tls, at, vfs, "open", &real.open, open)
	replace(tls, at, vfs, "close", &real.close, closeFile)
	replace(tls, at, vfs, "pread", &real.pread, pread)
	replace(tls, at, vfs, "pwrite", &real.pwrite, pwrite)
	replace(tls, at, vfs, "ftruncate", &real.truncate, truncate)
	replace(tls, at, vfs, "fstat", &real.fstat, fstat)
	replace(tls, at, vfs, "unlink", &real.unlink, unlink)
	replace(tls, at, vfs, "mmap", &real.mmap, mmap)
	real.openVFS = function[openVFSFunc](vfs.FxOpen)
	vfs.FxOpen = word[openVFSFunc](openVFS)
}

// replace puts ours in the place of a system call, and keeps what was there.
func replace[F any](tls *libc.TLS, at uintptr, vfs *sqlite3.Tsqlite3_vfs, name string, kept *F, ours F) {
	text, err := libc.CString(name)
	if err != nil {
		panic(err)
	}
	defer libc.Xfree(tls, text)
	was := function[getFunc](vfs.FxGetSystemCall)(tls, at, text)
	if was == 0 || function[setFunc](vfs.FxSetSystemCall)(tls, at, text, word(ours)) != sqlite3.SQLITE_OK {
		panic("disktest: SQLite makes no call named " + name)
	}
	*kept = function[F](was)
}

// function is what a C function pointer points to.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

// word is a C function pointer to a function, which must not be a closure.
func word[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// pointed is what is at an address of C's memory.
func pointed[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

func fail(tls *libc.TLS, err syscall.Errno) int32 {
	*pointed[int32](libc.X__errno_location(tls)) = int32(err)
	return -1
}

func open(tls *libc.TLS, path uintptr, flags, mode int32) int32 {
	name := libc.GoString(path)
	d := below(name)
	if d == nil {
		return real.open(tls, path, flags, mode)
	}
	d.mu.Lock()
	err := d.fails(Open)
	d.mu.Unlock()
	if err != 0 {
		return fail(tls, err)
	}
	fd := real.open(tls, path, flags, mode)
	if fd >= 0 {
		known.Lock()
		known.open[fd] = opened{d, name}
		known.Unlock()
	}
	return fd
}

func closeFile(tls *libc.TLS, fd int32) int32 {
	known.Lock() // until the number is free, and not longer: others may get it
	defer known.Unlock()
	delete(known.open, fd)
	return real.close(tls, fd)
}

func pread(tls *libc.TLS, fd int32, p uintptr, n libc.Tsize_t, at libc.Toff_t) libc.Tssize_t {
	if d := opening(fd).disk; d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err := d.fails(Read); err != 0 {
			return libc.Tssize_t(fail(tls, err))
		}
	}
	return real.pread(tls, fd, p, n, at)
}

func pwrite(tls *libc.TLS, fd int32, p uintptr, n libc.Tsize_t, at libc.Toff_t) libc.Tssize_t {
	f := opening(fd)
	d := f.disk
	if d == nil {
		return real.pwrite(tls, fd, p, n, at)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.fails(Write)
	if d.half {
		d.half, err = false, d.trouble.Err
	}
	if err != 0 && !(d.trouble.Short && n > 1) {
		return libc.Tssize_t(fail(tls, err))
	}
	if err != 0 {
		d.half, n = true, n/2
	}
	if err := d.of(f.path).remember(int(fd), at, int(n)); err != nil {
		panic(err)
	}
	return real.pwrite(tls, fd, p, n, at)
}

func truncate(tls *libc.TLS, fd int32, size libc.Toff_t) int32 {
	f := opening(fd)
	d := f.disk
	if d == nil {
		return real.truncate(tls, fd, size)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails(Truncate); err != 0 {
		return fail(tls, err)
	}
	if err := d.of(f.path).remember(int(fd), size, 1<<30); err != nil {
		panic(err)
	}
	return real.truncate(tls, fd, size)
}

func fstat(tls *libc.TLS, fd int32, info uintptr) int32 {
	if d := opening(fd).disk; d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err := d.fails(Stat); err != 0 {
			return fail(tls, err)
		}
	}
	return real.fstat(tls, fd, info)
}

func unlink(tls *libc.TLS, path uintptr) int32 {
	name := libc.GoString(path)
	if d := below(name); d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err := d.fails(Remove); err != 0 {
			return fail(tls, err)
		}
		delete(d.files, name)
	}
	return real.unlink(tls, path)
}

func mmap(tls *libc.TLS, at uintptr, n libc.Tsize_t, prot, flags, fd int32, from libc.Toff_t) uintptr {
	if d := opening(fd).disk; d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err := d.fails(Map); err != 0 {
			fail(tls, err)
			return ^uintptr(0) // MAP_FAILED
		}
	}
	return real.mmap(tls, at, n, prot, flags, fd, from)
}

// openVFS opens a file, and sees to it that its xSync is ours.
func openVFS(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32 {
	rc := real.openVFS(tls, vfs, path, file, flags, out)
	if rc == sqlite3.SQLITE_OK {
		catchSync(pointed[sqlite3.TunixFile](file).FpMethod)
	}
	return rc
}

var tables sync.Mutex

// catchSync puts our xSync into a table of methods. All files that have the table are
// opened by openVFS, so nobody reads it yet who has not passed the lock.
func catchSync(at uintptr) {
	tables.Lock()
	defer tables.Unlock()
	table := pointed[sqlite3.Tsqlite3_io_methods](at)
	if ours := word[syncFunc](syncFile); table.FxSync != ours {
		if real.sync == nil {
			real.sync = function[syncFunc](table.FxSync) // the same in all tables
		}
		table.FxSync = ours
	}
}

func syncFile(tls *libc.TLS, at uintptr, flags int32) int32 {
	fd := pointed[sqlite3.TunixFile](at).Fh
	f := opening(fd)
	d := f.disk
	if d == nil {
		return real.sync(tls, at, flags)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	file := d.of(f.path)
	if err := d.fails(Sync); err != 0 {
		if err := file.forget(int(fd)); err != nil {
			panic(err)
		}
		pointed[sqlite3.TunixFile](at).FlastErrno = int32(err)
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	file.unsynced = nil
	return sqlite3.SQLITE_OK // the real disk is spared
}

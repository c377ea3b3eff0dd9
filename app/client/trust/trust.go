// Package trust decides whether a file may be believed that lies where others can write too: a
// folder that a cluster shares, a download in /tmp, the file with one's credentials. The rule is
// the one of ssh and sudo: a file is trusted if it belongs to the user or to root and nobody else
// may write to it, since everybody else could change it after it was looked at.
//
// Entry points: Current, then User.Owns and User.Sealed on what fstat tells of an open file; Open
// opens one without being led elsewhere. The trap: a file is judged when it is open, never by its
// path, which may name another file a moment later.
package trust

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// User is the one for whom files are judged, by number.
type User int

// Current is the user whom this program runs as.
func Current() User { return User(os.Geteuid()) }

// root may change every file anyhow.
const root = 0

// othersWrite are the permissions of everybody but a file's owner. An access control list shows
// in those of the group.
const (
	othersWrite fs.FileMode = 0o022
	groupWrites fs.FileMode = 0o020
)

// Owns reports whether a file belongs to the user or to root.
func (u User) Owns(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && (s.Uid == root || User(s.Uid) == u)
}

// Made reports whether a file belongs to the user, and not only to root.
func (u User) Made(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && User(s.Uid) == u
}

// Sealed reports whether nobody but the user and root can change a file.
func (u User) Sealed(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && u.Owns(info) && info.Mode()&othersWrite == 0
}

// Trusts is Sealed for what other programs of the user's own have made: on many systems everybody has
// a group to himself, with his own number, whose members (none) may write.
func (u User) Trusts(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	if ok && info.Mode().IsRegular() && u.Made(info) && s.Gid == s.Uid {
		return info.Mode()&othersWrite&^groupWrites == 0
	}
	return u.Sealed(info)
}

// Keeps reports whether a file is the user's own, whose permissions are his affair, or root's
// and Sealed.
func (u User) Keeps(info fs.FileInfo) bool { return u.Made(info) || u.Sealed(info) }

// Names is how many names (hard links) a file has; 0 if that is not known.
func Names(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink)
	}
	return 0
}

// ErrNoFile tells that a path leads to something else than a regular file, such as a link.
var ErrNoFile = errors.New("not a regular file")

// Open opens a regular file for reading. A link is not followed, and a pipe is not waited for.
// Errors: ErrNoFile, and those of the file system.
func Open(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENXIO) {
		return nil, nil, &fs.PathError{Op: "open", Path: path, Err: ErrNoFile}
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNoFile}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

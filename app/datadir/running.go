package datadir

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"sregistry/app/config"
	"sregistry/app/errs"
)

// runningName is the file in which a server says what it runs with.
const runningName = "running.json"

// Running is what a running server tells the commands that work beside it. They have other
// flags and another environment, so they cannot find it out for themselves.
type Running struct {
	PID      int            `json:"pid"`
	Version  string         `json:"version"`
	Started  time.Time      `json:"started"`
	Address  string         `json:"address"` // that it listens on
	Public   string         `json:"public"`
	Settings []config.Given `json:"settings"` // that were given at the start
}

// Announce tells other commands that a server runs on the folder, and what it runs with, until
// the folder is closed. A process that was killed is not announced any more: what counts is a
// lock that the kernel releases, and the file only says the rest.
func (d *Dir) Announce(r Running) error {
	const op = "datadir.Announce"
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return errs.Wrap(op, err)
	}
	path := filepath.Join(d.Path, runningName)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return folderError(op, d.Path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return folderError(op, d.Path, err)
	}
	d.announced = true
	// This lock is beside that of hold, which cannot be looked at without taking it.
	return errs.Wrap(op, unix.FcntlFlock(d.lock.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}))
}

// FindRunning gives what the server that runs on a folder said of itself; nil if none runs.
// It only reads.
func FindRunning(path string) (*Running, error) {
	const op = "datadir.FindRunning"
	lock, err := os.Open(filepath.Join(path, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, folderError(op, path, err)
	}
	defer lock.Close()
	held := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(lock.Fd(), unix.F_OFD_GETLK, &held); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if held.Type == unix.F_UNLCK {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(path, runningName))
	if errors.Is(err, fs.ErrNotExist) { // it has just ended
		return nil, nil
	}
	if err != nil {
		return nil, folderError(op, path, err)
	}
	var r Running
	return &r, errs.Wrap(op, json.Unmarshal(text, &r))
}

// withdraw is the inverse of Announce.
func (d *Dir) withdraw() error {
	if !d.announced {
		return nil
	}
	if err := os.Remove(filepath.Join(d.Path, runningName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return folderError("datadir.withdraw", d.Path, err)
	}
	return nil
}

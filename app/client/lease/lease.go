// Package lease lets one of several processes do what all of them need, even if they run
// on different machines and have nothing in common but a folder on a shared file system. It
// knows nothing of what is done.
//
// A lease is a file. Who can make it, by a hard link, which is atomic on every file system
// that clusters use, holds it; he writes a new number into it from time to time. The others
// read it, and take it over when the number has not changed for a while by their own clocks:
// the clocks of two machines are never compared, and no kernel's lock is needed, which a
// machine that died may keep for long.
//
// Entry points: Take, then Lease.Context and Release. The trap: a holder who was suspended
// and then goes on may, until he looks, believe in a lease that he has lost. So it saves
// work; what must never happen twice wants more than that.
package lease

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"sregistry/app/client/trust"
	"sregistry/app/errs"
)

// ErrObstructed tells that what lies at the lease's path is another user's, and cannot be
// replaced: nobody holds the lease, nor will we.
var ErrObstructed = errors.New("another user's file is in the way of the lease")

// leaseMode lets others read a lease, and nobody else write to it.
const leaseMode fs.FileMode = 0o644

// maxText bounds what is read of a lease, which anybody may have written.
const maxText = 1 << 10

// Times are how often and how long. Those of all who share a folder have to be the same.
type Times struct {
	Beat time.Duration // between two signs of life
	Dead time.Duration // without one, until the holder is taken for dead
	Look time.Duration // between two looks of one who waits
}

// Default suits file systems on which a write may take seconds to be seen elsewhere.
func Default() Times { return Times{Beat: 5 * time.Second, Dead: 40 * time.Second, Look: time.Second} }

// Lease is held until it is released or lost.
type Lease struct {
	path  string
	nonce string
	host  string
	file  *os.File // of the lease's inode, whatever its name is by now
	times Times
	ctx   context.Context
	lose  context.CancelFunc
	ended chan struct{}
}

// Take waits for the lease at a path. It gives nil if meanwhile needless, which is asked at
// every look, says that there is nothing left to do. Errors: Canceled, those of needless,
// ErrObstructed, and fs errors, wrapped, of a folder that cannot be used.
func Take(ctx context.Context, path string, times Times, needless func() (bool, error)) (*Lease, error) {
	const op = "lease.Take"
	var seen string
	var since time.Time
	for {
		if no, err := needless(); no || err != nil {
			return nil, err
		}
		now, err := read(path)
		var l *Lease
		switch {
		case errors.Is(err, fs.ErrNotExist):
			l, err = claim(path, times, (*Lease).link)
		case err != nil:
		case now != seen:
			seen, since = now, time.Now()
		case time.Since(since) >= times.Dead:
			l, err = claim(path, times, (*Lease).replace)
			since = time.Now()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		if l != nil {
			return l.hold(ctx, needless)
		}
		// Not all at once, if they all began at once.
		if err := sleep(ctx, times.Look/2+rand.N(times.Look)); err != nil {
			return nil, errs.Because(op, errs.Canceled, err, "Interrupted.")
		}
	}
}

// Context ends when the lease is lost or released, or with the context of Take.
func (l *Lease) Context() context.Context { return l.ctx }

// Nonce is a word that no other lease has.
func (l *Lease) Nonce() string { return l.nonce }

// Release lets another one have the lease, once.
func (l *Lease) Release() {
	l.lose()
	<-l.ended
	if l.isOurs() {
		_ = os.Remove(l.path) // one that stays is taken over
	}
	l.file.Close()
}

// claim makes a lease under a name of its own, and tries to put it into its place. It gives
// nil if somebody else was faster.
func claim(path string, times Times, put func(l *Lease, own string) (bool, error)) (*Lease, error) {
	host, _ := os.Hostname() // for the eyes of people only
	l := &Lease{path: path, nonce: strings.ToLower(crand.Text()), host: host, times: times, ended: make(chan struct{})}
	own := path + "." + l.nonce
	var err error
	if l.file, err = os.OpenFile(own, os.O_RDWR|os.O_CREATE|os.O_EXCL, leaseMode); err != nil {
		return nil, err
	}
	defer os.Remove(own)
	ok := false
	if err = l.beat(0); err == nil {
		ok, err = put(l, own)
	}
	if !ok {
		l.file.Close()
		return nil, err
	}
	return l, nil
}

// link puts the lease where none is. Over NFS the answer to a link that was made may get
// lost, and the repeated request then fails; the number of names tells.
func (l *Lease) link(own string) (bool, error) {
	err := os.Link(own, l.path)
	if err == nil || names(own) == 2 {
		return true, nil
	}
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	// A file system without hard links: then the name itself has to be made.
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, leaseMode)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l.file.Close()
	l.file = f
	return true, l.beat(0)
}

// replace puts the lease in the place of a dead one. Several may do so at once: the last one
// has it, as all of them see when all have had time to do it.
func (l *Lease) replace(own string) (bool, error) {
	err := os.Rename(own, l.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%w: %w", ErrObstructed, err)
	}
	if err != nil {
		return false, err
	}
	time.Sleep(2 * l.times.Look)
	return l.isOurs(), nil
}

// names is how many names a file has.
func names(path string) uint64 {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	return trust.Names(info)
}

// read gives what a lease says. What is no file, or not for us to read, says always the same,
// as a dead holder does; so somebody may put a lease in its place.
func read(path string) (string, error) {
	f, _, err := trust.Open(path)
	if errors.Is(err, trust.ErrNoFile) || errors.Is(err, fs.ErrPermission) {
		return "not a lease", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText))
	return string(text), err
}

// hold begins to give signs of life, unless there is nothing to do any more.
func (l *Lease) hold(ctx context.Context, needless func() (bool, error)) (*Lease, error) {
	l.ctx, l.lose = context.WithCancel(ctx)
	go l.live()
	if no, err := needless(); no || err != nil {
		l.Release()
		return nil, err
	}
	return l, nil
}

// live gives signs of life until the lease is lost.
func (l *Lease) live() {
	defer close(l.ended)
	defer l.lose()
	for n := 1; sleep(l.ctx, l.times.Beat) == nil; n++ {
		// Who cannot write seems dead to the others, and so he is.
		if l.beat(n) != nil || !l.isOurs() {
			return
		}
	}
}

// beat writes the number of a sign of life, and whose it is.
func (l *Lease) beat(n int) error {
	if _, err := l.file.WriteAt(fmt.Appendf(nil, "%s %09d %s %d\n", l.nonce, n, l.host, os.Getpid()), 0); err != nil {
		return err
	}
	return l.file.Sync()
}

// isOurs looks whether the lease is still ours: another one may have taken us for dead.
func (l *Lease) isOurs() bool {
	text, err := read(l.path)
	return err == nil && strings.HasPrefix(text, l.nonce+" ")
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

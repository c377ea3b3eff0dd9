package app_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"sregistry/app/sif/siftest"
)

// slowLine is a proxy in front of the server that counts what passes, and holds the line
// still after a number of bytes, so that a client can be killed half way.
type slowLine struct {
	net.Listener
	to          string
	sent, taken way // by clients
	held        chan struct{}
}

// way is one direction of a line.
type way struct {
	count atomic.Int64 // bytes that have passed
	limit atomic.Int64 // of count, at which it is held; 0 is none
}

func newSlowLine(t *testing.T, to string) *slowLine {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &slowLine{Listener: l, to: strings.TrimPrefix(to, "http://"), held: make(chan struct{}, 16)}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(c)
		}
	}()
	return p
}

func (p *slowLine) carry(c net.Conn) {
	defer c.Close()
	s, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer s.Close()
	done := make(chan struct{}, 2)
	go func() { p.copy(s, c, &p.sent); done <- struct{}{} }()
	go func() { p.copy(c, s, &p.taken); done <- struct{}{} }()
	<-done
}

func (p *slowLine) copy(to io.Writer, from io.Reader, w *way) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
		if limit := w.limit.Load(); w.count.Add(int64(n)) > limit && limit > 0 {
			p.held <- struct{}{}
			io.Copy(io.Discard, neverRead{}) // until the test is over and the connection closed
			return
		}
	}
}

// neverRead is a reader that gives nothing: whoever reads it is held.
type neverRead struct{}

func (neverRead) Read([]byte) (int, error) { select {} }

// A push or pull that was killed half way goes on where it stopped, by another process.
func TestKilledTransfersGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	const size = 48 << 20
	home := t.TempDir()
	env := environment(t, home)
	file := filepath.Join(home, "big.sif")
	if err := siftest.Write(file, siftest.Options{Arch: "amd64", Payload: size}); err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, home: home, env: env}
	v.run("user", "add", "alice", "--password-stdin", "--data", filepath.Join(home, "data"))
	s, err := startServer(t.Context(), home, env, "--data", filepath.Join(home, "data"), "--listen", "127.0.0.1:0", "--log-level", "error")
	if err != nil {
		t.Fatal(err)
	}
	defer s.kill()
	line := newSlowLine(t, s.url)
	v.run("login", "http://"+line.Addr().String(), "--username", "alice", "--password-stdin")

	killHalfWay := func(w *way, args ...string) {
		t.Helper()
		w.limit.Store(w.count.Load() + size/2)
		c := v.command(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-line.held
		c.Process.Kill()
		c.Wait()
		w.limit.Store(0)
	}
	again := func(w *way, args ...string) {
		t.Helper()
		before := w.count.Load()
		if out, err := v.command(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		if sent := w.count.Load() - before; sent > size*3/4 {
			t.Errorf("%v went over the line again: %d of %d bytes", args, sent, size)
		}
	}
	push := []string{"push", "--name", "lab/big", file}
	killHalfWay(&line.sent, push...)
	again(&line.sent, push...)
	pull := []string{"pull", "--name", filepath.Join(home, "got.sif"), "lab/big"}
	killHalfWay(&line.taken, pull...)
	if _, err := os.Stat(filepath.Join(home, "got.sif")); err == nil {
		t.Error("a half image stands under its full name")
	}
	again(&line.taken, pull...)
	if out, err := exec.Command("cmp", file, filepath.Join(home, "got.sif")).CombinedOutput(); err != nil {
		t.Errorf("other bytes came back: %s", bytes.TrimSpace(out))
	}
}

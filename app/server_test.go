package app_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a running "sregistry serve".
type server struct {
	cmd   *exec.Cmd
	url   string
	setup string // the one-time link, if it printed one
	said  chan struct{}
	err   strings.Builder
}

var (
	readyLine = regexp.MustCompile(`is ready at (http\S+)`)
	setupLine = regexp.MustCompile(`^\s+(http\S+/setup/\S+)$`)
)

// patience bounds how long a test waits for the program: long enough for a busy machine.
const patience = 60 * time.Second

// startServer runs the program with arguments and waits until it answers.
func startServer(ctx context.Context, dir string, env []string, args ...string) (*server, error) {
	s := &server{cmd: exec.CommandContext(ctx, "sregistry", append([]string{"serve"}, args...)...), said: make(chan struct{})}
	s.cmd.Dir, s.cmd.Env = dir, env
	s.cmd.Stderr = &s.err
	for _, e := range env { // the PATH of the script finds the program
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			for _, d := range strings.Split(path, string(os.PathListSeparator)) {
				if _, err := os.Stat(d + "/sregistry"); err == nil {
					s.cmd.Path, s.cmd.Err = d+"/sregistry", nil
					break
				}
			}
		}
	}
	return s, s.start()
}

// start runs the server's command, and waits until it answers.
func (s *server) start() error {
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	ready := make(chan bool, 1)
	go s.listen(out, ready)
	select {
	case ok := <-ready:
		if !ok {
			err := s.cmd.Wait()
			return &startError{err, s.err.String()}
		}
	case <-time.After(patience):
		s.cmd.Process.Kill()
		return &startError{context.DeadlineExceeded, s.err.String()}
	}
	return nil
}

// listen reads what the server prints. Its greeting is one write, so what follows the
// address, if anything does, has come with it.
func (s *server) listen(out io.Reader, ready chan<- bool) {
	defer close(s.said)
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		line = strings.TrimSuffix(line, "\n")
		if m := setupLine.FindStringSubmatch(line); m != nil && s.setup == "" {
			s.setup = m[1]
		}
		if m := readyLine.FindStringSubmatch(line); m != nil {
			s.url = m[1]
		}
		if s.url != "" && lines.Buffered() == 0 {
			break
		}
	}
	ready <- s.url != ""
	io.Copy(io.Discard, lines)
}

// stop ends the server as Ctrl-C does, and gives how it ended.
func (s *server) stop() error {
	s.cmd.Process.Signal(syscall.SIGINT)
	<-s.said
	return s.cmd.Wait()
}

// kill ends the server at once.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.said
	s.cmd.Wait()
}

type startError struct {
	error
	said string
}

func (e *startError) Error() string { return e.error.Error() + ": " + e.said }

// environment is that of a user with a home of his own.
func environment(t testing.TB, home string) []string {
	t.Helper()
	return append(os.Environ(), "HOME="+home, "SREGISTRY_TEST_SCHEMA="+schemaFile(t))
}

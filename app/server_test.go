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
	ready, links := make(chan bool, 1), make(chan string, 1)
	go s.listen(out, ready, links)
	select {
	case ok := <-ready:
		if !ok {
			err := s.cmd.Wait()
			return &startError{err, s.err.String()}
		}
		select {
		case s.setup = <-links:
		default:
		}
	case <-time.After(patience):
		s.cmd.Process.Kill()
		return &startError{context.DeadlineExceeded, s.err.String()}
	}
	return nil
}

// listen reads what the server prints on its first lines.
func (s *server) listen(out io.Reader, ready chan<- bool, links chan<- string) {
	defer close(s.said)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := setupLine.FindStringSubmatch(lines.Text()); m != nil {
			links <- m[1]
		}
		if m := readyLine.FindStringSubmatch(lines.Text()); m != nil {
			s.url = m[1]
			// The link for the first account follows at once, in the same write or the next.
			time.AfterFunc(200*time.Millisecond, func() { ready <- true })
		}
	}
	if s.url == "" {
		ready <- false
	}
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

package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sregistry/app/sif/siftest"
)

// manager plays systemd: it opens the port, listens to what the server tells, and runs it.
type manager struct {
	*server
	told *net.UnixConn
	port net.Listener
	home string
	env  []string
}

func startManaged(t *testing.T, environ []string, args ...string) *manager {
	t.Helper()
	return startManagedOn(t, "tcp", "127.0.0.1:0", environ, args...)
}

// startManagedOn lets the manager listen on an address.
func startManagedOn(t *testing.T, network, address string, environ []string, args ...string) *manager {
	t.Helper()
	m := &manager{home: t.TempDir()}
	m.env = environment(t, m.home)
	socket, err := os.MkdirTemp("", "s") // a path that is short enough for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(socket) })
	at := filepath.Join(socket, "notify")
	if m.told, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.told.Close() })
	var plain net.ListenConfig
	plain.SetMultipathTCP(false) // as systemd's are
	if m.port, err = plain.Listen(t.Context(), network, address); err != nil {
		t.Fatal(err)
	}
	port, err := m.port.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	// LISTEN_PID is the number of the process that becomes the server.
	c := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `LISTEN_PID=$$ exec sregistry "$@"`, "sh", "serve",
		"--data", filepath.Join(m.home, "data"), "--listen", "127.0.0.1:0"}, args...)...)
	c.Dir, c.Env, c.ExtraFiles = m.home, append(append(m.env, "NOTIFY_SOCKET="+at, "LISTEN_FDS=1"), environ...), []*os.File{port}
	m.server = &server{cmd: c, said: make(chan struct{})}
	c.Stderr = &m.server.err
	if err := m.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.kill)
	return m
}

// hears reads what the server tells until one of it has all the words.
func (m *manager) hears(t *testing.T, words ...string) string {
	t.Helper()
	if err := m.told.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 4096)
next:
	for {
		n, err := m.told.Read(buffer)
		if err != nil {
			t.Fatalf("the server never told %q: %v", words, err)
		}
		for _, word := range words {
			if !strings.Contains(string(buffer[:n]), word) {
				continue next
			}
		}
		return string(buffer[:n])
	}
}

func TestServerTakesTheManagersPortAndTellsItHowItIs(t *testing.T) {
	t.Parallel()
	m := startManaged(t, []string{"WATCHDOG_USEC=300000"})
	m.hears(t, "READY=1", "STATUS=Serving http://"+m.port.Addr().String())
	m.hears(t, "WATCHDOG=1")
	if err := m.cmd.Process.Signal(syscall.SIGHUP); err != nil { // as ExecReload does
		t.Fatal(err)
	}
	m.hears(t, "WATCHDOG=1")
	answer, err := http.Get("http://" + m.port.Addr().String() + "/version")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	m.cmd.Process.Signal(syscall.SIGTERM)
	m.hears(t, "STOPPING=1", "EXTEND_TIMEOUT_USEC=45000000")
	<-m.said
	if err := m.cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, m.server.err.String())
	}
}

// A server that is stopped (SIGSTOP), and so does not answer, does not say that it lives.
func TestServerThatDoesNotAnswerFeedsNoWatchdog(t *testing.T) {
	t.Parallel()
	m := startManaged(t, []string{"WATCHDOG_USEC=300000"})
	m.hears(t, "WATCHDOG=1")
	// All its connections wait in a queue that is full, as those of a server that hangs.
	m.cmd.Process.Signal(syscall.SIGSTOP)
	defer m.cmd.Process.Signal(syscall.SIGCONT)
	m.awaitStopped(t)
	// What it told before is there already; a read takes it at once.
	buffer := make([]byte, 4096)
	for told := 0; ; told++ {
		m.told.SetReadDeadline(time.Now().Add(600 * time.Millisecond))
		if _, err := m.told.Read(buffer); err != nil {
			return
		}
		if told == 100 {
			t.Fatal("it tells on and on")
		}
	}
}

// awaitStopped waits until no thread of the server runs any more.
func (m *manager) awaitStopped(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", m.cmd.Process.Pid))
		if err != nil || len(threads) == 0 {
			t.Fatalf("no threads: %v", err)
		}
		running := slices.ContainsFunc(threads, func(path string) bool {
			text, err := os.ReadFile(path)
			return err == nil && !strings.Contains(string(text), "\nState:\tT")
		})
		if !running {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the server does not stop")
		}
	}
}

// Stopped under a manager, the server lets an upload end that ends within the time, says how
// many it cut off after it, and what had come of those can be resumed.
func TestStopWaitsForTransfersAndSaysWhatItCut(t *testing.T) {
	t.Parallel()
	m := startManaged(t, nil, "--drain-time", "2s", "--log-level", "info")
	v := &victim{t: t, home: m.home, env: m.env}
	v.run("user", "add", "alice", "--password-stdin", "--data", filepath.Join(m.home, "data"))
	token := v.token(m.url)
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Payload: 1 << 20})
	feed, ended := slowUpload(t, m.url, token)
	other, _ := slowUpload(t, m.url, token)
	for _, w := range []io.Writer{feed, other} {
		if _, err := w.Write(file[:len(file)/2]); err != nil {
			t.Fatal(err)
		}
	}
	m.cmd.Process.Signal(syscall.SIGTERM)
	m.hears(t, "STOPPING=1")
	feed.Write(file[len(file)/2:])
	feed.Close()
	if status := <-ended; status != http.StatusAccepted {
		t.Errorf("the upload that went on ended with status %d", status)
	}
	<-m.said
	if err := m.cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`"msg":"waiting for requests to end","uploads":2`, `"msg":"requests are cut off","uploads":1,"downloads":0`} {
		if !strings.Contains(m.server.err.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, m.server.err.String())
		}
	}
}

// Who does not want to wait for transfers says so by a second Ctrl-C.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	t.Parallel()
	m := startManaged(t, nil, "--drain-time", "1h")
	v := &victim{t: t, home: m.home, env: m.env}
	v.run("user", "add", "alice", "--password-stdin", "--data", filepath.Join(m.home, "data"))
	token := v.token(m.url)
	feed, _ := slowUpload(t, m.url, token)
	if _, err := feed.Write([]byte("the beginning")); err != nil {
		t.Fatal(err)
	}
	m.cmd.Process.Signal(syscall.SIGINT)
	m.hears(t, "STOPPING=1")
	for over := false; !over; {
		m.cmd.Process.Signal(syscall.SIGINT) // the first of them may come before it listens no more
		select {
		case <-m.said:
			over = true
		case <-time.After(100 * time.Millisecond):
		}
	}
	ended, ok := errors.AsType[*exec.ExitError](m.cmd.Wait())
	if !ok || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("it ended so: %v", ended)
	}
}

// slowUpload begins a request that uploads what is written to feed, of which the server takes
// nothing before it has begun to handle the request. Its status comes by ended, 0 if it broke.
func slowUpload(t *testing.T, url, token string) (feed *io.PipeWriter, ended <-chan int) {
	t.Helper()
	body, feed := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, beginUpload(t, url, token, "lab/x"), body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Expect", "100-continue")
	status := make(chan int, 1)
	go func() {
		answer, err := (&http.Transport{ExpectContinueTimeout: patience}).RoundTrip(r)
		if err != nil {
			status <- 0
			return
		}
		answer.Body.Close()
		status <- answer.StatusCode
	}()
	return feed, status
}

// beginUpload opens an upload by OCI.
func beginUpload(t *testing.T, url, token, name string) (location string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v2/"+name+"/blobs/uploads/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		t.Fatalf("%s: %v", answer.Status, err)
	}
	return to.String()
}

// The units name what they were told to, and systemd, where there is one, finds no fault.
func TestUnitsArePrinted(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	v := &victim{t: t, home: home, env: environment(t, home)}
	service := v.run("systemd", "--program", "/bin/true", "--user", "root")
	socket := v.run("systemd", "--socket", "--listen", "443,[::]:80")
	for _, want := range []string{"Type=notify", "User=root", "WatchdogSec=", "ExecStart=/bin/true serve --data /var/lib/sregistry", "StateDirectory=sregistry", "TimeoutStopSec=75"} {
		if !strings.Contains(service, want) {
			t.Errorf("%q is not in\n%s", want, service)
		}
	}
	if !strings.Contains(socket, "ListenStream=443\nListenStream=[::]:80\n") {
		t.Errorf("got\n%s", socket)
	}
	if strings.Contains(v.run("systemd", "--program", "/bin/true", "--data", "/srv/x"), "StateDirectory") {
		t.Error("a folder elsewhere is no state directory")
	}
	for says, args := range map[string][]string{
		"is not valid in a unit file":             {"--program", "/bin/true", "--data", "a folder"},
		"Copy the program to /usr/local/bin":      {"--program", "/home/alice/sregistry"},
		"hides /tmp from the server, so it could": {"--program", "/tmp/sregistry"},
		"Choose a data folder elsewhere":          {"--program", "/bin/true", "--data", "/root"},
		"cannot listen on \"https\"":              {"--socket", "--listen", "443,https"},
		"cannot listen on \":0\"":                 {"--socket", "--listen", ":0"},
	} {
		out, err := v.command(append([]string{"systemd"}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), says) {
			t.Errorf("%q: %v, %s", args, err, out)
		}
	}
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // the words above are checked everywhere, and this where it can be
	}
	for name, text := range map[string]string{"sregistry.service": service, "sregistry.socket": socket} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(verify, "verify", filepath.Join(home, "sregistry.service"), filepath.Join(home, "sregistry.socket")).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("sregistry.s")) {
		t.Errorf("%v: %s", err, out)
	}
}

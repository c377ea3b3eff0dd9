package oci_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// program is a registry that runs as a process of its own.
type program struct {
	url, auth string // auth is a header
	pid       int
}

// startOurs builds and runs this registry, with an account, and the collection bench for
// all to see.
func startOurs(t testing.TB) program {
	t.Helper()
	dir := t.TempDir()
	binary, data := filepath.Join(dir, "sregistry"), filepath.Join(dir, "data")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, "sregistry")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output(t, build)
	const password = "a password for the benchmark"
	add := exec.CommandContext(t.Context(), binary, "user", "add", "ann", "--password-stdin", "--data", data)
	add.Stdin = strings.NewReader(password)
	output(t, add)
	address := freeAddress(t)
	p := run(t, address, exec.Command(binary, "serve", "--data", data, "--listen", address, "--log-level", "error",
		"--anonymous-rate", "0", "--user-rate", "0"))
	p.auth = basic("ann", password)
	req, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"/api/v1/collections", strings.NewReader(`{"name":"bench","public":true}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	p.do(t, req, http.StatusCreated)
	return p
}

// startTheirs runs Docker's registry, open to all or with the one account that htpasswd
// gives it, hashed at the cost that is htpasswd's default.
func startTheirs(t testing.TB, binary string, open bool) program {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	config := "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: " + dir + "/data}}\nhttp: {addr: " + address + "}\n"
	p := program{}
	if !open {
		hash, err := bcrypt.GenerateFromPassword([]byte("secret"), 5)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "htpasswd"), append([]byte("ann:"), hash...), 0o600); err != nil {
			t.Fatal(err)
		}
		config += "auth: {htpasswd: {realm: x, path: " + dir + "/htpasswd}}\n"
		p.auth = basic("ann", "secret")
	}
	file := filepath.Join(dir, "config.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	started := run(t, address, exec.Command(binary, "serve", file))
	started.auth = p.auth
	return started
}

// run runs a registry until the test ends, and waits until it answers.
func run(t testing.TB, address string, cmd *exec.Cmd) program {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
	})
	p := program{url: "http://" + address, pid: cmd.Process.Pid}
	for {
		if resp, err := http.Get(p.url + "/v2/"); err == nil {
			resp.Body.Close()
			return p
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", cmd.Path, err, said.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func output(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// do sends a request with the program's credentials, and gives the answer's header.
func (p program) do(t testing.TB, req *http.Request, status int) http.Header {
	t.Helper()
	if p.auth != "" {
		req.Header.Set("Authorization", p.auth)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != status {
		t.Fatalf("%s %s: %s", req.Method, req.URL, resp.Status)
	}
	return resp.Header
}

// cpu is the processor time that the program has taken, in seconds.
func (p program) cpu(t testing.TB) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		t.Fatal(err)
	}
	const ticks = 100 // a second, on every Linux
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	var sum int
	for _, field := range fields[11:13] { // utime and stime, of proc(5)
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return float64(sum) / ticks
}

// forgetPeak makes the peak of the program's memory begin anew.
func (p program) forgetPeak(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// peak is the most memory that the program had, in MiB.
func (p program) peak(t testing.TB) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return float64(n) / 1024
}

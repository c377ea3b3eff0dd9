package app_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sregistry/app/certs/certstest"
	"sregistry/app/sif/siftest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestScripts runs the stories of testdata/script: what people do with the program, told
// by their command lines, against the real server.
func TestScripts(t *testing.T) {
	t.Parallel()
	mkkey, sign := signingCmds(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SREGISTRY_TEST_SCHEMA", schemaFile(t))
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			return os.Mkdir(filepath.Join(e.WorkDir, "home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serveCmd, "halt": haltCmd, "mksif": mksifCmd, "mkcert": mkcertCmd, "http": httpCmd, "adduser": adduserCmd, "as": asCmd,
			"capture": captureCmd, "damage": damageCmd, "mkkey": mkkey, "sign": sign,
		},
	})
}

// servers are the running ones, by their story.
var servers sync.Map

// serve [FLAG...] starts a server on the data folder $WORK/data; $URL is then its address
// and $SETUP the link for the first account. With "!", the server has to refuse to start;
// what it said is in the file serve.err.
func serveCmd(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	args = append([]string{"--data", ts.MkAbs("data"), "--listen", "127.0.0.1:0", "--log-level", "warn"}, args...)
	env := []string{"HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH"), "SREGISTRY_TEST_SCHEMA=" + ts.Getenv("SREGISTRY_TEST_SCHEMA")}
	if name := ts.Getenv("SREGISTRY_SERVER_NAME"); name != "" {
		env = append(env, "SREGISTRY_SERVER_NAME="+name)
	}
	s, err := startServer(ctx, ts.MkAbs("."), env, args...)
	if neg {
		cancel()
		if err == nil {
			s.kill()
			ts.Fatalf("the server started")
		}
		ts.Check(os.WriteFile(ts.MkAbs("serve.err"), []byte(s.err.String()), 0o600))
		return
	}
	if err != nil {
		cancel()
		ts.Fatalf("serve: %v", err)
	}
	servers.Store(ts, s)
	ts.Setenv("URL", s.url)
	_, host, _ := strings.Cut(s.url, "://")
	ts.Setenv("HOST", host)
	ts.Setenv("SETUP", s.setup)
	ts.Defer(func() {
		if last, ok := servers.LoadAndDelete(ts); ok {
			last.(*server).kill()
		}
		cancel()
	})
}

// halt ends the server as Ctrl-C does; it has to end well. "stop" is testscript's own, and
// ends the story.
func haltCmd(ts *testscript.TestScript, neg bool, args []string) {
	s, ok := servers.LoadAndDelete(ts)
	if !ok {
		ts.Fatalf("no server is running")
	}
	if err := s.(*server).stop(); err != nil {
		ts.Fatalf("the server ended with %v: %s", err, s.(*server).err.String())
	}
}

// mksif FILE [arch [seed [bytes]]] makes a small SIF.
func mksifCmd(ts *testscript.TestScript, neg bool, args []string) {
	o := siftest.Options{Arch: "amd64", Payload: 4096, Labels: map[string]string{"maintainer": "vanessa", "version": "1.0"}}
	if len(args) > 1 {
		o.Arch = args[1]
	}
	if len(args) > 2 {
		seed, err := strconv.ParseUint(args[2], 10, 64)
		ts.Check(err)
		o.Seed = seed
	}
	if len(args) > 3 {
		size, err := strconv.ParseInt(args[3], 10, 64)
		ts.Check(err)
		o.Payload = size
	}
	ts.Check(siftest.Write(ts.MkAbs(args[0]), o))
}

// mkcert CERT KEY HOST... makes a certificate that is its own issuer, and its key.
func mkcertCmd(ts *testscript.TestScript, neg bool, args []string) {
	_, err := certstest.Write(ts.MkAbs(args[0]), ts.MkAbs(args[1]), time.Hour, 90*24*time.Hour, args[2:]...)
	ts.Check(err)
}

// http METHOD ADDRESS STATUS [field=value...] makes a request without credentials, and
// without following redirects; the body is in the file http.out.
func httpCmd(ts *testscript.TestScript, neg bool, args []string) {
	form := url.Values{}
	for _, f := range args[3:] {
		key, value, _ := strings.Cut(f, "=")
		form.Add(key, value)
	}
	r, err := http.NewRequest(args[0], args[1], strings.NewReader(form.Encode()))
	ts.Check(err)
	if len(form) > 0 {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("http.out"), body, 0o600))
	if got := strconv.Itoa(answer.StatusCode); got != args[2] {
		ts.Fatalf("%s %s: %s", args[0], args[1], answer.Status)
	}
}

// adduser NAME [--admin] makes an account whose password is "the password of NAME".
func adduserCmd(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs("password"), []byte("the password of "+args[0]+"\n"), 0o600))
	runWithInput(ts, "password", append([]string{"user", "add", "--data", ts.MkAbs("data"), "--password-stdin"}, args...))
}

// as NAME makes NAME's home the one of the commands that follow, logged in the first time.
func asCmd(ts *testscript.TestScript, neg bool, args []string) {
	home := ts.MkAbs("home-" + args[0])
	ts.Setenv("HOME", home)
	if args[0] == "nobody" {
		ts.Setenv("SREGISTRY_REGISTRY_BASE", ts.Getenv("URL"))
		ts.Check(os.MkdirAll(home, 0o700))
		return
	}
	ts.Setenv("SREGISTRY_REGISTRY_BASE", "")
	if _, err := os.Stat(home); err == nil {
		return
	}
	ts.Check(os.Mkdir(home, 0o700))
	ts.Check(os.WriteFile(ts.MkAbs("password"), []byte("the password of "+args[0]+"\n"), 0o600))
	runWithInput(ts, "password", []string{"login", ts.Getenv("URL"), "--username", args[0], "--password-stdin"})
}

func runWithInput(ts *testscript.TestScript, input string, args []string) {
	file := ts.MkAbs(input)
	ts.Check(ts.Exec("sh", append([]string{"-c", `in=$1; shift; exec sregistry "$@" <"$in"`, "sh", file}, args...)...))
}

// capture NAME makes the last standard output, less its line end, the variable NAME.
func captureCmd(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// damage PATTERN flips a bit in the middle of each file that matches.
func damageCmd(ts *testscript.TestScript, neg bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, name := range files {
		body, err := os.ReadFile(name)
		ts.Check(err)
		if len(body) < 1000 {
			continue
		}
		body[len(body)/2] ^= 1
		ts.Check(os.Chmod(name, 0o600))
		ts.Check(os.WriteFile(name, body, 0o600))
	}
}

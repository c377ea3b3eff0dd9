package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"sregistry/app/certs/certstest"
	"sregistry/app/config"
	"sregistry/app/errs"
)

// alive answers as the server does, and nothing else.
var alive = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != livePath {
		w.WriteHeader(http.StatusNotFound)
	}
})

// hung is a handler that never answers before the test ends.
func hung(t *testing.T) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-t.Context().Done() })
}

// elsewhere is a listener that says of itself that it is somewhere else.
type elsewhere struct {
	net.Listener
	at net.Addr
}

func (e elsewhere) Addr() net.Addr { return e.at }

// port opens a port of the loopback, and says of it that it is at an IP address.
func port(t *testing.T, ip net.IP) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return elsewhere{l, &net.TCPAddr{IP: ip, Port: l.Addr().(*net.TCPAddr).Port}}
}

func (l *listener) quietly() *listener {
	l.log = slog.New(slog.DiscardHandler)
	return l
}

// serving runs a listener with a handler until the test ends.
func serving(t *testing.T, settings *config.Config, handler http.Handler) *listener {
	t.Helper()
	settings.DrainTime = 0
	l, err := openListener(t.Context(), settings, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.serve(ctx, handler) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l
}

// soon is a time in which a check that has to fail does so.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// Whatever the certificates are, the server reaches itself: its own health does not depend on
// an authority, a date or a name.
func TestSelfCheckDoesNotDependOnCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := func(name string, ago, life time.Duration, host string) func(*config.Config) {
		return func(c *config.Config) {
			c.TLSCert, c.TLSKey = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
			if _, err := certstest.Write(c.TLSCert, c.TLSKey, ago, life, host); err != nil {
				t.Fatal(err)
			}
		}
	}
	authority := func(public string) func(*config.Config) {
		return func(c *config.Config) {
			c.Data, c.ACMEDomains, c.ACMEDirectory, c.PublicURL = busyFolder(t), []string{"hub.example.org"}, "https://127.0.0.1:1/directory", public
		}
	}
	for name, set := range map[string]func(*config.Config){
		"plain":                       func(*config.Config) {},
		"files":                       files("good", time.Hour, 24*time.Hour, "127.0.0.1"),
		"files for another name":      files("other", time.Hour, 24*time.Hour, "hub.example.org"),
		"files that are out of date":  files("old", 48*time.Hour, 24*time.Hour, "127.0.0.1"),
		"authority that is away":      authority(""),
		"public address not in it":    authority("https://elsewhere.example.org"),
		"public address is a number":  authority("https://192.0.2.7"),
		"public address has capitals": authority("https://HUB.example.org"),
	} {
		t.Run(name, func(t *testing.T) {
			settings := config.New()
			settings.Listen = "127.0.0.1:0"
			set(settings)
			if err := serving(t, settings, alive).selfCheck(t.Context(), hung(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSelfCheckUsesTheFamilyThatTheListenerHas(t *testing.T) {
	t.Parallel()
	v4, v6 := "127.0.0.1:80", "[::1]:80"
	for _, c := range []struct {
		ip   net.IP
		want []string
	}{
		{net.IPv4zero, []string{v4}}, {net.IPv4zero.To4(), []string{v4}}, {net.IPv6unspecified, []string{v6, v4}}, {nil, []string{v6, v4}},
		{net.IPv6loopback, []string{v6}}, {net.IPv4(192, 0, 2, 7), []string{"192.0.2.7:80"}}, {net.ParseIP("2001:db8::7"), []string{"[2001:db8::7]:80"}},
	} {
		if got := selfAddresses(&net.TCPAddr{IP: c.ip, Port: 80}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.ip, got, c.want)
		}
	}
}

// The loopback of IPv6 may be missing though the listener is on both families, as where IPv6
// is switched off by sysctl: nobody is at [::1] then.
func TestSelfCheckTriesBothLoopbacks(t *testing.T) {
	t.Parallel()
	for _, ip := range []net.IP{net.IPv6unspecified, net.IPv4zero} {
		p := port(t, ip)
		server := &http.Server{Handler: alive}
		go server.Serve(p)
		t.Cleanup(func() { server.Close() })
		if err := (&listener{main: p}).quietly().selfCheck(t.Context(), hung(t)); err != nil {
			t.Errorf("%s: %v", p.Addr(), err)
		}
	}
}

// A server that accepts nothing, or answers nothing or wrongly, is found out on every family.
func TestSelfCheckFindsAHungServer(t *testing.T) {
	t.Parallel()
	for _, ip := range []net.IP{net.IPv6unspecified, net.IPv4zero, net.IPv4(127, 0, 0, 1)} {
		if err := (&listener{main: port(t, ip)}).quietly().selfCheck(soon(t), alive); err == nil {
			t.Errorf("%s: a listener of which nobody takes connections is alive", ip)
		}
	}
	for name, handler := range map[string]http.Handler{"hung": hung(t), "broken": http.NotFoundHandler()} {
		settings := config.New()
		settings.Listen = "127.0.0.1:0"
		if err := serving(t, settings, handler).selfCheck(soon(t), alive); err == nil {
			t.Errorf("a server that is %s is alive", name)
		}
	}
}

// Where the network stands between the server and itself, a restart helps nobody: then the
// handler is asked.
func TestSelfCheckAsksTheHandlerWhereTheNetworkFails(t *testing.T) {
	t.Parallel()
	p := port(t, net.IPv4(127, 0, 0, 1))
	p.Close() // nobody is there, as with a floating address that another machine has now
	l := (&listener{main: p}).quietly()
	if err := l.selfCheck(t.Context(), alive); err != nil {
		t.Error(err)
	}
	for name, handler := range map[string]http.Handler{"hung": hung(t), "broken": http.NotFoundHandler()} {
		if err := l.selfCheck(soon(t), handler); err == nil {
			t.Errorf("a handler that is %s is alive", name)
		}
	}
}

func TestErrorsOfTheNetworkAreNotTakenForAHungServer(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return errs.Wrap("test", &net.OpError{Op: "dial", Net: "tcp", Err: err}) }
	for err, want := range map[error]bool{
		dial(syscall.ECONNREFUSED): true, dial(syscall.EADDRNOTAVAIL): true, dial(syscall.ENETUNREACH): true, dial(syscall.EPERM): true,
		dial(syscall.ETIMEDOUT): false, dial(syscall.EMFILE): false, dial(context.DeadlineExceeded): false, io.EOF: false, errors.New("x"): false,
	} {
		if got := unreachable(err); got != want {
			t.Errorf("%v: %t", err, got)
		}
	}
}

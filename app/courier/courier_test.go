package courier_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/courier"
	"sregistry/app/errs"
)

var now = time.Unix(1_700_000_000, 0)

func TestOnlyAddressesOfTheInternetArePublic(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"127.0.0.1", "127.255.1.2", "10.0.0.1", "172.16.3.4", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "0.1.2.3",
		"100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "203.0.113.7",
		"::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "2001:db8::1", "2001::1", "100::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::",
	} {
		if courier.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as public", text)
		}
	}
	for _, text := range []string{"93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"} {
		if !courier.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s does not count as public", text)
		}
	}
}

// counted is a server that counts the connections which reach it.
func counted(t *testing.T) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, &n
}

func TestNothingGoesIntoThePrivateNetwork(t *testing.T) {
	t.Parallel()
	s, reached := counted(t)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := courier.New(false)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.1", "0.0.0.0", "[::]"} {
		status, err := c.Send(t.Context(), courier.Notice{URL: "https://" + host + ":" + port + "/", ID: "1", Secret: []byte("s")}, now)
		if status != 0 || !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s: %d, %v", host, status, err)
		}
	}
	if reached.Load() != 0 {
		t.Errorf("%d connections were made", reached.Load())
	}
}

// TestNameThatComesToLeadElsewhereIsNotFollowed has a name server which gives a public
// address until somebody has examined it, and then one of this machine (DNS rebinding).
func TestNameThatComesToLeadElsewhereIsNotFollowed(t *testing.T) {
	t.Parallel()
	s, reached := counted(t)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	var asked atomic.Int32
	c := courier.New(false)
	c.Ask(nameServer(t, func() [4]byte { asked.Add(1); return [4]byte{127, 0, 0, 1} }))
	address := "https://rebind.example.org:" + port + "/"
	if err := c.Check(address); err != nil {
		t.Fatal(err)
	}
	_, err := c.Send(t.Context(), courier.Notice{URL: address, ID: "1", Secret: []byte("s")}, now)
	if !strings.Contains(errs.Message(err), "private network") || reached.Load() != 0 {
		t.Errorf("%v; %d connections", err, reached.Load())
	}
	if asked.Load() == 0 {
		t.Error("the name server was not asked: this shows nothing")
	}
}

// nameServer answers every question for an IPv4 address by what answer gives (RFC 1035).
func nameServer(t *testing.T, answer func() [4]byte) *net.Resolver {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		q := make([]byte, 512)
		for {
			n, from, err := l.ReadFrom(q)
			if err != nil {
				return
			}
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			end += 5 // the root, type and class
			if end > n {
				continue
			}
			r := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
			if q[end-3] == 1 { // an IPv4 address is asked for
				a := answer()
				r[7] = 1
				r = append(r, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, a[0], a[1], a[2], a[3])
			}
			l.WriteTo(r, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", l.LocalAddr().String())
	}}
}

func TestNoticeIsSignedAsTheStandardSays(t *testing.T) {
	t.Parallel()
	secret, body := []byte("0123456789abcdef0123456789abcdef"), `{"type":"push"}`
	var got http.Header
	var came []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		came, _ = io.ReadAll(r.Body)
		w.WriteHeader(202)
	}))
	t.Cleanup(s.Close)
	status, err := courier.New(true).Send(t.Context(), courier.Notice{URL: s.URL, ID: "delivery-7", Secret: secret, Body: []byte(body)}, now)
	if err != nil || status != 202 || string(came) != body {
		t.Fatalf("%d, %v, %q", status, err, came)
	}
	// As a receiver does it: of the text that was shown, without the prefix.
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(courier.Secret(secret), "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	io.WriteString(mac, got.Get("Webhook-Id")+"."+got.Get("Webhook-Timestamp")+"."+body)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); got.Get("Webhook-Signature") != want ||
		got.Get("Webhook-Id") != "delivery-7" || got.Get("Webhook-Timestamp") != "1700000000" || got.Get("Content-Type") != "application/json" {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestRedirectIsAFailureAndNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/other" {
			elsewhere.Store(true)
		}
		http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	status, err := courier.New(true).Send(t.Context(), courier.Notice{URL: s.URL}, now)
	if status != 307 || !strings.Contains(errs.Message(err), "leads elsewhere") || elsewhere.Load() {
		t.Errorf("%d, %v", status, err)
	}
}

// What a receiver answers, and how its network looks, is nobody's to see.
func TestFailureTellsNothingOfTheOtherSide(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		io.WriteString(w, strings.Repeat("secret ", 100_000))
	}))
	address := s.URL
	status, err := courier.New(true).Send(t.Context(), courier.Notice{URL: address}, now)
	if status != 500 || errs.Message(err) != "It answered 500." {
		t.Errorf("%d, %v", status, err)
	}
	s.Close()
	if status, err = courier.New(true).Send(t.Context(), courier.Notice{URL: address}, now); status != 0 || errs.Message(err) != "It cannot be reached." {
		t.Errorf("%d, %v", status, err)
	}
}

func TestAddressesOfWebhooks(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://ci.example.org/hooks": true, "https://ci.example.org:8443/?a=b": true,
		"http://ci.example.org/": false, "ftp://ci.example.org/": false, "https://": false, "https:///x": false, "https://:443/": false, "": false,
		"ci.example.org": false, "https://bob:secret@ci.example.org/": false, "https://ci.example.org/#x": false,
		"https://ci.example.org/" + strings.Repeat("a", 3000): false, "https://ci.example.org/\x00": false,
	} {
		if err := courier.New(false).Check(address); (err == nil) != want || err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%.60q: %v", address, err)
		}
	}
	if err := courier.New(true).Check("http://127.0.0.1:8080/"); err != nil {
		t.Error(err)
	}
}

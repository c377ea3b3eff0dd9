package certstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
)

// day is the life of what the authority gives out.
const day = 24 * time.Hour

// uncompressed stands before the two coordinates of a point of a curve (SEC 1, 2.3.3).
const uncompressed = 4

// Authority is an ACME authority. It gives a certificate for any domain whose host answers
// its question, as a real one does, but looks at no signatures, nonces and accounts.
type Authority struct {
	URL   string // its directory
	Roots *x509.CertPool

	t         testing.TB
	challenge string // the one kind of question it asks
	key       *ecdsa.PrivateKey
	root      *x509.Certificate

	mu            sync.Mutex
	plain, secure string // where every domain's ports 80 and 443 are
	thumbprint    string // of the account's key
	orders        []*order
}

// order asks for a certificate of one domain. Its authorization has the same number.
type order struct {
	domain, token, status, question string
	chain                           []byte
}

// NewAuthority starts an authority that asks one kind of question: http-01 or tls-alpn-01.
func NewAuthority(t testing.TB, challenge string) *Authority {
	t.Helper()
	a := &Authority{t: t, challenge: challenge, Roots: x509.NewCertPool()}
	root, err := template(time.Hour, day, "authority.test")
	if err != nil {
		t.Fatal(err)
	}
	root.IsCA, root.KeyUsage = true, x509.KeyUsageCertSign
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.Roots.AddCert(a.root)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /directory", a.directory)
	mux.HandleFunc("HEAD /nonce", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /account", a.account)
	mux.HandleFunc("POST /orders", a.newOrder)
	for kind, handle := range map[string]func(http.ResponseWriter, *order, message){
		"order": a.showOrder, "authorization": a.authorization, "challenge": a.ask, "finalize": a.finalize, "certificate": a.certificate,
	} {
		mux.HandleFunc("POST /"+kind+"/{n}", a.ofOrder(handle))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Replay-Nonce", "nonce")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	a.URL = server.URL + "/directory"
	return a
}

// Reach tells where ports 80 and 443 of every domain are.
func (a *Authority) Reach(plain, secure string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plain, a.secure = plain, secure
}

// Issued gives how many certificates it has given out.
func (a *Authority) Issued() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, o := range a.orders {
		if o.chain != nil {
			n++
		}
	}
	return n
}

// message is the body of a request: a JWS (RFC 7515).
type message struct {
	Protected, Payload string
}

func (m message) decode(t testing.TB, part string, into any) {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Errorf("JWS: %v", err)
	}
	if len(text) == 0 { // a question without content
		return
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Errorf("JWS: %v", err)
	}
}

func (a *Authority) read(r *http.Request) message {
	var m message
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		a.t.Errorf("%s: %v", r.URL, err)
	}
	return m
}

// at gives the address of one of its places.
func (a *Authority) at(parts ...any) string {
	u := strings.TrimSuffix(a.URL, "/directory")
	for _, p := range parts {
		u += fmt.Sprint("/", p)
	}
	return u
}

func (a *Authority) directory(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, map[string]string{"newNonce": a.at("nonce"), "newAccount": a.at("account"), "newOrder": a.at("orders")})
}

func (a *Authority) account(w http.ResponseWriter, r *http.Request) {
	m := a.read(r)
	var header struct {
		JWK struct{ X, Y string }
	}
	m.decode(a.t, m.Protected, &header)
	x, errX := base64.RawURLEncoding.DecodeString(header.JWK.X)
	y, errY := base64.RawURLEncoding.DecodeString(header.JWK.Y)
	key, errKey := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{uncompressed}, x, y))
	if err := errors.Join(errX, errY, errKey); err != nil {
		a.t.Errorf("JWK: %v", err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	thumbprint, err := acme.JWKThumbprint(key)
	if err != nil {
		a.t.Errorf("JWK: %v", err)
	}
	a.mu.Lock()
	a.thumbprint = thumbprint
	a.mu.Unlock()
	w.Header().Set("Location", a.at("account", 1))
	w.WriteHeader(http.StatusCreated)
	a.answer(w, map[string]string{"status": "valid"})
}

func (a *Authority) newOrder(w http.ResponseWriter, r *http.Request) {
	var wanted struct{ Identifiers []struct{ Value string } }
	m := a.read(r)
	m.decode(a.t, m.Payload, &wanted)
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.orders)
	o := &order{domain: wanted.Identifiers[0].Value, token: "token" + strconv.Itoa(n), status: "pending", question: "pending"}
	a.orders = append(a.orders, o)
	w.Header().Set("Location", a.at("order", n))
	w.WriteHeader(http.StatusCreated)
	a.answer(w, a.describe(n))
}

// ofOrder finds the order that a request is about.
func (a *Authority) ofOrder(handle func(http.ResponseWriter, *order, message)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m := a.read(r)
		a.mu.Lock()
		defer a.mu.Unlock()
		n, err := strconv.Atoi(path.Base(r.URL.Path))
		if err != nil || n >= len(a.orders) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Location", a.at("order", n))
		handle(w, a.orders[n], m)
	}
}

func (a *Authority) answer(w io.Writer, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		a.t.Errorf("authority: %v", err)
	}
}

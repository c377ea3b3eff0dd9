package certstest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/crypto/acme"
)

// patience bounds what the authority waits for.
const patience = 10 * time.Second

// proof is the extension of the certificate that answers tls-alpn-01 (RFC 8737, section 3).
var proof = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}

func (a *Authority) describe(n int) map[string]any {
	o := a.orders[n]
	d := map[string]any{"status": o.status, "authorizations": []string{a.at("authorization", n)}, "finalize": a.at("finalize", n)}
	if o.chain != nil {
		d["certificate"] = a.at("certificate", n)
	}
	return d
}

func (a *Authority) showOrder(w http.ResponseWriter, o *order, _ message) {
	a.answer(w, a.describe(slices.Index(a.orders, o)))
}

func (a *Authority) question(o *order) map[string]string {
	return map[string]string{"type": a.challenge, "url": a.at("challenge", slices.Index(a.orders, o)), "token": o.token, "status": o.question}
}

func (a *Authority) authorization(w http.ResponseWriter, o *order, _ message) {
	a.answer(w, map[string]any{"status": o.question, "challenges": []any{a.question(o)},
		"identifier": map[string]string{"type": "dns", "value": o.domain}})
}

// ask is told that the domain is ready to be asked, and asks.
func (a *Authority) ask(w http.ResponseWriter, o *order, _ message) {
	asked := map[string]func(*order) error{"http-01": a.askPlain, "tls-alpn-01": a.askSecure}[a.challenge]
	if err := asked(o); err != nil {
		a.t.Logf("authority: %s: %v", o.domain, err)
		o.question, o.status = "invalid", "invalid"
	} else {
		o.question, o.status = "valid", "ready"
	}
	a.answer(w, a.question(o))
}

func (a *Authority) askPlain(o *order) error {
	client := http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", a.plain)
		},
	}}
	answer, err := client.Get("http://" + o.domain + "/.well-known/acme-challenge/" + o.token)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if want := o.token + "." + a.thumbprint; err == nil && (answer.StatusCode != http.StatusOK || string(body) != want) {
		return fmt.Errorf("%s: %q, not %q", answer.Status, body, want)
	}
	return err
}

func (a *Authority) askSecure(o *order) error {
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", a.secure, &tls.Config{
		ServerName: o.domain, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true, // the proof is in it
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	sum := sha256.Sum256([]byte(o.token + "." + a.thumbprint))
	want, err := asn1.Marshal(sum[:])
	if err != nil {
		return err
	}
	for _, e := range conn.ConnectionState().PeerCertificates[0].Extensions {
		if e.Id.Equal(proof) && bytes.Equal(e.Value, want) && conn.ConnectionState().NegotiatedProtocol == acme.ALPNProto {
			return nil
		}
	}
	return fmt.Errorf("no proof in its certificate")
}

func (a *Authority) finalize(w http.ResponseWriter, o *order, m message) {
	var request struct{ CSR string }
	m.decode(a.t, m.Payload, &request)
	der, err := base64.RawURLEncoding.DecodeString(request.CSR)
	if err != nil {
		a.t.Errorf("CSR: %v", err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || o.status != "ready" || !slices.Equal(csr.DNSNames, []string{o.domain}) {
		a.t.Errorf("order %+v, request %+v: %v", o, csr, err)
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	if err := a.issue(o, csr); err != nil {
		a.t.Error(err)
	}
	o.status = "valid"
	a.showOrder(w, o, m)
}

// issue signs what an order asks for.
func (a *Authority) issue(o *order, csr *x509.CertificateRequest) error {
	c, err := template(time.Hour, day, csr.DNSNames...)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.root, csr.PublicKey, a.key)
	if err != nil {
		return err
	}
	for _, part := range [][]byte{der, a.root.Raw} {
		o.chain = append(o.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: part})...)
	}
	return nil
}

func (a *Authority) certificate(w http.ResponseWriter, o *order, _ message) {
	w.Header().Set("Content-Type", "application/pem-certificate-chain")
	if _, err := w.Write(o.chain); err != nil {
		a.t.Error(err)
	}
}

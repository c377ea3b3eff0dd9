// Package courier carries signed notices to addresses that somebody else chose. It takes
// nothing from such an address but the status of its answer, goes where it was sent and
// nowhere else, and never into the network that the server stands in, unless it is told
// that it may. What is carried, and when again, is decided elsewhere.
//
// The signatures are those of the Standard Webhooks specification, version 1.0, so that
// its libraries verify them: https://www.standardwebhooks.com.
//
// Entry points: New and Send. The trap: a name can lead somewhere else a moment after it
// was looked up, so the address is examined where the connection is made (address.go).
package courier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sregistry/app/errs"
)

const (
	// sendTime is how long a notice may take, answer included.
	sendTime = 15 * time.Second
	// dialTime is how long a connection may take.
	dialTime = 5 * time.Second
	// maxAnswer is how much of an answer is read, and thrown away.
	maxAnswer = 16 << 10
	// maxURL bounds an address, in bytes.
	maxURL = 2048
	// secretPrefix tells a secret from other texts, as the specification has it.
	secretPrefix = "whsec_"
)

// Courier carries notices. It is safe for use by many goroutines.
type Courier struct {
	private bool
	dialer  *net.Dialer
	client  *http.Client
}

// New makes a courier. One that is private may go anywhere, also into the server's own
// network, and by plain http.
func New(private bool) *Courier {
	c := &Courier{private: private}
	c.dialer = &net.Dialer{Timeout: dialTime, ControlContext: c.examine}
	c.client = &http.Client{
		Timeout: sendTime,
		// No proxy: that would look up the name itself, and go where we may not.
		Transport: &http.Transport{DialContext: c.dialer.DialContext, TLSHandshakeTimeout: dialTime, MaxIdleConnsPerHost: 1,
			MaxIdleConns: 16, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: maxAnswer, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Notice is what is carried.
type Notice struct {
	URL    string
	ID     string // the same for each try, so that the receiver knows what it has had
	Secret []byte
	Body   []byte // JSON
}

// Send carries a notice and gives the status of the answer, 0 if there was none. Errors:
// Unavailable with a sentence for whoever made the webhook, if the answer is not 2xx or
// there was none.
func (c *Courier) Send(ctx context.Context, n Notice, now time.Time) (int, error) {
	const op = "courier.Send"
	if err := c.Check(n.URL); err != nil {
		return 0, errs.Wrap(op, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, bytes.NewReader(n.Body))
	if err != nil {
		return 0, errs.Because(op, errs.Unavailable, err, "The address cannot be used.")
	}
	at := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Sregistry-Webhook")
	r.Header.Set("Webhook-Id", n.ID)
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", Signature(n.Secret, n.ID, at, n.Body))
	resp, err := c.client.Do(r)
	if err != nil {
		return 0, failure(op, ctx, err)
	}
	defer resp.Body.Close()
	// Read, so that the connection can be used again; whether it can be read does not matter.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	switch {
	case resp.StatusCode/100 == 2:
		return resp.StatusCode, nil
	case resp.StatusCode/100 == 3:
		return resp.StatusCode, errs.E(op, errs.Unavailable, "It leads elsewhere (%d), where notices are not sent; give the final address.", resp.StatusCode)
	}
	return resp.StatusCode, errs.E(op, errs.Unavailable, "It answered %d.", resp.StatusCode)
}

// failure says why there was no answer, without what only an insider should learn of a
// network.
func failure(op string, ctx context.Context, err error) error {
	timeout, isTimeout := errors.AsType[net.Error](err)
	_, isName := errors.AsType[*net.DNSError](err)
	switch {
	case ctx.Err() != nil:
		return errs.Wrap(op, ctx.Err())
	case errors.Is(err, errForbidden):
		return errs.Because(op, errs.Unavailable, err, "The address is in a private network, where notices are not sent (see the setting webhook-private).")
	case isName:
		return errs.Because(op, errs.Unavailable, err, "The host name is not known.")
	case isTimeout && timeout.Timeout():
		return errs.Because(op, errs.Unavailable, err, "It did not answer in time.")
	}
	return errs.Because(op, errs.Unavailable, err, "It cannot be reached.")
}

// Check holds the address of a webhook to the rules that need no look-up. Errors: Invalid.
func (c *Courier) Check(address string) error {
	const op = "courier.Check"
	u, err := url.Parse(address)
	switch {
	case err != nil, len(address) > maxURL, u.Host == "", u.Hostname() == "", u.Fragment != "":
		return errs.E(op, errs.Invalid, "A webhook has an address such as https://ci.example.org/hooks/images.")
	case u.User != nil:
		return errs.E(op, errs.Invalid, "The address must not hold a name or a password; the notices are signed instead.")
	case u.Scheme != "https" && !(u.Scheme == "http" && c.private):
		return errs.E(op, errs.Invalid, "The address has to begin with https://.")
	}
	return nil
}

// Signature signs a notice: what stands in the header Webhook-Signature.
func Signature(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Secret writes a secret for a person, as the specification's libraries read it.
func Secret(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

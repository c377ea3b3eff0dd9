package client

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"sregistry/app/client/lease"
	"sregistry/app/client/trust"
	"sregistry/app/errs"
)

// Options say which registry to speak to, and as whom. Only Base is needed.
type Options struct {
	// Base is the address of the registry, "https://registry.example" or with a path below
	// it; a trailing "/" or "/api", as the hub's clients write it, is dropped.
	Base string
	// Token goes with every request to Base, and to no other host.
	Token string
	// Username and Password are used where there is no token, which is when one is made.
	Username, Password string
	UserAgent          string
	// Silence is how long a connection may move no byte; 0 is two minutes.
	Silence time.Duration
	// Pause is the wait before a broken transfer is taken up again; it doubles with every
	// failure in a row. 0 is one second.
	Pause time.Duration
	// Lease is how those who share a cache find out that one of them has died; zero is
	// lease.Default.
	Lease lease.Times
}

// The defaults of Options, and the most that Pause grows to.
const (
	defaultSilence = 2 * time.Minute
	defaultPause   = time.Second
	longestPause   = 30 * time.Second
)

// Client speaks to one registry. It is safe for use by several goroutines.
type Client struct {
	base    *url.URL
	options Options
	http    *http.Client
	me      trust.User // for whom files are judged that others may have laid out
}

// New makes a client; it sends nothing. Errors are Invalid, for a bad address.
func New(o Options) (*Client, error) {
	base, err := ParseBase(o.Base)
	if err != nil {
		return nil, errs.Wrap("client.New", err)
	}
	if o.Silence == 0 {
		o.Silence = defaultSilence
	}
	if o.Pause == 0 {
		o.Pause = defaultPause
	}
	return &Client{base: base, options: o, http: newHTTP(o.Silence), me: trust.Current()}, nil
}

// Base is the address of the registry, without a "/" at its end.
func (c *Client) Base() string { return c.base.String() }

// ParseBase reads the address of a registry and puts it into its one form. Errors are
// Invalid.
func ParseBase(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errs.E("client.ParseBase", errs.Invalid,
			"%q is not the address of a registry; write it like https://registry.example or http://127.0.0.1:8080.", s)
	}
	if u.User != nil {
		return nil, errs.E("client.ParseBase", errs.Invalid, "Write the address without a name or password in it; log in instead.")
	}
	u.Host = strings.ToLower(u.Host)
	u.Path = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/api"), "/")
	u.RawPath = ""
	return u, nil
}

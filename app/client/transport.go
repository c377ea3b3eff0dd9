package client

import (
	"context"
	"net"
	"net/http"
	"time"
)

const (
	dialTimeout = 20 * time.Second
	tlsTimeout  = 20 * time.Second
	// bufferSize is that of every copy here: large enough that the cost of a system call
	// does not show, and small enough for the processor's cache.
	bufferSize = 128 << 10
	// maxRedirects is how many redirections of a download are followed.
	maxRedirects = 5
)

// newHTTP makes the HTTP client. HTTP/1.1 only: a transfer has its connection for itself,
// and so silence on the connection is silence of the transfer.
func newHTTP(silence time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSHandshakeTimeout: tlsTimeout,
			Protocols:           protocols,
			// An image is compressed already, and its bytes are what is verified.
			DisableCompression: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &watchedConn{Conn: conn, silence: silence}, nil
			},
		},
	}
}

// watchedConn fails a read or write once no byte has moved, either way, for a while. A
// write puts off the end of a waiting read too: while a body is sent, no answer is due.
type watchedConn struct {
	net.Conn
	silence time.Duration
}

func (c *watchedConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *watchedConn) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// checkRedirect follows the redirections of downloads only (a redirected POST would become
// a GET), never from https to http, and takes the token along to no other host.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet && first.Method != http.MethodHead || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	if via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	if next.URL.Host != first.URL.Host {
		next.Header.Del("Authorization")
	}
	return nil
}

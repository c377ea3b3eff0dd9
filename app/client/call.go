package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// maxAnswer bounds a JSON answer; the largest is an image with all its texts.
const maxAnswer = 64 << 20

// address joins path segments, each escaped, to the base: names hold slashes.
func (c *Client) address(segments ...string) string {
	var b strings.Builder
	b.WriteString(c.base.String() + api.Prefix)
	for _, segment := range segments {
		b.WriteString("/" + url.PathEscape(segment))
	}
	return b.String()
}

// call sends one request of our own interface, with in as its JSON body unless it is nil,
// and reads the answer, if there is one, into out unless that is nil.
func (c *Client) call(ctx context.Context, method, address string, in, out any) error {
	const op = "client.call"
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return errs.Wrap(op, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := c.request(ctx, method, address, body)
	if err != nil {
		return errs.Wrap(op, err)
	}
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.send(req)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer resp.Body.Close()
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(out); err != nil {
		if broken := transportError(op, c.base, ctx, err); errs.Is(broken, errs.Unavailable) || errs.Is(broken, errs.Canceled) {
			return broken
		}
		return errs.Because(op, errs.Unsupported, err, "%s answers, but not as a Sregistry server does. Is the address right?", c.base)
	}
	return nil
}

// request makes a request with the client's credentials, if it goes to the registry's host.
func (c *Client) request(ctx context.Context, method, address string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, errs.Because("client.request", errs.Unsupported, err, "%s gave an address that is none.", c.base)
	}
	if c.options.UserAgent != "" {
		req.Header.Set("User-Agent", c.options.UserAgent)
	}
	if req.URL.Scheme != c.base.Scheme || req.URL.Host != c.base.Host {
		return req, nil
	}
	switch {
	case c.options.Token != "":
		req.Header.Set("Authorization", "Bearer "+c.options.Token)
	case c.options.Username != "":
		req.SetBasicAuth(c.options.Username, c.options.Password)
	}
	return req, nil
}

// send does a request; an answer other than 2xx becomes an error. The caller closes the
// body.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	const op = "client.send"
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transportError(op, c.base, req.Context(), err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, failure(op, c.base, resp)
}

// finish does a request of which only the status and the headers are wanted.
func (c *Client) finish(req *http.Request) (http.Header, error) {
	resp, err := c.send(req)
	if err != nil {
		return nil, err
	}
	// A read body lets the connection be used again; whether it can be read does not matter.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, bufferSize))
	return resp.Header, resp.Body.Close()
}

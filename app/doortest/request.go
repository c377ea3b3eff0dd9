package doortest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request to a path of the site, or to an absolute address, and reads the whole
// answer. It follows no redirect. The header's names and values are alternating; an empty
// value leaves its header out. The body is a string, a []byte, an io.Reader or nil.
func (s *Site) Do(t testing.TB, method, path string, body any, header ...string) Answer {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.URL + path
	}
	var from io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		from = strings.NewReader(b)
	case []byte:
		from = strings.NewReader(string(b))
	case io.Reader:
		from = b
	default:
		t.Fatalf("doortest: a body cannot be a %T", body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, path, from)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{resp.StatusCode, resp.Header, string(text)}
}

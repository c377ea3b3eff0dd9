package httpx_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sregistry/app/httpx"
)

func TestPlainReadersAreLedToThePublicAddressOnly(t *testing.T) {
	t.Parallel()
	h := httpx.ToPublic(&url.URL{Scheme: "https", Host: "hub.example.org:8443"})
	for _, c := range []struct {
		method, target string
		status         int
		location       string
	}{
		{"GET", "/", 308, "https://hub.example.org:8443/"},
		{"HEAD", "/a/b%2Fc?x=1&y=%20", 308, "https://hub.example.org:8443/a/b%2Fc?x=1&y=%20"},
		{"GET", "//evil.example/x", 308, "https://hub.example.org:8443//evil.example/x"},
		{"GET", "http://evil.example/x", 308, "https://hub.example.org:8443/x"},
		{"POST", "/api/push", 400, ""},
		{"PUT", "/v2/x", 400, ""},
		{"OPTIONS", "/", 400, ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Host = "evil.example"
		h.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Location") != c.location {
			t.Errorf("%s %s: %d to %q", c.method, c.target, w.Code, w.Header().Get("Location"))
		}
		if c.status == http.StatusBadRequest && !strings.Contains(w.Body.String(), "https://hub.example.org:8443; use that address") {
			t.Errorf("%s: %q", c.method, w.Body)
		}
	}
}

package httpx

import (
	"fmt"
	"net/http"
	"net/url"
)

// ToPublic leads whoever comes by plain http to the same place at the public address; not
// to the host that the request names, which is anybody's word. Only what is read is led:
// of other requests many clients would make a GET, and what they carry was open to all
// already, so they fail here, where it is noticed.
func ToPublic(public *url.URL) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, fmt.Sprintf("This registry is at %s; use that address.", public), http.StatusBadRequest)
			return
		}
		to := url.URL{Scheme: public.Scheme, Host: public.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
	})
}

package static

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Handler serves the files at the addresses that URL gives, to be kept for ever. Any
// other address is 404, also one with an old hash: an old address must never be answered
// with new content. It expects the whole path, with Prefix.
func Handler() http.Handler {
	byURL := make(map[string]asset, len(assets()))
	for _, a := range assets() {
		byURL[a.url] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD work here.", http.StatusMethodNotAllowed)
			return
		}
		a, ok := byURL[r.URL.Path]
		if !ok {
			http.Error(w, "There is no such file.", http.StatusNotFound)
			return
		}
		a.serve(w, r)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	body, etag := a.plain, a.hash
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("X-Content-Type-Options", "nosniff")
	if a.gzipped != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Values("Accept-Encoding")) {
			header.Set("Content-Encoding", "gzip")
			body, etag = a.gzipped, a.hash+"-gzip" // RFC 9110, 8.8.3.3: each coding has its own
		}
	}
	header.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip, x-gzip or * with a weight
// above zero. A name weighs more than *.
func acceptsGzip(fields []string) bool {
	any := false
	for _, item := range strings.Split(strings.Join(fields, ","), ",") {
		coding, parameters, _ := strings.Cut(item, ";")
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return wanted(parameters)
		case "*":
			any = wanted(parameters)
		}
	}
	return any
}

// wanted reports whether a coding's parameters give it a weight above zero; without any,
// its weight is 1.
func wanted(parameters string) bool {
	key, value, _ := strings.Cut(strings.TrimSpace(parameters), "=")
	if !strings.EqualFold(key, "q") {
		return true
	}
	weight, err := strconv.ParseFloat(value, 64)
	return err == nil && weight > 0
}

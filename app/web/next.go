package web

import (
	"net/http"
	"net/url"
	"strings"
)

// maxNext bounds the address that somebody comes back to after signing in, in bytes.
const maxNext = 2048

// localPath gives an address back if it is a path of this site, with its query, and ""
// for anything else: nobody may use our sign-in page to lead people to another site.
// Browsers take "\" for "/", and "//host" for another site; control characters, which
// they leave out, are refused by url.Parse.
func localPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxNext || u.Scheme != "" || u.Host != "" || u.User != nil {
		return ""
	}
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.Contains(address, `\`) {
		return ""
	}
	return address
}

// signInPath leads to the sign-in page, and from there back to where the visitor is: the
// page he asked for or, if he sent a form, the page it was on. Of that page's address only
// the path counts, so that it does not matter by which name a proxy knows this site.
func signInPath(r *http.Request) string {
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		next = ""
		if from, err := url.Parse(r.Referer()); err == nil && from.Host != "" {
			next = from.RequestURI()
		}
	}
	if next = localPath(next); next == "" || next == "/" {
		return "/sign-in"
	}
	return "/sign-in?" + url.Values{"next": {next}}.Encode()
}

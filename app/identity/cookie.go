package identity

import (
	"net/http"
	"time"

	"github.com/gorilla/sessions"
)

// secure reports whether browsers use https.
func (s *Service) secure() bool { return s.public != nil && s.public.Scheme == "https" }

// cookieName gives a cookie's full name. With the prefix, browsers take it only from this
// very host and over encryption (RFC 6265bis, section 4.1.3.2).
func (s *Service) cookieName(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

// cookieOptions are those of every cookie: out of reach of scripts, and not sent with
// what other sites post. gorilla's own default sends it with everything.
func (s *Service) cookieOptions(life time.Duration) *sessions.Options {
	return &sessions.Options{
		Path:     "/",
		MaxAge:   int(life / time.Second),
		Secure:   s.secure(),
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

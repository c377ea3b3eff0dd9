package identity

import (
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/sessions"

	"sregistry/app/errs"
)

const (
	flashCookie = "sregistry_flash"
	flashLife   = time.Minute
	maxFlash    = 1000 // bytes; a cookie holds four times that
)

// newFlashStore keeps flashes in a signed cookie, so that they need no row and work for
// those who are not signed in.
func newFlashStore(key []byte, options *sessions.Options) *sessions.CookieStore {
	s := sessions.NewCookieStore(key)
	s.Options = options
	s.MaxAge(options.MaxAge)
	return s
}

// AddFlash leaves a sentence for the next page that this browser sees. It must be called
// before anything is written. The text is not secret: the browser holds it.
func (s *Service) AddFlash(w http.ResponseWriter, r *http.Request, text string) error {
	session, _ := s.flashes.New(r, s.cookieName(flashCookie)) // one that cannot be read is dropped
	session.AddFlash(strings.ToValidUTF8(text[:min(len(text), maxFlash)], ""))
	return errs.Wrap("identity.AddFlash", session.Save(r, w))
}

// Flashes gives the sentences that were left for this browser, and removes them. It must
// be called before anything is written.
func (s *Service) Flashes(w http.ResponseWriter, r *http.Request) []string {
	session, _ := s.flashes.New(r, s.cookieName(flashCookie))
	if session.IsNew {
		return nil
	}
	var texts []string
	for _, f := range session.Flashes() {
		if text, ok := f.(string); ok {
			texts = append(texts, text)
		}
	}
	session.Options.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
	return texts
}

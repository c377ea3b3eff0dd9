package templates

import (
	"strings"
	"time"

	"sregistry/app/model"
)

// accountPages are the pages of an account, as tabs.
var accountPages = []navItem{
	{"Profile", "/account"}, {"Tokens", "/account/tokens"}, {"Sessions", "/account/sessions"}, {"Keys", "/account/keys"},
}

// Account is the viewer's own account: what he is called, his password, and the way out.
//
// The page is GET /account. Its forms are POST /account/profile with the field full-name,
// and POST /account/password with current, password and again.
type Account struct {
	Page
	User model.User
	// FullName is what the form shows: the present one, or what was typed before.
	FullName string
	// Usage is the room that his namespace takes up.
	Usage model.Usage
	// Problems are about full-name, current, password and again.
	Problems Problems
}

// Sessions lists the viewer's browser logins.
//
// The page is GET /account/sessions. One is ended by POST /account/sessions/{id}/end, all
// but the viewer's own by POST /account/sessions/end-others.
type Sessions struct {
	Page
	Sessions []model.Session // the last used first
	// Current is the id of the one by which the page was asked for.
	Current string
	Now     time.Time
}

// others counts the sessions that are not the viewer's present one.
func (p Sessions) others() (n int) {
	for _, s := range p.Sessions {
		if s.ID != p.Current {
			n++
		}
	}
	return n
}

// browserOf says in a few words which browser and system a User-Agent header tells of. It
// is for people to recognise their own by; what it does not know, it shows as it is.
func browserOf(agent string) string {
	browser, system := "", ""
	// In this order: each claims to be some of those after it.
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			browser = b[1]
			break
		}
	}
	for _, s := range [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s[0]) {
			system = s[1]
			break
		}
	}
	switch {
	case agent == "":
		return "Unknown browser"
	case browser == "":
		return agent
	case system == "":
		return browser
	}
	return browser + " on " + system
}

// Keys lists the OpenPGP public keys that the viewer added; to an admin, all.
//
// The page is GET /account/keys, the form POST /account/keys with the field keys, an
// armored text. One is removed by POST /account/keys/{fingerprint}/remove.
type Keys struct {
	Page
	Keys []model.Key
	Now  time.Time
	// More is the address of the list's next part; empty at its end.
	More string
	// Add says that the viewer may add keys; otherwise only admins may.
	Add bool
	// Typed is what was typed before, if the form comes back.
	Typed string
	// Problems are about keys.
	Problems Problems
}

// state says what a key is no longer good for; empty for a good one.
func (p Keys) state(k model.Key) string {
	switch {
	case k.Revoked:
		return "revoked"
	case !k.Expires.IsZero() && !p.Now.Before(k.Expires):
		return "expired"
	}
	return ""
}

// spaced writes a fingerprint in groups of four, as people compare it.
func spaced(fingerprint string) string {
	var b strings.Builder
	for i := 0; i < len(fingerprint); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(fingerprint[i:min(i+4, len(fingerprint))])
	}
	return b.String()
}

// algorithmWords names an OpenPGP public-key algorithm (RFC 9580, section 9.1).
func algorithmWords(k model.Key) string {
	switch k.Algorithm {
	case 1, 2, 3:
		return plural(k.Bits, "bit") + " RSA"
	case 17:
		return "DSA"
	case 19:
		return "ECDSA"
	case 22, 27:
		return "Ed25519"
	case 28:
		return "Ed448"
	}
	return "other"
}

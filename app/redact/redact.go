// Package redact keeps the registry's own secrets out of what is written down: logs, the audit
// log, and what a command says of its arguments. A secret can stand anywhere, since people paste
// it anywhere: into a path, a query, a name, and from there into the text of an error.
//
// Entry points: Secrets for one text, Handler for all that is logged. The trap: a secret is
// known by its form alone, so a new kind of secret has to be made known here.
package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidden stands for what is left out.
const hidden = "…"

var (
	// A token: its id, which is no secret and tells which one to revoke, and its secret.
	token = regexp.MustCompile(`(sregistry_[a-z2-7]{16}_)[A-Za-z0-9]+`)
	// A pass of an OCI client, and the secret of a webhook.
	prefixed = regexp.MustCompile(`(pass_|whsec_)[A-Za-z0-9+/=_-]{16,}`)
	// What may be a link's secret, or a signed address.
	word = regexp.MustCompile(`[A-Za-z0-9_-]{26,}`)
	// The secret of a link: share, invitation, setup, new password.
	link = regexp.MustCompile(`^[A-Z2-7]{26}$`)
)

// sealedSize is how many bytes a signed address has at least: those of its signature.
const sealedSize = 32

// Secrets gives a text without the secrets of this registry.
func Secrets(s string) string {
	if len(s) < 26 { // shorter than any of them
		return s
	}
	s = token.ReplaceAllString(s, "${1}"+hidden)
	s = prefixed.ReplaceAllString(s, "${1}"+hidden)
	return word.ReplaceAllStringFunc(s, func(w string) string {
		if link.MatchString(w) || sealed(w) {
			return hidden
		}
		return w
	})
}

// sealed reports whether a word is a signed address: bytes that begin with a signature. The
// ids of the library's clients are written alike, but hold names; a digest is all hexadecimal.
func sealed(w string) bool {
	b, err := base64.RawURLEncoding.DecodeString(w)
	if err != nil || len(b) < sealedSize || strings.Trim(w, "0123456789abcdef") == "" {
		return false
	}
	return !utf8.Valid(b) || strings.ContainsFunc(string(b), unicode.IsControl)
}

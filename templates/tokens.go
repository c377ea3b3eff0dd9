package templates

import (
	"strings"
	"time"

	"sregistry/app/model"
)

// Tokens lists the viewer's own tokens and makes new ones.
//
// The page is GET /account/tokens (GET /auth/tokens, the address Apptainer prints, leads
// here). The form is POST /account/tokens with the fields name, scope (once per chosen
// value of ScopeChoices), expires (a value of Lifetimes) and collections (names separated
// by commas; empty is all). Revoking is POST /account/tokens/{id}/revoke.
type Tokens struct {
	Page
	// Tokens are the viewer's, in the order to show.
	Tokens []model.Token
	// Now is the time by which tokens are shown as expired.
	Now time.Time
	// Form is what the form shows: DefaultTokenForm, or what was typed before.
	Form TokenForm
	// Problems are about name, scope, expires, collections, or the whole.
	Problems Problems
}

// TokenForm is the contents of the form that makes a token.
type TokenForm struct {
	Name        string
	Scope       model.Scope
	Expires     string // the value of one of Lifetimes
	Collections string // as typed
}

// DefaultTokenForm is the form as it is first shown: a token that pushes and pulls for a
// while, and cannot delete or manage.
func DefaultTokenForm() TokenForm {
	return TokenForm{Scope: model.ScopeRead | model.ScopeWrite, Expires: "90"}
}

// ScopeChoice is one thing that a token may be allowed.
type ScopeChoice struct {
	Value string // of the form's field scope
	Scope model.Scope
	Text  string
}

// ScopeChoices are all that a token may be allowed, least first.
var ScopeChoices = []ScopeChoice{
	{"read", model.ScopeRead, "browse and pull images"},
	{"write", model.ScopeWrite, "push, tag, freeze and thaw, create collections"},
	{"delete", model.ScopeDelete, "delete images and tags"},
	{"manage", model.ScopeManage, "change visibility, roles, teams and tokens"},
}

// Lifetime is one choice of how long a token lives.
type Lifetime struct {
	Value string // of the form's field expires
	Text  string
	Days  int // 0 is for ever
}

// Lifetimes are all the choices, shortest first.
var Lifetimes = []Lifetime{
	{"1", "1 day", 1},
	{"7", "7 days", 7},
	{"30", "30 days", 30},
	{"90", "90 days", 90},
	{"365", "1 year", 365},
	{"never", "never", 0},
}

// expired reports whether a token is past its time.
func (p Tokens) expired(t model.Token) bool {
	return !t.Expires.IsZero() && !p.Now.Before(t.Expires)
}

// soon is how long before its end a token is marked.
const soon = 7 * 24 * time.Hour

// expiring reports whether a token will be past its time soon.
func (p Tokens) expiring(t model.Token) bool {
	return !t.Expires.IsZero() && p.Now.Add(soon).After(t.Expires)
}

// scopeWords writes a scope as the form's values: "read, write".
func scopeWords(s model.Scope) string {
	var words []string
	for _, choice := range ScopeChoices {
		if s.Has(choice.Scope) {
			words = append(words, choice.Value)
		}
	}
	return strings.Join(words, ", ")
}

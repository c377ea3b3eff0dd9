// Package identity turns credentials into a model.Actor: passwords, tokens, the hub
// clients' signatures, signed download addresses and browser sessions. It also keeps the
// accounts, since they are what credentials belong to. It knows nothing of collections
// and permission, nor of any protocol beyond the form of its credentials.
//
// Entry points: Open, then Password, Basic, Bearer, VerifyHMAC, OpenTicket and
// FromRequest, one for each kind of credential. The trap: no credential at all is
// model.Anonymous and no error, while a credential that is not good is always an error
// and never Anonymous.
package identity

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"sregistry/app/model"
	"sregistry/app/store"
)

// Service knows who people are. It is safe for use by many goroutines.
type Service struct {
	db *store.DB
}

// Option alters how a Service is opened.
type Option func(*Service)

// WithClock makes the service take its times from now.
func WithClock(now func() time.Time) Option { panic("soon") }

// WithAddress tells the address at which browsers find the registry; cookies are bound
// to it, and to encryption if it is https.
func WithAddress(public *url.URL) Option { panic("soon") }

func Open(ctx context.Context, db *store.DB, dir string, options ...Option) (*Service, error) {
	panic("soon")
}
func (s *Service) Close() error { panic("soon") }

// NewUser is what CreateUser needs to know.
type NewUser struct {
	Name     string
	Kind     model.UserKind // empty is a person
	Password string         // empty for a robot
	Admin    bool
}

func (s *Service) CreateUser(ctx context.Context, actor model.Actor, n NewUser) (model.User, error) {
	panic("soon")
}
func (s *Service) SetPassword(ctx context.Context, actor model.Actor, user, password string) error {
	panic("soon")
}
func (s *Service) ChangePassword(ctx context.Context, actor model.Actor, source, current, next string) error {
	panic("soon")
}
func (s *Service) SetDisabled(ctx context.Context, actor model.Actor, user string, disabled bool) error {
	panic("soon")
}
func (s *Service) SetAdmin(ctx context.Context, actor model.Actor, user string, admin bool) error {
	panic("soon")
}
func (s *Service) Users(ctx context.Context, actor model.Actor, after string, limit int) ([]model.User, error) {
	panic("soon")
}
func (s *Service) UserByName(ctx context.Context, actor model.Actor, name string) (model.User, error) {
	panic("soon")
}
func (s *Service) Count(ctx context.Context) (int, error) { panic("soon") }

func (s *Service) Password(ctx context.Context, source, name, password string) (model.Actor, error) {
	panic("soon")
}
func (s *Service) Basic(ctx context.Context, source, name, password string) (model.Actor, error) {
	panic("soon")
}
func (s *Service) Bearer(ctx context.Context, text string) (model.Actor, error) { panic("soon") }

// NewToken is what CreateToken needs to know.
type NewToken struct {
	User        string // whose it shall be; empty is the actor
	Name        string
	Scope       model.Scope // ScopeRead is always added
	Collections []int64     // narrows it to these, which the caller has found for the actor; nil is all
	Expires     time.Time   // zero is never
	Replace     bool        // revoke a token of this name first
}

func (s *Service) CreateToken(ctx context.Context, actor model.Actor, n NewToken) (t model.Token, secret string, err error) {
	panic("soon")
}
func (s *Service) Tokens(ctx context.Context, actor model.Actor, user, after string, limit int) ([]model.Token, error) {
	panic("soon")
}
func (s *Service) RevokeToken(ctx context.Context, actor model.Actor, user, idOrName string) error {
	panic("soon")
}

// HMAC is what the hub clients' Authorization header says.
type HMAC struct {
	Kind      string // "push", "upload", "pull" or "delete"
	User      string
	Hour      string // "20240131T09Z"
	Signature string
}

func ParseHMAC(header string) (HMAC, bool) { panic("soon") }

// Signed are the words that a hub client signs, exactly as it sent them.
type Signed struct{ Kind, Collection, Name, Tag string }

func (s *Service) VerifyHMAC(ctx context.Context, h HMAC, over Signed, at time.Time) (model.Actor, error) {
	panic("soon")
}

func (s *Service) SignTicket(actor model.Actor, image int64) string { panic("soon") }
func (s *Service) OpenTicket(ctx context.Context, text string) (image int64, actor model.Actor, err error) {
	panic("soon")
}

func (s *Service) SignIn(w http.ResponseWriter, r *http.Request, source string, actor model.Actor) error {
	panic("soon")
}
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request) error { panic("soon") }
func (s *Service) FromRequest(r *http.Request) (model.Actor, error)     { panic("soon") }
func (s *Service) Sessions(ctx context.Context, actor model.Actor) ([]model.Session, error) {
	panic("soon")
}
func (s *Service) EndSession(ctx context.Context, actor model.Actor, id string) error { panic("soon") }
func (s *Service) AddFlash(w http.ResponseWriter, r *http.Request, text string) error { panic("soon") }
func (s *Service) Flashes(w http.ResponseWriter, r *http.Request) []string            { panic("soon") }

func (s *Service) SetupLink(ctx context.Context) (secret string, ok bool, err error) { panic("soon") }
func (s *Service) CheckSetup(ctx context.Context, secret string) error               { panic("soon") }
func (s *Service) CompleteSetup(ctx context.Context, secret, name, password string) (model.User, error) {
	panic("soon")
}
func (s *Service) Sweep(ctx context.Context) error { panic("soon") }

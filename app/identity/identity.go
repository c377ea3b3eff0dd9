// Package identity turns credentials into a model.Actor: passwords, tokens, the hub
// clients' signatures, signed download addresses and browser sessions. It also keeps the
// accounts, since they are what credentials belong to. It knows nothing of what they may
// do to a collection, nor of any protocol beyond the form of its credentials.
//
// Entry points: Open, then Password, Basic, Bearer, Pass, VerifyHMAC, OpenTicket and
// FromRequest, one for each kind of credential. The trap: no credential at all is
// model.Anonymous and no error, while a credential that is not good is an error and never
// Anonymous. Only a browser whose session has ended is Anonymous again, as it goes on
// sending its cookie.
package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/sessions"
	"golang.org/x/sync/singleflight"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Service knows who people are. It is safe for use by many goroutines.
type Service struct {
	db     *store.DB
	now    func() time.Time
	log    *slog.Logger
	public *url.URL // where browsers find the registry; nil if nobody said

	key       serverKey
	newKey    bool // one is made
	ticketKey []byte
	uploadKey []byte
	passKey   []byte
	flashes   *sessions.CookieStore

	// epoch goes up with every change of an account or token. What was cached in an
	// earlier one is not believed any more.
	epoch         atomic.Int64
	passwordCache *lru.Map[digest, cachedPassword]
	// The caches of tokens, of passes and of hub clients' signatures are apart: what is good
	// at one door must not open another.
	tokenCache, passes, signatures *lru.Map[digest, cachedToken]

	cost     cost          // of new hashes
	hashing  chan struct{} // holds one item per password being hashed
	dummy    phc           // hashed against where there is no account
	attempts singleflight.Group
	mac      [32]byte       // of this process; passwords are cached under it
	throttle *loginThrottle // of passwords
	forged   *loginThrottle // of hub clients' signatures

	passwordList string // file of passwords that are refused; empty is none

	setup setup
	used  lastUse // of tokens
	// sessions are when sessions were last used, and sessionSeen is told of the next to write.
	sessions    lastUse
	sessionSeen chan struct{}
	hashes      chan newHash // to be written
	stop        func()
	done        sync.WaitGroup
}

// Option alters how a Service is opened.
type Option func(*Service)

// WithClock makes the service take its times from now. The database has its own clock.
func WithClock(now func() time.Time) Option { return func(s *Service) { s.now = now } }

// WithLog says where failures of work in the background are told.
func WithLog(log *slog.Logger) Option { return func(s *Service) { s.log = log } }

// WithAddress tells the address at which browsers find the registry. If it is https,
// cookies are never sent otherwise.
func WithAddress(public *url.URL) Option { return func(s *Service) { s.public = public } }

// WithNewKey makes a new server key in the place of one that is lost, or is another
// registry's. All tokens must be created again.
func WithNewKey() Option { return func(s *Service) { s.newKey = true } }

// Open readies the credentials of a database, with the server key from the data folder
// dir, which it makes if both are new. Close must be called. Errors: Invalid for a key
// file that is not one, Conflict for a key that is lost or another registry's, Unavailable
// if it cannot be read or written.
func Open(ctx context.Context, db *store.DB, dir string, options ...Option) (*Service, error) {
	const op = "identity.Open"
	s := &Service{
		db: db, now: time.Now, log: slog.New(slog.DiscardHandler), cost: currentCost,
		passwordCache: lru.New[digest, cachedPassword](maxCached),
		tokenCache:    lru.New[digest, cachedToken](maxCached),
		passes:        lru.New[digest, cachedToken](maxCached),
		signatures:    lru.New[digest, cachedToken](maxCached),
		hashing:       make(chan struct{}, maxHashing),
		sessionSeen:   make(chan struct{}, 1), hashes: make(chan newHash, maxHashing),
	}
	for _, o := range options {
		o(s)
	}
	s.throttle = newLoginThrottle(s.now, passwordThresholds, "Too many wrong passwords; try again in %d seconds.")
	s.forged = newLoginThrottle(s.now, signatureThresholds, "Too many wrong signatures; try again in %d seconds.")
	rand.Read(s.mac[:])
	s.dummy, _ = parsePHC(s.cost.hashPassword(rand.Text()))
	var err error
	if err = s.openKey(ctx, dir); err != nil {
		return nil, errs.Wrap(op, err)
	}
	var flashKey []byte
	for _, k := range []struct {
		label string
		key   *[]byte
	}{{ticketLabel, &s.ticketKey}, {uploadLabel, &s.uploadKey}, {passLabel, &s.passKey}, {flashLabel, &flashKey}} {
		if *k.key, err = s.key.subkey(nil, k.label, subkeySize); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	s.flashes = newFlashStore(flashKey, s.cookieOptions(flashLife))
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = cancel
	s.done.Go(func() { s.keepWriting(background) })
	return s, nil
}

// Close stops the work in the background, and writes what is still to be written. The
// database is the caller's to close, afterwards.
func (s *Service) Close() error {
	s.stop()
	s.done.Wait()
	return errs.Wrap("identity.Close", errors.Join(s.writeTokenUse(context.Background()), s.writeSessionUse(context.Background())))
}

// peek gives what one statement finds.
func peek[T any](ctx context.Context, db *store.DB, find func(*store.Tx) (T, error)) (T, error) {
	var found T
	err := db.Peek(ctx, func(tx *store.Tx) error {
		var err error
		found, err = find(tx)
		return err
	})
	return found, err
}

// invalidateCaches drops what is cached about credentials. It is called after every
// commit that takes something away.
func (s *Service) invalidateCaches() { s.epoch.Add(1) }

// actorOf is a user who may use all of his rights.
func actorOf(u model.User, via model.Credential) model.Actor {
	return model.Actor{UserID: u.ID, Name: u.Name, Admin: u.Admin, Via: via, Scope: model.ScopeAll}
}

// requireAdmin refuses everybody but those who run the registry.
func requireAdmin(op string, a model.Actor) error {
	switch access.CanAdminister(a) {
	case access.Allow:
		return nil
	case access.NeedLogin:
		return errs.E(op, errs.Unauthenticated, "Sign in to do this.")
	case access.Narrow:
		return errs.E(op, errs.Forbidden, "This token may not be used to run the registry; use one with the scope \"manage\" that is not narrowed to collections.")
	}
	return errs.E(op, errs.Forbidden, "Only an administrator of the registry may do this.")
}

// accountOf gives the name of the account that is meant, "" being the actor's own, if the
// actor may see and change its tokens and sessions: his own, or for admins anyone's.
func accountOf(op string, actor model.Actor, user string) (string, error) {
	if user == "" {
		user = actor.Name
	}
	switch access.CanManageAccount(actor, user == actor.Name) {
	case access.Allow:
		return user, nil
	case access.Narrow:
		return "", errs.E(op, errs.Forbidden,
			"This token may not manage the account; sign in, or use one with the scope \"manage\" that is not narrowed to collections.")
	}
	return "", requireAdmin(op, actor)
}

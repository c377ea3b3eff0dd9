package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

const (
	// maxHashing bounds the memory that password hashing takes: this many times
	// currentCost.memory.
	maxHashing = 2
	// passwordCacheTTL is how long a verified password need not be hashed again. A change
	// of the password, of the account or its end is seen at once all the same.
	passwordCacheTTL = 5 * time.Minute
)

// digest is the key under which a secret is cached, never the secret itself.
type digest [sha256.Size]byte

// cachedPassword says that a password matched a hash.
type cachedPassword struct {
	hash  string
	until time.Time
}

// Password signs a person in by name and password. A password is hashed once and then
// cached for a while, since some clients send it with every request. Wrong ones are
// slowed, per account and per source, which is the caller's address. Robots and disabled
// accounts are refused like a wrong password. Errors: Unauthenticated, RateLimited.
func (s *Service) Password(ctx context.Context, source, name, password string) (model.Actor, error) {
	const op = "identity.Password"
	name = strings.ToLower(name)
	l, err := s.login(ctx, name)
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	key := s.passwordCacheKey(name, password)
	from := loginSource{source, name}
	v, ok := s.passwordCache.Get(key)
	if l.Hash != "" && ok && v.hash == l.Hash && s.now().Before(v.until) {
		s.throttle.recordSuccess(from)
		return actorOf(l.User, model.ByPassword), nil
	}
	// A thousand jobs that start with one password at once cost one hashing, and the first
	// of them must not take the others down with it when its client leaves.
	shared := context.WithoutCancel(ctx)
	_, err, _ = s.attempts.Do(source+"\x00"+string(key[:])+l.Hash, func() (any, error) {
		return nil, s.verify(shared, from, l, key, password)
	})
	if err != nil {
		return model.Actor{}, denySignIn(op, err, errs.Clip(name))
	}
	return actorOf(l.User, model.ByPassword), nil
}

// login finds the account that a name and a password might open. If there is none it is
// the zero Login, which no password opens.
func (s *Service) login(ctx context.Context, name string) (store.Login, error) {
	if _, err := ref.ParseName(name); err != nil {
		return store.Login{}, nil
	}
	l, err := peek(ctx, s.db, func(tx *store.Tx) (store.Login, error) { return tx.Login(ctx, name) })
	if err != nil && !errs.Is(err, errs.NotFound) {
		return store.Login{}, err
	}
	if l.Disabled || l.Kind != model.Person {
		return store.Login{}, nil
	}
	return l, nil
}

// verify checks a password against an account's hash, counts failures and caches
// success. It costs the same whether there is such an account or not.
func (s *Service) verify(ctx context.Context, p loginSource, l store.Login, key digest, password string) error {
	const op = "identity.verify"
	if err := s.throttle.check(p); err != nil {
		return err
	}
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	// Again, for those that waited: so only maxHashing attempts can ever be ahead of the
	// count, however many come at once.
	if err := s.throttle.check(p); err != nil {
		return err
	}
	stored, ok := parsePHC(l.Hash)
	if !ok {
		stored = s.dummy
	}
	if len(password) > maxPassword {
		password = "" // which is nobody's
	}
	if !stored.matches(password) || !ok {
		s.throttle.recordFailure(p)
		return errWrong(op)
	}
	s.throttle.recordSuccess(p)
	s.passwordCache.Put(key, cachedPassword{l.Hash, s.now().Add(passwordCacheTTL)})
	if stored.cost != s.cost {
		select {
		case s.hashes <- newHash{l, s.cost.hashPassword(password)}:
		default: // the next sign-in does it
		}
	}
	return nil
}

// newHash is the hash of a password that is to take the place of one of another cost.
type newHash struct {
	old  store.Login
	hash string
}

// upgrade replaces a hash, unless the password was changed meanwhile.
func (s *Service) upgrade(ctx context.Context, h newHash) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		now, err := tx.Login(ctx, h.old.Name)
		if err != nil || now.Hash != h.old.Hash {
			return err
		}
		return tx.SetPassword(ctx, h.old.ID, h.hash)
	})
}

// passwordCacheKey is a name and a password in a form that tells nothing of either.
func (s *Service) passwordCacheKey(name, password string) digest {
	h := hmac.New(sha256.New, s.mac[:])
	h.Write([]byte(name + "\x00" + password)) // no name that has an account holds a zero byte
	return digest(h.Sum(nil))
}

// Basic signs in by the two words of HTTP Basic authentication (RFC 7617). The second may
// be a token, as docker and podman send it; the first then counts for nothing, since recipes
// for CI have fixed ones. Errors: those of Password and Bearer.
func (s *Service) Basic(ctx context.Context, source, name, password string) (model.Actor, error) {
	const op = "identity.Basic"
	if !strings.HasPrefix(password, tokenPrefix) {
		return s.Password(ctx, source, name, password)
	}
	a, err := s.Bearer(ctx, password)
	return a, errs.Wrap(op, err)
}

// denySignIn notes on an error that it kept somebody from signing in, as the user or by the
// token of a name; other errors, such as of the database, did not.
func denySignIn(op string, err error, name string) error {
	if !errs.Is(err, errs.Unauthenticated) {
		return errs.Wrap(op, err)
	}
	return errs.Deny(op, err, errs.Denial{Action: model.DeniedSignIn, Target: name})
}

// errWrong is the one answer to all that does not let somebody in by a password.
func errWrong(op string) error {
	return errs.E(op, errs.Unauthenticated, "The name or the password is wrong.")
}

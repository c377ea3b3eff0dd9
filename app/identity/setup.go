package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"sync"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// setupLife is how long the link by which the first account is made can be used.
const setupLife = time.Hour

// setup is the secret of that link. It is in memory only, so that it ends with the
// process at the latest.
type setup struct {
	mu      sync.Mutex
	secret  string
	expires time.Time
}

// SetupLink gives the secret of a link by which whoever has it makes the first account;
// ok is false if there are accounts. A later call voids the earlier link.
func (s *Service) SetupLink(ctx context.Context) (secret string, ok bool, err error) {
	const op = "identity.SetupLink"
	n, err := s.CountUsers(ctx)
	if err != nil || n > 0 {
		return "", false, errs.Wrap(op, err)
	}
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	s.setup.secret, s.setup.expires = rand.Text(), s.now().Add(setupLife)
	return s.setup.secret, true, nil
}

// CheckSetup reports whether a link can be used. Errors: NotFound for one that is wrong,
// used or expired, or if there are accounts already.
func (s *Service) CheckSetup(ctx context.Context, secret string) error {
	const op = "identity.CheckSetup"
	if !s.setup.holds(secret, s.now()) {
		return errNoSetup(op)
	}
	n, err := s.CountUsers(ctx)
	if err == nil && n > 0 {
		return errNoSetup(op)
	}
	return errs.Wrap(op, err)
}

// CompleteSetup makes the first account, an administrator's, and gives him as if he had
// signed in with his password. The link cannot be used again. Errors: Invalid for a name
// or password against the rules, and those of CheckSetup.
func (s *Service) CompleteSetup(ctx context.Context, secret, name, password string) (model.Actor, error) {
	const op = "identity.CompleteSetup"
	if err := s.CheckSetup(ctx, secret); err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	add, err := s.prepareUser(ctx, NewUser{Name: name, Password: password, Admin: true})
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	var u model.User
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		// Here it is decided: another process, or another use of the link, may have been first.
		n, err := tx.CountUsers(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return errNoSetup(op)
		}
		// By the link and no account: whoever reads the record finds that there was no actor.
		u, err = add(tx, model.Anonymous)
		return err
	})
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	s.setup.void()
	return actorOf(u, model.ByPassword), nil
}

func (s *setup) holds(secret string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secret != "" && now.Before(s.expires) && subtle.ConstantTimeCompare([]byte(secret), []byte(s.secret)) == 1
}

func (s *setup) void() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secret = ""
}

func errNoSetup(op string) error {
	return errs.E(op, errs.NotFound, "This setup link is no longer valid; if there is no account yet, start the server again for a new one.")
}

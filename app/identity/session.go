package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// sessionLife is how long a login lasts without being used.
	sessionLife = 14 * 24 * time.Hour
	// sessionTouch is how old the note of its last use may become before it is written
	// again, so that not every page costs a write.
	sessionTouch = 10 * time.Minute
	// cookieLife is the longest that browsers keep a cookie (RFC 6265bis). The row says
	// when the session ends, and moves; the cookie would have to be sent again each time.
	cookieLife = 400 * 24 * time.Hour

	sessionCookie     = "sregistry_session"
	sessionSecretSize = 32
	maxUserAgent      = 256
)

// sessionStore keeps sessions as rows, for gorilla/sessions. The cookie holds a random
// secret and the row its hash, so that neither a stolen database nor a guess opens one.
type sessionStore struct{ *Service }

var _ sessions.Store = sessionStore{}

// rowKey is where a gorilla session holds its store.SessionRow; all else that is put into
// it is not kept.
type rowKey struct{}

// eventKey is where it holds what is recorded when it is saved.
type eventKey struct{}

// Get gives the session of a request, which is read once per request.
func (s sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New gives the session of a request's cookie, or a new one if there is none that lives.
func (s sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = s.cookieOptions(cookieLife)
	session.IsNew = true
	hash, ok := cookieHash(r, name)
	if !ok {
		return session, nil
	}
	row, err := peek(r.Context(), s.db, func(tx *store.Tx) (store.SessionRow, error) { return tx.SessionByHash(r.Context(), hash) })
	if errs.Is(err, errs.NotFound) || err == nil && row.Owner.Disabled {
		return session, nil
	}
	if err != nil {
		return session, errs.Wrap("identity.sessionStore.New", err)
	}
	session.IsNew, session.ID = false, row.ID
	session.Values[rowKey{}] = row
	return session, nil
}

// Save keeps a new session and gives the browser its cookie, or ends one whose MaxAge is
// negative. The session that the browser had before ends in either case: a secret that
// was known before a login must not be worth more after it.
func (s sessionStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	const op = "identity.sessionStore.Save"
	row, ok := session.Values[rowKey{}].(store.SessionRow)
	keep := session.Options.MaxAge >= 0
	if keep && !ok {
		return errs.E(op, errs.Internal, "a session without its row")
	}
	secret := make([]byte, sessionSecretSize)
	rand.Read(secret)
	hash := sha256.Sum256(secret)
	old, had := cookieHash(r, session.Name())
	event, happened := session.Values[eventKey{}].(model.Event)
	err := s.db.Update(r.Context(), func(tx *store.Tx) error {
		if had {
			if err := tx.DeleteSessionByHash(r.Context(), old); err != nil {
				return err
			}
		}
		if keep {
			if err := tx.AddSession(r.Context(), hash[:], row.Session); err != nil {
				return err
			}
		}
		if !happened {
			return nil
		}
		return tx.Record(r.Context(), event)
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	value := ""
	if keep {
		value = base64.RawURLEncoding.EncodeToString(secret)
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), value, session.Options))
	return nil
}

// touch notes that a session is used, if the last note is old. It never waits.
func (s sessionStore) touch(session model.Session) {
	now := s.now()
	if now.Sub(session.LastSeen) < sessionTouch {
		return
	}
	s.sessions.note(session.ID, now)
	select {
	case s.sessionSeen <- struct{}{}:
	default: // it was told already
	}
}

// cookieHash gives the hash of the secret in a request's cookie.
func cookieHash(r *http.Request, name string) (hash []byte, ok bool) {
	c, err := r.Cookie(name)
	if err != nil {
		return nil, false
	}
	secret, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(secret) != sessionSecretSize {
		return nil, false
	}
	sum := sha256.Sum256(secret)
	return sum[:], true
}

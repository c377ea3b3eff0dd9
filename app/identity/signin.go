package identity

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/sessions"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/redact"
	"sregistry/app/store"
)

// SignIn begins a session for somebody who showed his password, and sets its cookie; the
// session which the browser had before ends. Source is the caller's address. Errors:
// Forbidden for a credential other than a login, such as a token.
func (s *Service) SignIn(w http.ResponseWriter, r *http.Request, source string, actor model.Actor) error {
	const op = "identity.SignIn"
	if actor.UserID == 0 || actor.Via != model.ByPassword && actor.Via != model.BySession {
		return errs.E(op, errs.Forbidden, "Sign in with your name and password; a token will not do.")
	}
	now := s.now()
	agent := redact.Secrets(r.UserAgent())
	session := sessions.NewSession(sessionStore{s}, s.cookieName(sessionCookie))
	session.Options = s.cookieOptions(cookieLife)
	session.Values[rowKey{}] = store.SessionRow{Session: model.Session{
		ID: rand.Text(), UserID: actor.UserID, Created: now, LastSeen: now, Expires: now.Add(sessionLife),
		Source: source, UserAgent: strings.ToValidUTF8(agent[:min(len(agent), maxUserAgent)], ""),
	}}
	session.Values[eventKey{}] = actor.Did(model.SignedIn, actor.Name)
	return errs.Wrap(op, session.Save(r, w))
}

// SignOut ends the session of a request, which is the actor's if there is one, and removes
// its cookie.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request, actor model.Actor) error {
	session := sessions.NewSession(sessionStore{s}, s.cookieName(sessionCookie))
	session.Options = s.cookieOptions(cookieLife)
	session.Options.MaxAge = -1
	if !actor.IsAnonymous() {
		session.Values[eventKey{}] = actor.Did(model.SignedOut, actor.Name)
	}
	return errs.Wrap("identity.SignOut", session.Save(r, w))
}

// FromRequest tells whose session a request belongs to: Anonymous if it has none, or one
// that has ended. It does not look at other credentials.
func (s *Service) FromRequest(r *http.Request) (model.Actor, error) {
	const op = "identity.FromRequest"
	row, ok, err := s.sessionOf(r)
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	if !ok {
		return model.Anonymous, nil
	}
	sessionStore{s}.touch(row.Session)
	return actorOf(row.Owner, model.BySession), nil
}

// CurrentSession gives the id of a request's session; "" if it has none.
func (s *Service) CurrentSession(r *http.Request) (string, error) {
	row, _, err := s.sessionOf(r)
	return row.ID, errs.Wrap("identity.CurrentSession", err)
}

func (s *Service) sessionOf(r *http.Request) (row store.SessionRow, ok bool, err error) {
	session, err := sessionStore{s}.Get(r, s.cookieName(sessionCookie))
	if err != nil {
		return store.SessionRow{}, false, err
	}
	row, ok = session.Values[rowKey{}].(store.SessionRow)
	return row, ok, nil
}

// Sessions lists the actor's sessions, the last used first. Errors: Forbidden for a token
// that may not manage the account.
func (s *Service) Sessions(ctx context.Context, actor model.Actor) ([]model.Session, error) {
	const op = "identity.Sessions"
	if _, err := accountOf(op, actor, ""); err != nil {
		return nil, err
	}
	list, err := peek(ctx, s.db, func(tx *store.Tx) ([]model.Session, error) { return tx.Sessions(ctx, actor.UserID) })
	return list, errs.Wrap(op, err)
}

// EndOtherSessions ends all of the actor's sessions but the request's own, and tells how
// many. Errors: Forbidden for a request without a session.
func (s *Service) EndOtherSessions(r *http.Request, actor model.Actor) (ended int, err error) {
	const op = "identity.EndOtherSessions"
	own, ok, err := s.sessionOf(r)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	if !ok || own.UserID != actor.UserID {
		return 0, errs.E(op, errs.Forbidden, "Sign in first: only from a session can the others be ended.")
	}
	err = s.db.Update(r.Context(), func(tx *store.Tx) error {
		if ended, err = tx.DeleteOtherSessions(r.Context(), actor.UserID, own.ID); err != nil || ended == 0 {
			return err
		}
		return tx.Record(r.Context(), actor.Did(model.SignedOut, actor.Name, "sessions", strconv.Itoa(ended)))
	})
	return ended, errs.Wrap(op, err)
}

// EndSession ends one of the actor's sessions. Errors: NotFound, Forbidden.
func (s *Service) EndSession(ctx context.Context, actor model.Actor, id string) error {
	const op = "identity.EndSession"
	if _, err := accountOf(op, actor, ""); err != nil {
		return err
	}
	return errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteSession(ctx, actor.UserID, id); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.SignedOut, actor.Name, "session", id))
	}))
}

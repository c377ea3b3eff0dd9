package store

import (
	"context"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// SessionRow is a browser's login with its owner.
type SessionRow struct {
	model.Session
	Owner model.User
}

const sessionColumns = "s.id, s.user_id, s.created_at, s.last_seen_at, s.expires_at, s.source, s.user_agent"

func scanSession(row scanner) (model.Session, error) {
	s, dest := sessionDest()
	err := row.Scan(dest...)
	return s.session(), err
}

func scanSessionRow(row scanner) (SessionRow, error) {
	s, dest := sessionDest()
	u, err := scanUserAnd(row, dest...)
	return SessionRow{s.session(), u}, err
}

// scannedSession is a session whose times are still numbers.
type scannedSession struct {
	model.Session
	created, seen, expires int64
}

func sessionDest() (*scannedSession, []any) {
	s := &scannedSession{}
	return s, []any{&s.ID, &s.UserID, &s.created, &s.seen, &s.expires, &s.Source, &s.UserAgent}
}

func (s *scannedSession) session() model.Session {
	s.Created, s.LastSeen, s.Expires = fromUnix(s.created), fromUnix(s.seen), fromUnix(s.expires)
	return s.Session
}

// SessionByHash finds the session of a cookie that has not expired. Errors: NotFound.
func (t *Tx) SessionByHash(ctx context.Context, hash []byte) (SessionRow, error) {
	return one(ctx, t, "store.SessionByHash", scanSessionRow, "SELECT "+userColumns+", "+sessionColumns+
		" FROM sessions s JOIN users u ON u.id = s.user_id JOIN names n ON n.id = u.name_id WHERE s.secret_hash = ? AND s.expires_at > ?",
		hash, unix(t.Now))
}

// Sessions gives a user's sessions that have not expired, the last used first.
func (t *Tx) Sessions(ctx context.Context, user int64) ([]model.Session, error) {
	return all(ctx, t, "store.Sessions", scanSession, "SELECT "+sessionColumns+
		" FROM sessions s WHERE s.user_id = ? AND s.expires_at > ? ORDER BY s.last_seen_at DESC, s.id", user, unix(t.Now))
}

// AddSession keeps a login under the hash of its cookie.
func (t *Tx) AddSession(ctx context.Context, hash []byte, s model.Session) error {
	return t.run(ctx, "store.AddSession", `INSERT INTO sessions
	  (secret_hash, id, user_id, created_at, last_seen_at, expires_at, source, user_agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		hash, s.ID, s.UserID, unix(s.Created), unix(s.LastSeen), unix(s.Expires), s.Source, s.UserAgent)
}

// TouchSession notes when a session was in use, and how long it lives for that.
func (t *Tx) TouchSession(ctx context.Context, id string, seen, expires time.Time) error {
	return t.run(ctx, "store.TouchSession", "UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE id = ?",
		unix(seen), unix(expires), id)
}

// DeleteSession ends a session of a user. Errors: NotFound.
func (t *Tx) DeleteSession(ctx context.Context, user int64, id string) error {
	const op = "store.DeleteSession"
	n, err := t.exec(ctx, op, "DELETE FROM sessions WHERE user_id = ? AND id = ?", user, id)
	if err == nil && n == 0 {
		return errs.E(op, errs.NotFound, "There is no such session; it may have ended already.")
	}
	return err
}

// DeleteSessionByHash ends the session of a cookie, if there is one.
func (t *Tx) DeleteSessionByHash(ctx context.Context, hash []byte) error {
	return t.run(ctx, "store.DeleteSessionByHash", "DELETE FROM sessions WHERE secret_hash = ?", hash)
}

// DeleteOtherSessions ends all sessions of a user but one, and tells how many.
func (t *Tx) DeleteOtherSessions(ctx context.Context, user int64, keep string) (int, error) {
	n, err := t.exec(ctx, "store.DeleteOtherSessions", "DELETE FROM sessions WHERE user_id = ? AND id <> ?", user, keep)
	return int(n), err
}

// DeleteSessionsOf ends all sessions of a user.
func (t *Tx) DeleteSessionsOf(ctx context.Context, user int64) error {
	return t.run(ctx, "store.DeleteSessionsOf", "DELETE FROM sessions WHERE user_id = ?", user)
}

// DeleteExpiredSessions removes the sessions that nobody can use any more.
func (t *Tx) DeleteExpiredSessions(ctx context.Context) error {
	return t.run(ctx, "store.DeleteExpiredSessions", "DELETE FROM sessions WHERE expires_at <= ?", unix(t.Now))
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Record notes that something was done, in the same transaction: what is undone was never
// done. Webhooks that want to know of it will be told. A denied try, which changes nothing,
// is recorded by itself later on.
func (t *Tx) Record(ctx context.Context, e model.Event) error {
	id, err := t.addEvent(ctx, e)
	if err != nil || e.Denied {
		return err
	}
	return t.enqueueDeliveries(ctx, id, e)
}

func (t *Tx) addEvent(ctx context.Context, e model.Event) (int64, error) {
	if e.At.IsZero() {
		e.At = t.Now
	}
	details := ""
	if len(e.Details) > 0 {
		b, err := json.Marshal(e.Details)
		if err != nil {
			return 0, errs.Wrap("store.addEvent", err)
		}
		details = string(b)
	}
	return one(ctx, t, "store.addEvent", value[int64], `INSERT INTO events
	  (at, action, target, collection_id, actor_id, actor, via, token, token_name, source, request, denied, count, details)
	  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		unix(e.At), e.Action, e.Target, e.Collection, e.ActorID, e.Actor, e.Via, e.Token, e.TokenName, e.Source, e.Request, e.Denied,
		max(e.Count, 1), details)
}

// EventFilter chooses events; what is empty chooses all.
type EventFilter struct {
	// Since and Until are moments between which it was; the first counts, the last does not.
	Since, Until time.Time
	Actor        string
	// Action is a word, or the one before the dot, such as "tag" for all that is done to
	// tags.
	Action string
	// Target is a full name, or the beginning of one.
	Target string
	Source string
	// Denied chooses what was denied, or if false what was done.
	Denied *bool
	// Collection is an id; 0 chooses all.
	Collection int64
}

// where gives the condition of a filter with its parameters. It leaves out what chooses
// all, so that SQLite finds the index for the rest.
func (f EventFilter) where() (string, []any) {
	var terms []string
	var args []any
	add := func(wanted bool, term, name string, value any) {
		if wanted {
			terms, args = append(terms, term), append(args, sql.Named(name, value))
		}
	}
	add(!f.Since.IsZero(), "at >= :since", "since", unix(f.Since))
	add(!f.Until.IsZero(), "at < :until", "until", unix(f.Until))
	add(f.Actor != "", "actor = :actor", "actor", f.Actor)
	add(f.Action != "", "(action = :action OR action > :action || '.' AND action < :action || '/')", "action", f.Action)
	add(f.Target != "", "target >= :target AND target < :target || char(0x10ffff)", "target", f.Target)
	add(f.Source != "", "source = :source", "source", f.Source)
	add(f.Denied != nil, "denied = :denied", "denied", f.Denied != nil && *f.Denied)
	add(f.Collection > 0, "collection_id = :collection AND collection_id > 0", "collection", f.Collection)
	return strings.Join(append(terms, "(at, id) < (:beforeAt, :beforeID)"), " AND "), args
}

// Events gives those that a filter chooses, newest first, one more than the page holds.
// Errors: Invalid for a bad cursor.
func (t *Tx) Events(ctx context.Context, f EventFilter, p model.Page) ([]model.Event, error) {
	const op = "store.Events"
	var at, id int64 = 1<<63 - 1, 1<<63 - 1
	if p.After != "" {
		if n, err := fmt.Sscanf(p.After, "%d-%d", &at, &id); n != 2 || err != nil {
			return nil, errs.E(op, errs.Invalid, "The list cannot go on from %.40q; begin it anew.", p.After)
		}
	}
	where, args := f.where()
	args = append(args, sql.Named("beforeAt", at), sql.Named("beforeID", id), sql.Named("limit", p.Size()+1))
	return all(ctx, t, op, scanNamedEvent, `SELECT `+actorFullName+`, id, at, action, target, collection_id, actor_id, actor, via, token, token_name,
	  source, request, denied, count, details FROM events e WHERE `+where+` ORDER BY at DESC, id DESC LIMIT :limit`, args...)
}

// actorFullName is what whoever did an event e is called. An event outlives the account, and
// then another may have its number or its name, but not both since before the event.
const actorFullName = `coalesce((SELECT u.full_name FROM users u JOIN names n ON n.id = u.name_id
    WHERE u.id = e.actor_id AND n.name = e.actor AND u.created_at <= e.at), '')`

func scanNamedEvent(row scanner) (model.Event, error) {
	var full string
	e, err := scanEvent(prefixed{row, []any{&full}})
	e.ActorFullName = full
	return e, err
}

// EventCursor is the cursor that stands for an event in a list of Events.
func EventCursor(e model.Event) string {
	return strconv.FormatInt(unix(e.At), 10) + "-" + strconv.FormatInt(e.ID, 10)
}

func scanEvent(row scanner) (model.Event, error) {
	var e model.Event
	var at int64
	var details string
	err := row.Scan(&e.ID, &at, &e.Action, &e.Target, &e.Collection, &e.ActorID, &e.Actor, &e.Via, &e.Token, &e.TokenName, &e.Source,
		&e.Request, &e.Denied, &e.Count, &details)
	e.At = fromUnix(at)
	if err != nil || details == "" {
		return e, err
	}
	return e, json.Unmarshal([]byte(details), &e.Details)
}

// SweepEvents removes at most limit events from before a moment that no webhook is still to
// be told of, and tells how many.
func (t *Tx) SweepEvents(ctx context.Context, before time.Time, limit int) (int64, error) {
	return t.exec(ctx, "store.SweepEvents", `DELETE FROM events WHERE id IN (SELECT id FROM events e
	  WHERE at < ? AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state = 'waiting') LIMIT ?)`, unix(before), limit)
}

// SweepAnonymousDenials removes at most limit of the oldest denials of callers without an account,
// beyond the newest keep, and tells how many: so nobody can fill the disk with them.
func (t *Tx) SweepAnonymousDenials(ctx context.Context, keep, limit int) (int64, error) {
	return t.exec(ctx, "store.SweepAnonymousDenials", `DELETE FROM events WHERE id IN (
	  SELECT id FROM events WHERE denied = 1 AND actor_id = 0 ORDER BY at DESC, id DESC LIMIT ?2 OFFSET ?1)`, keep, limit)
}

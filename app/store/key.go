package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// KeyRow is a key with its packets and who added it.
type KeyRow struct {
	model.Key
	ID      int64
	Packets []byte
	AddedBy int64 // 0 if the account is gone
}

const keyColumns = `k.id, k.fingerprint, k.packets, k.algorithm, k.bits, k.created_at, k.expires_at, k.revoked, coalesce(k.added_by, 0)`

func scanKey(row scanner) (KeyRow, error) {
	var k KeyRow
	var created, expires int64
	err := row.Scan(&k.ID, &k.Fingerprint, &k.Packets, &k.Algorithm, &k.Bits, &created, &expires, &k.Revoked, &k.AddedBy)
	k.Created, k.Expires = fromUnix(created), fromUnix(expires)
	return k, err
}

// Key finds a key by its own fingerprint. Errors: NotFound.
func (t *Tx) Key(ctx context.Context, fingerprint string) (KeyRow, error) {
	const op = "store.Key"
	k, err := one(ctx, t, op, scanKey, "SELECT "+keyColumns+" FROM keys k WHERE k.fingerprint = ?", fingerprint)
	if errs.Is(err, errs.NotFound) {
		return k, errs.E(op, errs.NotFound, "The key %s is not known here.", fingerprint)
	}
	return k, err
}

// KeySize is a key that was found, and what it takes to read it, in bytes: its packets, and
// besides these the names in it.
type KeySize struct{ ID, Packets, Names int64 }

// KeysByFingerprint finds the keys of which the key itself or a subkey has a fingerprint.
func (t *Tx) KeysByFingerprint(ctx context.Context, fingerprint string) ([]KeySize, error) {
	return t.keys(ctx, "JOIN key_parts p ON p.key_id = k.id WHERE p.fingerprint = ? ORDER BY k.id", fingerprint)
}

// KeysByNumber finds keys of which the key itself or a subkey has a key id: the last 64
// bits of the fingerprint, or only the last 32.
func (t *Tx) KeysByNumber(ctx context.Context, number uint64, short bool, limit int) ([]KeySize, error) {
	which := "p.number = ?"
	if short {
		which = "p.number & 0xffffffff = ?"
	}
	return t.keys(ctx, "JOIN key_parts p ON p.key_id = k.id WHERE "+which+" ORDER BY k.id LIMIT ?", int64(number), limit)
}

// KeysByName finds keys with a text somewhere in a user id, by their ids after one.
func (t *Tx) KeysByName(ctx context.Context, text string, after int64, limit int) ([]KeySize, error) {
	return t.keys(ctx, `WHERE k.id > ? AND EXISTS (SELECT 1 FROM key_names m WHERE m.key_id = k.id AND m.name LIKE ? ESCAPE '\')
	  ORDER BY k.id LIMIT ?`, after, likePattern(text), limit)
}

// KeysAddedBy gives the keys that a user added, by their ids after one.
func (t *Tx) KeysAddedBy(ctx context.Context, user, after int64, limit int) ([]KeySize, error) {
	return t.keys(ctx, "WHERE k.id > ?2 AND k.added_by = ?1 ORDER BY k.id LIMIT ?3", user, after, limit)
}

// CountKeysAddedBy counts the keys that a user added.
func (t *Tx) CountKeysAddedBy(ctx context.Context, user int64) (int, error) {
	return one(ctx, t, "store.CountKeysAddedBy", value[int], "SELECT count(*) FROM keys WHERE added_by = ?", user)
}

// keys finds keys, each once.
func (t *Tx) keys(ctx context.Context, which string, args ...any) ([]KeySize, error) {
	return all(ctx, t, "store.keys", func(row scanner) (KeySize, error) {
		var k KeySize
		return k, row.Scan(&k.ID, &k.Packets, &k.Names)
	}, `SELECT DISTINCT k.id, length(k.packets), (SELECT coalesce(sum(octet_length(name)), 0) FROM key_names m WHERE m.key_id = k.id)
	  FROM keys k `+which, args...)
}

// Keys gives those of some keys that are still there, in the order of their rows; without
// their packets, unless these are asked for.
func (t *Tx) Keys(ctx context.Context, ids []int64, packets bool) ([]KeyRow, error) {
	const op = "store.Keys"
	columns := keyColumns
	if !packets {
		columns = strings.Replace(columns, "k.packets", "x''", 1)
	}
	keys, err := all(ctx, t, op, scanKey, "SELECT "+columns+" FROM keys k WHERE k.id IN (SELECT value FROM json_each(?)) ORDER BY k.id", list(ids))
	if err != nil {
		return nil, err
	}
	for at := range keys {
		k := &keys[at]
		if k.Names, err = all(ctx, t, op, scanKeyName,
			"SELECT name, created_at, expires_at, revoked FROM key_names WHERE key_id = ? ORDER BY place", k.ID); err != nil {
			return nil, err
		}
		if k.Parts, err = all(ctx, t, op, value[string],
			"SELECT fingerprint FROM key_parts WHERE key_id = ? ORDER BY fingerprint <> ?, fingerprint", k.ID, k.Fingerprint); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func scanKeyName(row scanner) (model.KeyName, error) {
	var n model.KeyName
	var created, expires int64
	err := row.Scan(&n.Text, &created, &expires, &n.Revoked)
	n.Created, n.Expires = fromUnix(created), fromUnix(expires)
	return n, err
}

// SetKey keeps a key, new or as it is now; who added it first stays so.
func (t *Tx) SetKey(ctx context.Context, k KeyRow) error {
	const op = "store.SetKey"
	id, err := one(ctx, t, op, value[int64], `INSERT INTO keys
	    (fingerprint, packets, algorithm, bits, created_at, expires_at, revoked, added_by, added_at, changed_at)
	  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
	  ON CONFLICT (fingerprint) DO UPDATE SET packets = ?2, expires_at = ?6, revoked = ?7, changed_at = ?9 RETURNING id`,
		k.Fingerprint, k.Packets, k.Algorithm, k.Bits, unix(k.Created), unix(k.Expires), k.Revoked,
		sql.NullInt64{Int64: k.AddedBy, Valid: k.AddedBy != 0}, unix(t.Now))
	if err != nil {
		return err
	}
	for _, text := range []string{"DELETE FROM key_parts WHERE key_id = ?", "DELETE FROM key_names WHERE key_id = ?"} {
		if err := t.run(ctx, op, text, id); err != nil {
			return err
		}
	}
	for _, p := range k.Parts {
		number, err := strconv.ParseUint(p[len(p)-16:], 16, 64)
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := t.run(ctx, op, "INSERT INTO key_parts (key_id, number, fingerprint) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, int64(number), p); err != nil {
			return err
		}
	}
	for place, n := range k.Names {
		if err := t.run(ctx, op, "INSERT INTO key_names (key_id, place, name, created_at, expires_at, revoked) VALUES (?, ?, ?, ?, ?, ?)",
			id, place, n.Text, unix(n.Created), unix(n.Expires), n.Revoked); err != nil {
			return err
		}
	}
	return nil
}

// DeleteKey forgets a key.
func (t *Tx) DeleteKey(ctx context.Context, id int64) error {
	return t.run(ctx, "store.DeleteKey", "DELETE FROM keys WHERE id = ?", id)
}

// ReevaluateSignatures marks the files that have signatures by a key, so that they are judged again.
func (t *Tx) ReevaluateSignatures(ctx context.Context, fingerprint string) error {
	return t.run(ctx, "store.ReevaluateSignatures", `UPDATE reports SET pending = 1 WHERE pending = 0
	  AND digest IN (SELECT digest FROM signatures WHERE fingerprint = ?)`, fingerprint)
}

// ReevaluateExpired does the same for signatures that were valid by keys which have expired since.
func (t *Tx) ReevaluateExpired(ctx context.Context, at time.Time) error {
	return t.run(ctx, "store.ReevaluateExpired", `UPDATE reports SET pending = 1 WHERE pending = 0
	  AND digest IN (SELECT s.digest FROM keys k JOIN signatures s ON s.fingerprint = k.fingerprint
	                  WHERE k.expires_at BETWEEN 1 AND ? AND s.verdict = 'valid')`, unix(at))
}

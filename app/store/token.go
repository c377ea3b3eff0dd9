package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// TokenRow is a token with what is needed to recognise it and to act by it.
type TokenRow struct {
	model.Token
	Salt  []byte
	Only  []int64 // the collections it is narrowed to; nil is all
	Owner model.User
}

// tokenQuery reads tokens t with their owner. The collections of a narrowed one come as
// "id/namespace/name,…", which no name can break: none holds a comma or a slash.
const tokenQuery = `SELECT ` + userColumns + `, t.id, t.name, t.salt, t.scope, t.narrowed, t.created_at, t.expires_at, t.last_used_at,
  CASE WHEN t.narrowed THEN (
    SELECT group_concat(c.id || '/' || cn.name || '/' || c.name ORDER BY cn.name, c.name)
      FROM token_collections tc JOIN collections c ON c.id = tc.collection_id JOIN names cn ON cn.id = c.namespace_id
     WHERE tc.token_id = t.id AND c.deleted_at = 0) END
  FROM tokens t JOIN users u ON u.id = t.user_id JOIN names n ON n.id = u.name_id`

func scanToken(row scanner) (TokenRow, error) {
	var k TokenRow
	var narrowed bool
	var created, expires, used int64
	var collections *string
	u, err := scanUserAnd(row, &k.ID, &k.Name, &k.Salt, &k.Scope, &narrowed, &created, &expires, &used, &collections)
	if err != nil {
		return TokenRow{}, err
	}
	k.Owner, k.UserID = u, u.ID
	k.Created, k.Expires, k.LastUsed = fromUnix(created), fromUnix(expires), fromUnix(used)
	if !narrowed {
		return k, nil
	}
	// Not nil, even if every one of them is gone: such a token covers nothing any more.
	k.Only, k.Collections = []int64{}, []string{}
	if collections == nil {
		return k, nil
	}
	for item := range strings.SplitSeq(*collections, ",") {
		id, full, _ := strings.Cut(item, "/")
		namespace, name, _ := strings.Cut(full, "/")
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return TokenRow{}, err
		}
		k.Only = append(k.Only, n)
		k.Collections = append(k.Collections, ref.Collection{Namespace: namespace, Name: name}.String())
	}
	return k, nil
}

// Token finds a token, expired or not. Errors: NotFound.
func (t *Tx) Token(ctx context.Context, id string) (TokenRow, error) {
	return one(ctx, t, "store.Token", scanToken, tokenQuery+" WHERE t.id = ?", id)
}

// TokensOfName gives the tokens of the user with a name, those that expire last first.
// There are none for a name that is no user's.
func (t *Tx) TokensOfName(ctx context.Context, user string, limit int) ([]TokenRow, error) {
	return all(ctx, t, "store.TokensOfName", scanToken,
		tokenQuery+" WHERE n.name = ? ORDER BY t.expires_at = 0 DESC, t.expires_at DESC, t.id LIMIT ?", user, limit)
}

// Tokens gives a user's tokens by name, one more than the page holds.
func (t *Tx) Tokens(ctx context.Context, user int64, p model.Page) ([]model.Token, error) {
	return all(ctx, t, "store.Tokens", func(row scanner) (model.Token, error) {
		k, err := scanToken(row)
		return k.Token, err
	}, tokenQuery+" WHERE t.user_id = ? AND t.name > ? ORDER BY t.name LIMIT ?", user, p.After, p.Size()+1)
}

// CountTokens counts a user's tokens that have not expired.
func (t *Tx) CountTokens(ctx context.Context, user int64) (int, error) {
	return one(ctx, t, "store.CountTokens", value[int],
		"SELECT count(*) FROM tokens WHERE user_id = ? AND (expires_at = 0 OR expires_at > ?)", user, unix(t.Now))
}

// AddToken keeps a token. Errors: Conflict if its owner has one of that name.
func (t *Tx) AddToken(ctx context.Context, k TokenRow) error {
	const op = "store.AddToken"
	err := t.run(ctx, op, `INSERT INTO tokens (id, user_id, name, salt, scope, narrowed, created_at, expires_at)
	  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, k.UserID, k.Name, k.Salt, k.Scope, k.Only != nil, unix(k.Created), unix(k.Expires))
	if errs.Is(err, errs.Conflict) {
		return errs.E(op, errs.Conflict, "There is a token %q already; revoke it, or choose another name.", k.Name)
	}
	if err != nil {
		return err
	}
	for _, id := range k.Only {
		err := t.run(ctx, op, "INSERT OR IGNORE INTO token_collections (token_id, collection_id) VALUES (?, ?)", k.ID, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteToken removes a user's token of an id or a name, and reports whether there was one.
func (t *Tx) DeleteToken(ctx context.Context, user int64, idOrName string) (bool, error) {
	n, err := t.exec(ctx, "store.DeleteToken", "DELETE FROM tokens WHERE user_id = ?1 AND (id = ?2 OR name = ?2)", user, idOrName)
	return n > 0, err
}

// DeleteTokensOf removes all tokens of a user, and gives how many.
func (t *Tx) DeleteTokensOf(ctx context.Context, user int64) (int, error) {
	n, err := t.exec(ctx, "store.DeleteTokensOf", "DELETE FROM tokens WHERE user_id = ?", user)
	return int(n), err
}

// TokenUsed notes when a token was last used.
func (t *Tx) TokenUsed(ctx context.Context, id string, at time.Time) error {
	return t.run(ctx, "store.TokenUsed", "UPDATE tokens SET last_used_at = max(last_used_at, ?) WHERE id = ?", unix(at), id)
}

// DeleteTokensExpiredBefore removes tokens that nobody can use since then.
func (t *Tx) DeleteTokensExpiredBefore(ctx context.Context, at time.Time) error {
	return t.run(ctx, "store.DeleteTokensExpiredBefore", "DELETE FROM tokens WHERE expires_at > 0 AND expires_at < ?", unix(at))
}

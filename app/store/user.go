package store

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// userColumns are the columns of a user u with the name n.
const userColumns = "u.id, n.name, u.kind, u.admin, u.disabled, u.created_at, u.full_name"

const userTables = " FROM users u JOIN names n ON n.id = u.name_id"

// Login is a user with the hash of his password, in PHC form; "" if he has none.
type Login struct {
	model.User
	Hash string
}

func scanUser(row scanner) (model.User, error) { return scanUserAnd(row) }

// scanUserAnd reads userColumns and what stands after them.
func scanUserAnd(row scanner, more ...any) (model.User, error) {
	var u model.User
	var created int64
	dest := []any{&u.ID, &u.Name, &u.Kind, &u.Admin, &u.Disabled, &created, &u.FullName}
	err := row.Scan(append(dest, more...)...)
	u.Created = fromUnix(created)
	return u, err
}

func scanLogin(row scanner) (Login, error) {
	var hash string
	u, err := scanUserAnd(row, &hash)
	return Login{u, hash}, err
}

// AddUser makes an account with its namespace and default collection. Errors: Conflict if
// the name is taken.
func (t *Tx) AddUser(ctx context.Context, name string, kind model.UserKind, hash string, admin bool) (model.User, error) {
	const op = "store.AddUser"
	namespace, err := t.addNamespace(ctx, name, userName)
	if err != nil {
		return model.User{}, err
	}
	id, err := one(ctx, t, op, value[int64],
		"INSERT INTO users (name_id, kind, password, admin, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
		namespace, kind, hash, admin, unix(t.Now))
	return model.User{ID: id, Name: name, Kind: kind, Admin: admin, Created: fromUnix(unix(t.Now))}, err
}

// UserByName finds an account. Errors: NotFound.
func (t *Tx) UserByName(ctx context.Context, name string) (model.User, error) {
	l, err := t.Login(ctx, name)
	return l.User, err
}

// Login finds an account with its password's hash. Errors: NotFound.
func (t *Tx) Login(ctx context.Context, name string) (Login, error) {
	const op = "store.Login"
	l, err := one(ctx, t, op, scanLogin, "SELECT "+userColumns+", u.password"+userTables+" WHERE n.name = ?", name)
	if errs.Is(err, errs.NotFound) {
		return Login{}, errs.E(op, errs.NotFound, "There is no user %q.", name)
	}
	return l, err
}

// User finds an account by its id. Errors: NotFound.
func (t *Tx) User(ctx context.Context, id int64) (model.User, error) {
	return one(ctx, t, "store.User", scanUser, "SELECT "+userColumns+userTables+" WHERE u.id = ?", id)
}

// Users gives the accounts that have words in their name or full name, by name, one more
// than the page holds; words "" is all.
func (t *Tx) Users(ctx context.Context, words string, p model.Page) ([]model.User, error) {
	return all(ctx, t, "store.Users", scanUser, "SELECT "+userColumns+userTables+
		" WHERE n.name > ?1 AND (instr(n.name, lower(?2)) > 0 OR instr(lower(u.full_name), lower(?2)) > 0) ORDER BY n.name LIMIT ?3",
		p.After, words, p.Size()+1)
}

// CountUsers counts all accounts.
func (t *Tx) CountUsers(ctx context.Context) (int, error) {
	return one(ctx, t, "store.CountUsers", value[int], "SELECT count(*) FROM users")
}

// CountAdmins counts the accounts that run the registry and can sign in.
func (t *Tx) CountAdmins(ctx context.Context) (int, error) {
	return one(ctx, t, "store.CountAdmins", value[int],
		"SELECT count(*) FROM users WHERE admin = 1 AND disabled = 0 AND kind = 'person'")
}

// SetPassword keeps the hash of a new password.
func (t *Tx) SetPassword(ctx context.Context, user int64, hash string) error {
	return t.run(ctx, "store.SetPassword", "UPDATE users SET password = ? WHERE id = ?", hash, user)
}

// SetFullName keeps what people call a user.
func (t *Tx) SetFullName(ctx context.Context, user int64, name string) error {
	return t.run(ctx, "store.SetFullName", "UPDATE users SET full_name = ? WHERE id = ?", name, user)
}

// SetDisabled shuts an account or opens it again.
func (t *Tx) SetDisabled(ctx context.Context, user int64, disabled bool) error {
	return t.run(ctx, "store.SetDisabled", "UPDATE users SET disabled = ? WHERE id = ?", disabled, user)
}

// SetAdmin gives or takes the right to run the registry.
func (t *Tx) SetAdmin(ctx context.Context, user int64, admin bool) error {
	return t.run(ctx, "store.SetAdmin", "UPDATE users SET admin = ? WHERE id = ?", admin, user)
}

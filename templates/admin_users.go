package templates

import (
	"time"

	"sregistry/app/model"
)

// UserPath is the path of a user's page for those who run the registry.
func UserPath(name string) string { return "/admin/users/" + name }

// AdminUsers lists the accounts, and makes new ones.
//
// The page is GET /admin/users?q=WORDS. The form is POST /admin/users with the fields
// name, full-name, kind (a value of UserKinds) and admin.
type AdminUsers struct {
	Page
	Words string
	Users []model.User
	// More is the address of the list's next part; empty at its end.
	More string
	Form UserForm
	// Problems are about name, full-name and kind.
	Problems Problems
}

// UserForm is the contents of the form that makes an account.
type UserForm struct {
	Name, FullName string
	Kind           model.UserKind
	Admin          bool
}

// UserKinds are the choices of what an account is for.
var UserKinds = []struct {
	Kind model.UserKind
	Text string
}{
	{model.Person, "Person: gets a link to choose a password"},
	{model.Robot, "Robot: uses tokens only"},
}

// AdminUser is one account, with what it may do and what may be done to it.
//
// The page is GET /admin/users/{name}. Its forms are POST /admin/users/{name}/{what},
// where what is password-link, suspend, enable, admin, no-admin or delete (with the field
// confirm, the name typed), quota (with those of QuotaForm), tokens (with the fields of
// Tokens), and tokens/{id}/revoke.
type AdminUser struct {
	Page
	User model.User
	// Reach are the collections in which it has a role, and More leads to more of them.
	Reach []model.UserRole
	More  string
	// Tokens are those that it has.
	Tokens []model.Token
	Now    time.Time
	// Usage is the room that its namespace takes up, and Quota the form to limit it.
	Usage model.Usage
	Quota QuotaForm
	// Held are the names of collections and teams that it alone owns.
	Held []string
	Form TokenForm
	// Problems are about confirm and quota, and of the token's form about name, scope, expires and
	// collections.
	Problems Problems
}

// own reports whether the viewer looks at his own account.
func (p AdminUser) own() bool { return p.User.Name == p.Viewer.Name }

// PasswordLinkMade shows the secret link by which somebody chooses a password, this once.
// It is the answer to a POST, and must be sent with Cache-Control: no-store.
type PasswordLinkMade struct {
	Page
	User    model.User
	Link    string // whole
	Expires time.Time
	// First says that the account is new.
	First bool
}

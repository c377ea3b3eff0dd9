package identity

import (
	"context"
	"strconv"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// NewUser is what CreateUser needs to know.
type NewUser struct {
	Name     string
	Kind     model.UserKind // empty is a person
	Password string         // of a person; a robot has none
	FullName string         // may be empty
	// Later leaves a person without a password, until a link of NewPasswordLink is used.
	Later bool
	Admin bool
}

// CreateUser makes an account with its namespace and default collection. For admins.
// Errors: Invalid for a name or password against the rules, Conflict for a taken name,
// Forbidden.
func (s *Service) CreateUser(ctx context.Context, actor model.Actor, n NewUser) (model.User, error) {
	const op = "identity.CreateUser"
	if err := requireAdmin(op, actor); err != nil {
		return model.User{}, err
	}
	add, err := s.prepareUser(ctx, n)
	if err != nil {
		return model.User{}, errs.Wrap(op, err)
	}
	var u model.User
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		u, err = add(tx, actor)
		return err
	})
	return u, errs.Wrap(op, err)
}

// Validate refuses what no registry would take, so that none has to be open to find out.
// Errors: Invalid for a name, kind or password against the rules, Conflict for a reserved name.
func (n NewUser) Validate() error {
	const op = "identity.NewUser.Validate"
	name, err := ref.ParseName(n.Name)
	if err != nil {
		return err
	}
	if ref.Reserved(name) {
		return errs.E(op, errs.Conflict, "The name %q is reserved by the registry itself; choose another.", name)
	}
	if _, err := cleanFullName(n.FullName); err != nil {
		return err
	}
	switch n.Kind {
	case model.Robot:
		if n.Password != "" || n.Admin {
			return errs.E(op, errs.Invalid, "A robot has neither a password nor the rights of an administrator; make a token for it.")
		}
	case model.Person, "":
		if !n.Later || n.Password != "" {
			return checkPassword(name, n.Password)
		}
	default:
		return errs.E(op, errs.Invalid, "%q is no kind of user; use person or robot.", n.Kind)
	}
	return nil
}

// prepareUser does what making an account needs before its transaction: it checks and hashes.
func (s *Service) prepareUser(ctx context.Context, n NewUser) (add func(*store.Tx, model.Actor) (model.User, error), err error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	if n.Kind == "" {
		n.Kind = model.Person
	}
	name, err := ref.ParseName(n.Name)
	if err != nil {
		return nil, err
	}
	fullName, err := cleanFullName(n.FullName)
	if err != nil {
		return nil, err
	}
	hash := ""
	if n.Password != "" {
		if err := s.refuseListed(ctx, n.Password); err != nil {
			return nil, err
		}
		if hash, err = s.hash(ctx, n.Password); err != nil {
			return nil, err
		}
	}
	return func(tx *store.Tx, actor model.Actor) (model.User, error) {
		u, err := tx.AddUser(ctx, name, n.Kind, hash, n.Admin)
		if err != nil {
			return u, err
		}
		if fullName != "" {
			u.FullName = fullName
			if err := tx.SetFullName(ctx, u.ID, fullName); err != nil {
				return u, err
			}
		}
		return u, tx.Record(ctx, actor.Did(model.UserCreated, u.Name, "kind", string(u.Kind), "admin", strconv.FormatBool(u.Admin)))
	}, nil
}

// SetDisabled shuts an account, which ends its sessions and stops its tokens at once, or
// opens it again. For admins. Errors: NotFound, Forbidden, Conflict for the last admin.
func (s *Service) SetDisabled(ctx context.Context, actor model.Actor, user string, disabled bool) error {
	const op = "identity.SetDisabled"
	return s.updateUser(ctx, op, actor, user, func(tx *store.Tx, u model.User) error {
		if err := tx.SetDisabled(ctx, u.ID, disabled); err != nil {
			return err
		}
		if !disabled {
			return tx.Record(ctx, actor.Did(model.UserEnabled, u.Name))
		}
		if err := tx.DeleteSessionsOf(ctx, u.ID); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.UserDisabled, u.Name))
	})
}

// SetAdmin gives or takes the right to run the registry. For admins. Errors: NotFound,
// Forbidden, Conflict for the last admin or a robot.
func (s *Service) SetAdmin(ctx context.Context, actor model.Actor, user string, admin bool) error {
	const op = "identity.SetAdmin"
	return s.updateUser(ctx, op, actor, user, func(tx *store.Tx, u model.User) error {
		if admin && u.Kind == model.Robot {
			return errs.E(op, errs.Conflict, "%s is a robot; only a person can run the registry.", user)
		}
		if err := tx.SetAdmin(ctx, u.ID, admin); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.UserAdmin, u.Name, "admin", strconv.FormatBool(admin)))
	})
}

// updateUser alters an account, but never so that nobody is left to run the registry.
func (s *Service) updateUser(ctx context.Context, op string, actor model.Actor, user string, alter func(*store.Tx, model.User) error) error {
	if err := requireAdmin(op, actor); err != nil {
		return err
	}
	return errs.Wrap(op, s.update(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, user)
		if err != nil {
			return err
		}
		return keepLastAdmin(ctx, tx, op, user, func() error { return alter(tx, u) })
	}))
}

// keepLastAdmin makes a change of an account, unless nobody would be left to run the
// registry. Errors: Conflict.
func keepLastAdmin(ctx context.Context, tx *store.Tx, op, user string, alter func() error) error {
	before, err := tx.CountAdmins(ctx)
	if err != nil {
		return err
	}
	if err := alter(); err != nil {
		return err
	}
	after, err := tx.CountAdmins(ctx)
	if err != nil {
		return err
	}
	if before > 0 && after == 0 {
		return errs.E(op, errs.Conflict, "%s is the last administrator; make another one first.", user)
	}
	return nil
}

// Users lists the accounts that have words in their name or full name, by name; words ""
// is all. Next is the cursor of the page that follows. For admins. Errors: Forbidden.
func (s *Service) Users(ctx context.Context, actor model.Actor, words string, p model.Page) (users []model.User, next string, err error) {
	const op = "identity.Users"
	if err := requireAdmin(op, actor); err != nil {
		return nil, "", err
	}
	users, err = peek(ctx, s.db, func(tx *store.Tx) ([]model.User, error) { return tx.Users(ctx, words, p) })
	users, next = model.Cut(p, users, func(u model.User) string { return u.Name })
	return users, next, errs.Wrap(op, err)
}

// UserByName finds an account; oneself, or for admins anyone. Errors: NotFound, Forbidden.
func (s *Service) UserByName(ctx context.Context, actor model.Actor, name string) (model.User, error) {
	const op = "identity.UserByName"
	if actor.UserID == 0 || name != actor.Name {
		if err := requireAdmin(op, actor); err != nil {
			return model.User{}, err
		}
	}
	u, err := peek(ctx, s.db, func(tx *store.Tx) (model.User, error) { return tx.UserByName(ctx, name) })
	return u, errs.Wrap(op, err)
}

// CountUsers counts the accounts: none means that the registry awaits its setup.
func (s *Service) CountUsers(ctx context.Context) (int, error) {
	n, err := peek(ctx, s.db, func(tx *store.Tx) (int, error) { return tx.CountUsers(ctx) })
	return n, errs.Wrap("identity.CountUsers", err)
}

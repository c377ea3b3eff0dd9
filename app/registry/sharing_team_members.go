package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Join makes the actor a member of an open team. Errors: NotFound, Forbidden if it takes
// an invitation, Conflict if he is a member already, Unauthenticated.
func (s *Service) Join(ctx context.Context, actor model.Actor, team string) error {
	const op = "registry.Join"
	if err := requireSignedIn(op, actor, model.ScopeManage); err != nil {
		return err
	}
	return errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		t, err := tx.Team(ctx, team, actor.UserID)
		if err != nil {
			return err
		}
		if t.Join != model.Open {
			return errs.E(op, errs.Forbidden, "The team %s is joined by invitation; ask one of its owners for a link.", t.Name)
		}
		return join(ctx, tx, actor, t)
	}))
}

// join makes the actor a member of a team that lets him in.
func join(ctx context.Context, tx *store.Tx, actor model.Actor, t model.Team) error {
	const op = "registry.join"
	if actor.UserID == 0 {
		return errs.E(op, errs.Invalid, "The console is no account; sign in as a user.")
	}
	if t.Member {
		return errs.E(op, errs.Conflict, "You are a member of %s already.", t.Name)
	}
	if err := tx.SetMember(ctx, t.ID, actor.UserID, false); err != nil {
		return err
	}
	return tx.Record(ctx, actor.Did(model.MemberJoined, t.Name))
}

// Leave takes the actor out of a team. Errors: Conflict if no owner would be left,
// NotFound, Unauthenticated.
func (s *Service) Leave(ctx context.Context, actor model.Actor, team string) error {
	const op = "registry.Leave"
	if err := requireSignedIn(op, actor, model.ScopeManage); err != nil {
		return err
	}
	return errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		t, err := tx.Team(ctx, team, actor.UserID)
		if err != nil {
			return err
		}
		if err := s.removeMember(ctx, tx, t, actor.UserID, actor.Name); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.MemberLeft, t.Name))
	}))
}

// SetMember adds a user to a team, or makes a member an owner or not. Owners of the team
// may. Errors: NotFound, Conflict if no owner would be left, Forbidden, Unauthenticated.
func (s *Service) SetMember(ctx context.Context, actor model.Actor, team, user string, owner bool) error {
	const op = "registry.SetMember"
	return errs.Wrap(op, s.updateTeam(ctx, actor, team, func(tx *store.Tx, t model.Team) error {
		u, err := tx.UserByName(ctx, user)
		if err != nil {
			return err
		}
		m, err := tx.MembershipOf(ctx, t.ID, u.ID)
		if err != nil {
			return err
		}
		if m.Owner && !owner {
			if err := keepsOwner(ctx, tx, t); err != nil {
				return err
			}
		}
		if err := tx.SetMember(ctx, t.ID, u.ID, owner); err != nil {
			return err
		}
		role := "member"
		if owner {
			role = "owner"
		}
		return tx.Record(ctx, actor.Did(model.MemberSet, t.Name, "user", u.Name, "role", role))
	}))
}

// RemoveMember takes a user out of a team. Owners of the team may. Errors: as of
// SetMember.
func (s *Service) RemoveMember(ctx context.Context, actor model.Actor, team, user string) error {
	const op = "registry.RemoveMember"
	return errs.Wrap(op, s.updateTeam(ctx, actor, team, func(tx *store.Tx, t model.Team) error {
		u, err := tx.UserByName(ctx, user)
		if err != nil {
			return err
		}
		if err := s.removeMember(ctx, tx, t, u.ID, user); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.MemberRemoved, t.Name, "user", u.Name))
	}))
}

func (s *Service) removeMember(ctx context.Context, tx *store.Tx, t model.Team, user int64, name string) error {
	m, err := tx.MembershipOf(ctx, t.ID, user)
	if err != nil {
		return err
	}
	if !m.Member {
		return errs.E("registry.removeMember", errs.NotFound, "%s is not a member of %s.", name, t.Name)
	}
	if m.Owner {
		if err := keepsOwner(ctx, tx, t); err != nil {
			return err
		}
	}
	return tx.RemoveMember(ctx, t.ID, user)
}

// keepsOwner refuses to let an owner of a team go if no other would be left. Errors: Conflict.
func keepsOwner(ctx context.Context, tx *store.Tx, t model.Team) error {
	n, err := tx.TeamOwners(ctx, t.ID)
	if err == nil && n < 2 {
		return errs.E("registry.keepsOwner", errs.Conflict, "The team %s would have no owner left; make somebody else an owner first.", t.Name)
	}
	return err
}

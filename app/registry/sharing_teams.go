package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Teams lists teams by name: all of them, or only those that the actor is in. Signed-in
// users may ask. Errors: Unauthenticated, Forbidden for a token that does not read.
func (s *Service) Teams(ctx context.Context, actor model.Actor, mine bool, p model.Page) ([]model.Team, string, error) {
	which := store.AllTeams
	if mine {
		which = store.MyTeams
	}
	list, next, err := s.teams(ctx, actor, which, p)
	return list, next, errs.Wrap("registry.Teams", err)
}

// OpenTeams lists the teams that the actor may join, by name. Signed-in users may ask.
// Errors: those of Teams.
func (s *Service) OpenTeams(ctx context.Context, actor model.Actor, p model.Page) ([]model.Team, string, error) {
	list, next, err := s.teams(ctx, actor, store.OpenTeams, p)
	return list, next, errs.Wrap("registry.OpenTeams", err)
}

func (s *Service) teams(ctx context.Context, actor model.Actor, which store.TeamChoice, p model.Page) (list []model.Team, next string, err error) {
	if err := requireSignedIn("registry.teams", actor, model.ScopeRead); err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.Teams(ctx, actor.UserID, which, p)
		return err
	})
	list, next = model.Cut(p, list, func(t model.Team) string { return t.Name })
	return list, next, err
}

// Team gives one team, and its members if the actor is one of them, or an admin. Errors:
// NotFound, Unauthenticated.
func (s *Service) Team(ctx context.Context, actor model.Actor, name string, p model.Page) (team model.Team, members []model.Member, next string, err error) {
	const op = "registry.Team"
	if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
		return team, nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if team, err = tx.Team(ctx, name, actor.UserID); err != nil || access.CanSeeMembers(actor, team.Member) != access.Allow {
			return err
		}
		members, err = tx.Members(ctx, team.ID, p)
		return err
	})
	members, next = model.Cut(p, members, func(m model.Member) string { return m.User })
	return team, members, next, errs.Wrap(op, err)
}

// CreateTeam makes a team, with the actor as its first owner. Signed-in users may.
// Errors: Conflict if the name is taken, Invalid, Forbidden, Unauthenticated.
func (s *Service) CreateTeam(ctx context.Context, actor model.Actor, name string, join model.JoinPolicy) (team model.Team, err error) {
	const op = "registry.CreateTeam"
	if err := requireSignedIn(op, actor, model.ScopeManage); err != nil {
		return team, err
	}
	if join == "" {
		join = model.ByInvitation
	}
	if err := checkJoinPolicy(join); err != nil {
		return team, errs.Wrap(op, err)
	}
	if _, err := ref.ParseName(name); err != nil {
		return team, errs.Wrap(op, err)
	}
	if ref.Reserved(name) {
		return team, errs.E(op, errs.Invalid, "The name %q is reserved; choose another.", name)
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.AddTeam(ctx, name, join, actor.UserID); err != nil {
			return err
		}
		if team, err = tx.Team(ctx, name, actor.UserID); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.TeamCreated, name, "join", string(join)))
	})
	return team, errs.Wrap(op, err)
}

func checkJoinPolicy(join model.JoinPolicy) error {
	if join != model.ByInvitation && join != model.Open {
		return errs.E("registry.checkJoinPolicy", errs.Invalid, "A team is joined by %q or is %q; there is no %q.", model.ByInvitation, model.Open, join)
	}
	return nil
}

// SetJoinPolicy sets how one becomes a member of a team. Its owners may. Errors: NotFound,
// Forbidden, Unauthenticated, Invalid.
func (s *Service) SetJoinPolicy(ctx context.Context, actor model.Actor, name string, join model.JoinPolicy) error {
	const op = "registry.SetJoinPolicy"
	if err := checkJoinPolicy(join); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.updateTeam(ctx, actor, name, func(tx *store.Tx, t model.Team) error {
		if err := tx.SetJoinPolicy(ctx, t.ID, join); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.TeamChanged, t.Name, "join", string(join)))
	}))
}

// DeleteTeam removes a team, and with it the roles it was given. Its owners may. Errors:
// Conflict while it has collections of its own, NotFound, Forbidden, Unauthenticated.
func (s *Service) DeleteTeam(ctx context.Context, actor model.Actor, name string) error {
	const op = "registry.DeleteTeam"
	return errs.Wrap(op, s.updateTeam(ctx, actor, name, func(tx *store.Tx, _ model.Team) error {
		if err := tx.DeleteTeam(ctx, name); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.TeamDeleted, name))
	}))
}

// updateTeam runs fn on a team that the actor may manage.
func (s *Service) updateTeam(ctx context.Context, actor model.Actor, name string, fn func(*store.Tx, model.Team) error) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		team, err := managedTeam(ctx, tx, actor, name)
		if err != nil {
			return err
		}
		return fn(tx, team)
	})
}

// managedTeam finds a team for somebody who may manage it.
func managedTeam(ctx context.Context, tx *store.Tx, actor model.Actor, name string) (model.Team, error) {
	const op = "registry.managedTeam"
	if err := requireSignedIn(op, actor, model.ScopeManage); err != nil {
		return model.Team{}, err
	}
	team, err := tx.Team(ctx, name, actor.UserID)
	if err == nil && access.CanManageTeam(actor, team.Owner) != access.Allow {
		err = errs.E(op, errs.Forbidden, "Only an owner of the team %s may do this.", name)
	}
	return team, err
}

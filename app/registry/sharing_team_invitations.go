package registry

import (
	"context"
	"net/url"
	"path"
	"time"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// The bounds of an invitation's life.
const (
	DefaultInvitationLife = 7 * 24 * time.Hour
	maxInvitationLife     = 90 * 24 * time.Hour
)

// Invite makes a link by which one person can join a team, once; a life of 0 is
// DefaultInvitationLife. The secret is given this once. Owners of the team may. Errors:
// NotFound, Forbidden, Unauthenticated, Invalid.
func (s *Service) Invite(ctx context.Context, actor model.Actor, team string, life time.Duration) (model.Invitation, string, error) {
	const op = "registry.Invite"
	if life == 0 {
		life = DefaultInvitationLife
	}
	if life < 0 || life > maxInvitationLife {
		return model.Invitation{}, "", errs.E(op, errs.Invalid, "An invitation lives between a second and 90 days.")
	}
	secret, hash := newSecret()
	var inv model.Invitation
	err := s.updateTeam(ctx, actor, team, func(tx *store.Tx, t model.Team) error {
		inv = model.Invitation{Team: t.Name, By: actor.Name, Created: tx.Now, Expires: tx.Now.Add(life)}
		if err := tx.AddInvitation(ctx, t.ID, hash, actor.UserID, inv.Expires); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.InvitationCreated, t.Name, "expires", inv.Expires.UTC().Format(time.RFC3339)))
	})
	return inv, secret, errs.Wrap(op, err)
}

// Invitation shows whoever holds a live invitation what it is for. Errors: NotFound.
func (s *Service) Invitation(ctx context.Context, invitation string) (inv model.Invitation, err error) {
	const op = "registry.Invitation"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		inv, err = liveInvitation(ctx, tx, invitation)
		return err
	})
	return inv, errs.Wrap(op, err)
}

// Accept takes up an invitation, given by its secret or its whole link: the actor is a
// member from now on, and the invitation is used up. Errors: NotFound, Conflict if he is
// a member already, Forbidden, Unauthenticated.
func (s *Service) Accept(ctx context.Context, actor model.Actor, invitation string) (inv model.Invitation, err error) {
	const op = "registry.Accept"
	if err := requireSignedIn(op, actor, model.ScopeManage); err != nil {
		return inv, err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		if inv, err = liveInvitation(ctx, tx, invitation); err != nil {
			return err
		}
		team, err := tx.Team(ctx, inv.Team, actor.UserID)
		if err != nil {
			return err
		}
		if err := join(ctx, tx, actor, team); err != nil {
			return err
		}
		return tx.UseInvitation(ctx, inv.ID)
	})
	return inv, errs.Wrap(op, err)
}

// liveInvitation finds an invitation that can be taken up: as long as he who made it may
// himself still invite to the team. Or one who was put out of it could come back by a link
// that he had made for himself before. Errors: NotFound.
func liveInvitation(ctx context.Context, tx *store.Tx, invitation string) (model.Invitation, error) {
	secret := invitation
	if u, err := url.Parse(invitation); err == nil {
		secret = path.Base(u.Path)
	}
	gone := errs.E("registry.liveInvitation", errs.NotFound, "This invitation is not known, was used, or has expired; ask for a new one.")
	inv, by, err := tx.Invitation(ctx, hashSecret(secret))
	if errs.Is(err, errs.NotFound) || err == nil && by == 0 {
		return model.Invitation{}, gone
	}
	if err != nil {
		return model.Invitation{}, err
	}
	maker, err := tx.User(ctx, by)
	if err != nil {
		return model.Invitation{}, err
	}
	team, err := tx.Team(ctx, inv.Team, by)
	if err != nil {
		return model.Invitation{}, err
	}
	actor := model.Actor{UserID: maker.ID, Name: maker.Name, Admin: maker.Admin, Scope: model.ScopeAll}
	if maker.Disabled || access.CanManageTeam(actor, team.Owner) != access.Allow {
		return model.Invitation{}, gone
	}
	return inv, nil
}

// Uninvite takes an invitation to a team back. Owners of the team may. Errors: NotFound,
// Forbidden, Unauthenticated.
func (s *Service) Uninvite(ctx context.Context, actor model.Actor, team string, id int64) error {
	const op = "registry.Uninvite"
	return errs.Wrap(op, s.updateTeam(ctx, actor, team, func(tx *store.Tx, t model.Team) error {
		found, err := tx.TakeInvitation(ctx, t.ID, id)
		if err != nil {
			return err
		}
		if !found {
			return errs.E(op, errs.NotFound, "There is no such invitation any more; it was used, taken back, or has expired.")
		}
		return tx.Record(ctx, actor.Did(model.InvitationRemoved, t.Name))
	}))
}

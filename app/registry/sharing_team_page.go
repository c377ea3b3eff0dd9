package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// maxInvitations bounds the invitations that are listed of a team.
const maxInvitations = 200

// TeamPage is what the page of a team shows an actor.
type TeamPage struct {
	Team model.Team
	// Members are given to members and to admins only.
	Members     []model.Member
	NextMembers string // the cursor of the next part; empty at the end
	// Collections are those in which the team has a role, as far as the actor may see them.
	Collections     []model.TeamCollection
	NextCollections string
	// CanManage says that the actor may manage the team, and so sees its open Invitations, the
	// newest first; their secrets are no longer known.
	CanManage   bool
	Invitations []model.Invitation
	// Usage is that of its namespace; nil if it is not the actor's to know.
	Usage *model.Usage
	// CanSetQuota says that the actor may set quotas.
	CanSetQuota bool
}

// TeamPage gives the page of a team, with parts of its members and of its collections.
// Signed-in users may ask. Errors: NotFound, Unauthenticated.
func (s *Service) TeamPage(ctx context.Context, actor model.Actor, name string, members, collections model.Page) (TeamPage, error) {
	const op = "registry.TeamPage"
	var page TeamPage
	if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
		return page, err
	}
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if page.Team, err = tx.Team(ctx, name, actor.UserID); err != nil {
			return err
		}
		if access.CanSeeMembers(actor, page.Team.Member) == access.Allow {
			if page.Members, err = tx.Members(ctx, page.Team.ID, members); err != nil {
				return err
			}
		}
		if page.Collections, err = tx.TeamCollections(ctx, actor, s.Settings().SignIn, page.Team.ID, collections); err != nil {
			return err
		}
		page.CanManage = access.CanManageTeam(actor, page.Team.Owner) == access.Allow
		if page.CanManage {
			if page.Invitations, err = tx.Invitations(ctx, page.Team.ID, maxInvitations); err != nil {
				return err
			}
		}
		page.Usage, err = s.knownUsage(ctx, tx, actor, page.Team.Name)
		return err
	})
	page.Members, page.NextMembers = model.Cut(members, page.Members, func(m model.Member) string { return m.User })
	page.Collections, page.NextCollections = model.Cut(collections, page.Collections, func(c model.TeamCollection) string { return c.Name.Full() })
	page.CanSetQuota = access.CanAdminister(actor) == access.Allow
	if err != nil {
		return TeamPage{}, errs.Wrap(op, err)
	}
	return page, nil
}

package client

import (
	"context"
	"iter"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// Teams lists the teams that the caller may see.
func (c *Client) Teams(ctx context.Context) iter.Seq2[api.Team, error] {
	return list[api.Team](ctx, c, nil, "teams")
}

// Team gives one team, with all its members if the caller may see them. Errors: NotFound.
func (c *Client) Team(ctx context.Context, name string) (api.Team, error) {
	const op = "client.Team"
	var out api.Team
	if err := c.call(ctx, http.MethodGet, c.address("teams", name), nil, &out); err != nil {
		return out, errs.Wrap(op, err)
	}
	for out.Next != "" {
		var page api.Team
		address := c.address("teams", name) + "?" + query("after", out.Next).Encode()
		if err := c.call(ctx, http.MethodGet, address, nil, &page); err != nil {
			return out, errs.Wrap(op, err)
		}
		out.Members, out.Next = append(out.Members, page.Members...), page.Next
	}
	return out, nil
}

// CreateTeam makes a team with the caller as its owner. Errors: Conflict for a name that is
// taken, Invalid, Forbidden.
func (c *Client) CreateTeam(ctx context.Context, want api.NewTeam) (api.Team, error) {
	var out api.Team
	err := c.call(ctx, http.MethodPost, c.address("teams"), want, &out)
	return out, errs.Wrap("client.CreateTeam", err)
}

// DeleteTeam deletes a team, and with it the roles it was given. Errors: NotFound,
// Forbidden.
func (c *Client) DeleteTeam(ctx context.Context, name string) error {
	return errs.Wrap("client.DeleteTeam", c.call(ctx, http.MethodDelete, c.address("teams", name), nil, nil))
}

// Invite makes a link by which one person may join a team, once. 0 seconds is the server's
// own choice. Errors: NotFound, Forbidden.
func (c *Client) Invite(ctx context.Context, team string, seconds int64) (api.Invitation, error) {
	var out api.Invitation
	err := c.call(ctx, http.MethodPost, c.address("teams", team, "invitations"), api.Expiry{ExpiresIn: seconds}, &out)
	return out, errs.Wrap("client.Invite", err)
}

// AcceptInvitation joins the team that an invitation, or its whole link, is for, and gives
// that team. Errors: NotFound for one that was used or has expired.
func (c *Client) AcceptInvitation(ctx context.Context, invitation string) (api.Team, error) {
	var out api.Team
	err := c.call(ctx, http.MethodPost, c.address("invitations", "accept"), api.Accept{Invitation: invitation}, &out)
	return out, errs.Wrap("client.AcceptInvitation", err)
}

// JoinTeam joins an open team. Errors: NotFound, Forbidden for one that is not open.
func (c *Client) JoinTeam(ctx context.Context, name string) error {
	return errs.Wrap("client.JoinTeam", c.call(ctx, http.MethodPost, c.address("teams", name, "join"), nil, nil))
}

// LeaveTeam ends one's own membership. Errors: NotFound, Conflict for the last owner.
func (c *Client) LeaveTeam(ctx context.Context, name string) error {
	return errs.Wrap("client.LeaveTeam", c.call(ctx, http.MethodPost, c.address("teams", name, "leave"), nil, nil))
}

// SetMember adds a user to a team, and makes him an owner of it or not. Errors: NotFound,
// Forbidden, Conflict for the last owner.
func (c *Client) SetMember(ctx context.Context, team, user string, owner bool) error {
	address := c.address("teams", team, "members", user)
	return errs.Wrap("client.SetMember", c.call(ctx, http.MethodPut, address, api.SetMember{Owner: owner}, nil))
}

// RemoveMember takes a user out of a team. Errors: NotFound, Forbidden, Conflict for the
// last owner.
func (c *Client) RemoveMember(ctx context.Context, team, user string) error {
	return errs.Wrap("client.RemoveMember", c.call(ctx, http.MethodDelete, c.address("teams", team, "members", user), nil, nil))
}

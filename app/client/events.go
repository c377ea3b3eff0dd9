package client

import (
	"context"
	"iter"

	"sregistry/app/api"
)

// EventFilter chooses events; what is empty chooses all. Since and Until are times as RFC
// 3339 writes them.
type EventFilter struct {
	Collection, Actor, Action, Target, Source string
	Denied                                    bool // only what was denied
	Since, Until                              string
}

// Events lists what was done and denied, newest first: in a collection, for its owners, or
// everywhere, for admins. Errors: NotFound, Forbidden, Unauthenticated, Invalid.
func (c *Client) Events(ctx context.Context, f EventFilter) iter.Seq2[api.Event, error] {
	denied := ""
	if f.Denied {
		denied = "true"
	}
	return list[api.Event](ctx, c, query("collection", f.Collection, "actor", f.Actor, "action", f.Action, "target", f.Target,
		"source", f.Source, "denied", denied, "since", f.Since, "until", f.Until, "limit", "200"), "events")
}

package templates

import "sregistry/app/model"

// Invitation is where a team's one-time link leads: GET /invitations/{secret}.
//
// Accepting is POST /invitations/{secret} without fields. A visitor who is not signed in
// is asked to do that first, and comes back by Page.Path.
type Invitation struct {
	Page
	// Secret is the last part of the link.
	Secret string
	// Invitation is what is offered.
	Invitation model.Invitation
	// Gone says that the link was used, taken back, or is too old; nothing else is shown,
	// not even the team's name.
	Gone bool
}

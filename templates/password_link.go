package templates

import "sregistry/app/model"

// PasswordLink is where a one-time link leads by which somebody chooses his password.
//
// The form is POST /password/{secret} with the fields password and again.
type PasswordLink struct {
	Page
	// Secret is the last part of the link.
	Secret string
	// User is whose link it is.
	User model.User
	// Problems are about password and again.
	Problems Problems
	// Gone says that the link was used or is too old; there is no form then.
	Gone bool
}

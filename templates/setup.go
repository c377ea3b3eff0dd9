package templates

// Setup is the first run: the one-time link that the server prints leads here, and makes
// the admin account.
//
// The form is POST /setup/{secret} with the fields name, password and again.
type Setup struct {
	Page
	// Secret is the last part of the link.
	Secret string
	// Name is what was typed before, if the form comes back; passwords never do.
	Name string
	// Problems are about name, password, again, or the whole.
	Problems Problems
	// Gone says that the link was used or is too old; there is no form then.
	Gone bool
}

// named reports whether a name was typed that will do, so that the passwords are next.
func (p Setup) named() bool { return p.Name != "" && p.Problems["name"] == "" }

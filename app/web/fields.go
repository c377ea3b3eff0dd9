package web

import (
	"net/url"
	"strings"

	"sregistry/app/errs"
)

// fields are those of a form.
type fields struct{ url.Values }

// text gives a field without the blanks around it, which nobody means.
func (f fields) text(name string) string { return strings.TrimSpace(f.Get(name)) }

// notTyped is the op of the error by which a page knows that it is about the typed name.
const notTyped = "web.typed"

// typed reports whether the name of what is to be deleted was typed in. Errors: Invalid.
func (f fields) typed(name string) error {
	if f.text("name") != name {
		return errs.E(notTyped, errs.Invalid, "The name does not match. Type %s.", name)
	}
	return nil
}

// problemField is the field that an error is about: the typed name, or else the whole.
func problemField(err error) string {
	if e, ok := err.(*errs.Error); ok && e.Op == notTyped {
		return "delete-name"
	}
	return ""
}

package ref

import (
	"strings"

	"sregistry/app/errs"
)

// ParseName checks the name of a user, team or collection: one part. Errors are Invalid;
// whether the name is still free is for the core to say.
func ParseName(s string) (string, error) {
	const op = "ref.ParseName"
	if strings.Contains(s, "/") {
		return "", errs.E(op, errs.Invalid, "The name %q has a \"/\"; write one word.", errs.Clip(s))
	}
	return s, checkPart(op, "The name", s)
}

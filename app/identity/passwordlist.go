package identity

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"sregistry/app/errs"
)

// WithPasswordList names a file with passwords that nobody may choose, one a line, such as
// those that became public. Upper and lower case do not matter. It is read anew for each new
// password, so it may be replaced at any time.
func WithPasswordList(file string) Option { return func(s *Service) { s.passwordList = file } }

// refuseListed refuses a new password that is on the administrator's list. The file is read
// as a stream: such lists have millions of lines. Errors: Invalid, and Unavailable for a list
// that cannot be read, since the administrator relies on it.
func (s *Service) refuseListed(ctx context.Context, password string) error {
	const op = "identity.refuseListed"
	if s.passwordList == "" {
		return nil
	}
	f, err := os.Open(s.passwordList)
	if err != nil {
		return errs.Because(op, errs.Unavailable, err, "The list of refused passwords cannot be read. Ask the administrator of the registry.")
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 4*maxPassword)
	for n, inside := 0, false; ; n++ {
		if n%10_000 == 0 && ctx.Err() != nil {
			return errs.Wrap(op, ctx.Err())
		}
		line, more, err := lines.ReadLine()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errs.Because(op, errs.Unavailable, err, "The list of refused passwords cannot be read. Ask the administrator of the registry.")
		case !inside && !more && strings.EqualFold(string(line), password):
			return errs.E(op, errs.Invalid, "This password is on a list of known passwords. Choose another.")
		}
		inside = more // the rest of a line that is longer than any password
	}
}

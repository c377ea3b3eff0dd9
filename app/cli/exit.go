package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/redact"
)

// The exit statuses that no kind of error alone gives.
const (
	exitOther   = 1
	exitUsage   = 2
	exitPartial = 3
	exitContent = 15
)

// exits is the table of exit statuses: what ExitCode gives and what --help shows.
var exits = []struct {
	code    int
	meaning string
	kinds   []errs.Kind
}{
	{0, "done", nil},
	{exitOther, "failed for another reason", []errs.Kind{errs.Internal, errs.Unsupported}},
	{exitUsage, "wrong use: an unknown command or flag, or an invalid name", []errs.Kind{errs.Invalid}},
	{exitPartial, "done in part: some of several images failed, or are damaged", nil},
	{10, "not found, or hidden from you; nothing found", []errs.Kind{errs.NotFound}},
	{11, "denied: no permission, or frozen", []errs.Kind{errs.Forbidden, errs.Frozen}},
	{12, "not logged in, or with wrong credentials", []errs.Kind{errs.Unauthenticated}},
	{13, "in conflict with what is there already", []errs.Kind{errs.Conflict}},
	{14, "the registry cannot be reached, or is too busy", []errs.Kind{errs.Unavailable, errs.RateLimited}},
	{exitContent, "not an image, or not the content it should be", []errs.Kind{errs.DigestInvalid, errs.RangeInvalid, errs.BlobUnknown}},
	{16, "no space left, or too large", []errs.Kind{errs.NoSpace, errs.TooLarge, errs.OverQuota}},
	{130, "interrupted", []errs.Kind{errs.Canceled}},
}

// exitError is an error whose exit status is not the one of its kind.
type exitError struct {
	error
	code int
}

func (e *exitError) Unwrap() error { return e.error }

// loginError is what fails while one logs in, where the advice to do so is of no use.
type loginError struct{ error }

func (e *loginError) Unwrap() error { return e.error }

// UsageError is an error in the command line itself. The sentence says what is wrong.
func UsageError(format string, args ...any) error {
	return &exitError{errs.E("cli.usage", errs.Invalid, format, args...), exitUsage}
}

// Partial is an error of something that was done, though not for all. The sentence says
// what is left.
func Partial(format string, args ...any) error {
	return &exitError{errs.E("cli.partial", errs.DigestInvalid, format, args...), exitPartial}
}

// ExitCode is the exit status for what a command returned.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[*client.OtherClient](err); ok {
		return exitContent
	}
	kind := errs.KindOf(err)
	for _, exit := range exits {
		if slices.Contains(exit.kinds, kind) {
			return exit.code
		}
	}
	return exitOther
}

// ExitStatus is the section of --help that lists the exit statuses.
func ExitStatus() string {
	var b strings.Builder
	b.WriteString("EXIT STATUS\n")
	for _, exit := range exits {
		fmt.Fprintf(&b, "  %3d  %s\n", exit.code, exit.meaning)
	}
	return b.String()
}

// Explain is what to tell a person about what a command returned: a sentence, never the
// text of a Go error.
func Explain(err error) string {
	text := errs.Message(err)
	if fault, ok := errors.AsType[*client.Fault](err); ok && text == "" {
		text = fault.Error()
	}
	// Nothing on the user's own machine needs to be hidden from him, so a sentence that was
	// made for an internal error is shown.
	for own, ok := errors.AsType[*errs.Error](err); ok && text == ""; own, ok = errors.AsType[*errs.Error](own.Cause) {
		text = own.Text
	}
	text = redact.Secrets(text) // what is typed in the wrong place ends up in the logs of scripts
	_, atLogin := errors.AsType[*loginError](err)
	switch {
	case text == "" && errs.Is(err, errs.Canceled):
		return "Interrupted."
	case text == "":
		return "Something failed that should not. Please report it with the command you gave."
	case errs.Is(err, errs.Unauthenticated) && !atLogin:
		return plain(text) + "\nLog in with: sregistry login ADDRESS\nOr give a token in " + envToken + "; one that is there goes before the login."
	}
	return plain(text)
}

// Package errs is the one error taxonomy of Sregistry. Every error that leaves the
// core carries a Kind, which a door turns into its own status and wire code, and a
// Message, which is a sentence for the person at the other end. It knows nothing of
// any protocol.
//
// Entry points: E for an error that a person may read, Wrap for one on its way up,
// KindOf and Message for a door that has to answer. The trap: an error that was not
// made here is Internal, and the message of an Internal error is never shown.
package errs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of failure an error is. Doors map kinds to statuses.
type Kind uint8

// The kinds. Add new ones at the end only.
const (
	// Internal is a failure of ours; its text goes to the log and never to a person.
	Internal Kind = iota
	// Invalid is a request that can never work as it was sent.
	Invalid
	// DigestInvalid is content that is not what its digest says.
	DigestInvalid
	// RangeInvalid is a chunk that does not continue where the upload stands.
	RangeInvalid
	// Unauthenticated asks for credentials, or says that those sent are not good.
	Unauthenticated
	// Forbidden is something the actor may know of, but not do.
	Forbidden
	// NotFound is something that does not exist, or that the actor may not know of.
	NotFound
	// Conflict is something that clashes with the present state, such as a taken name.
	Conflict
	// Frozen is a change to a tag or container that an owner has frozen.
	Frozen
	// TooLarge is a body beyond its limit.
	TooLarge
	// NoSpace is a disk that is full.
	NoSpace
	// RateLimited asks the caller to wait; see RetryAfter.
	RateLimited
	// Unsupported is a form of a protocol that is not offered.
	Unsupported
	// Unavailable is a passing failure: stopping, busy, or a peer that does not answer.
	Unavailable
	// Canceled is a caller that went away before the work was done.
	Canceled
	// BlobUnknown is a manifest that names content which its container does not hold.
	BlobUnknown
	// OverQuota is content for which a collection or namespace may not take up room.
	OverQuota
)

var kindNames = [...]string{"internal", "invalid", "digest_invalid", "range_invalid", "unauthenticated", "forbidden",
	"not_found", "conflict", "frozen", "too_large", "no_space", "rate_limited", "unsupported", "unavailable", "canceled",
	"blob_unknown", "over_quota"}

// String is the kind's name in logs and in the API's error envelope.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// ParseKind is the inverse of String; an unknown name is Internal.
func ParseKind(name string) Kind {
	for i, n := range kindNames {
		if n == name {
			return Kind(i)
		}
	}
	return Internal
}

// Error is an error with a kind, the operation it happened in, a sentence for people
// and, often, a cause for the log.
type Error struct {
	Op     string        // where: "registry.PutImage"
	Kind   Kind          // what sort
	Text   string        // the sentence; empty on a Wrap
	Cause  error         // what lies below; may be nil
	Retry  time.Duration // with RateLimited: how long to wait
	denial *Denial
}

// Error gives the operator's view: the operations, outermost first, then the sentence
// and the cause. It is for logs; people get Message.
func (e *Error) Error() string {
	s := e.Op
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause, for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// E makes an error of a kind with a sentence for a person: what is wrong and what to do.
func E(op string, kind Kind, format string, args ...any) error {
	return &Error{Op: op, Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Because is E with a cause that only the log shows.
func Because(op string, kind Kind, cause error, format string, args ...any) error {
	return &Error{Op: op, Kind: kind, Text: fmt.Sprintf(format, args...), Cause: cause}
}

// RetryIn is a RateLimited error which tells how long the caller should wait.
func RetryIn(op string, wait time.Duration, format string, args ...any) error {
	return &Error{Op: op, Kind: RateLimited, Text: fmt.Sprintf(format, args...), Retry: wait}
}

// Wrap adds an operation to an error and keeps its kind and sentence; nil stays nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Kind: KindOf(err), Cause: err}
}

// KindOf gives the kind of an error; Internal for one that was not made here.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Canceled
	}
	return Internal
}

// Is reports whether an error is of a kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Message gives the sentence for a person: the innermost one, which says most; of joined
// errors the first one's. It is empty for an Internal error: what a door shows then is its
// own affair.
func Message(err error) string {
	text := ""
	for e, ok := errors.AsType[*Error](err); ok; e, ok = errors.AsType[*Error](e.Cause) {
		if e.Kind == Internal {
			return ""
		}
		if e.Text != "" {
			text = e.Text
		}
	}
	return text
}

// maxClip is how much Clip leaves of a text, in bytes.
const maxClip = 100

// Clip shortens what a stranger sent, so that it can be quoted in a sentence.
func Clip(s string) string {
	if len(s) > maxClip {
		return strings.ToValidUTF8(s[:maxClip], "") + "…"
	}
	return s
}

// RetryAfter gives how long a RateLimited caller should wait, and zero otherwise.
func RetryAfter(err error) time.Duration {
	for e, ok := errors.AsType[*Error](err); ok; e, ok = errors.AsType[*Error](e.Cause) {
		if e.Retry > 0 {
			return e.Retry
		}
	}
	return 0
}

package errs

import "errors"

// Denial is what somebody was kept from doing. It is for those who watch over the registry
// and never for him who asked: he may not be allowed to know that the target exists.
type Denial struct {
	Action string // a word, such as "read"
	Target string // the full name of what it was asked of
	// Collection is the id of the collection that the target is in; 0 if there is none.
	Collection int64
}

// Deny notes on an error what it keeps its caller from; nil stays nil.
func Deny(op string, err error, d Denial) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Kind: KindOf(err), Cause: err, denial: &d}
}

// DenialOf gives what was noted on an error by Deny.
func DenialOf(err error) (Denial, bool) {
	for e, ok := errors.AsType[*Error](err); ok; e, ok = errors.AsType[*Error](e.Cause) {
		if e.denial != nil {
			return *e.denial, true
		}
	}
	return Denial{}, false
}

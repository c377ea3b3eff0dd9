package httpx

import (
	"errors"
	"fmt"
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// StatusCanceled is the status, in the log only, of a request whose caller went away.
const StatusCanceled = 499

var statuses = map[errs.Kind]int{
	errs.Internal:        http.StatusInternalServerError,
	errs.Invalid:         http.StatusBadRequest,
	errs.DigestInvalid:   http.StatusBadRequest,
	errs.RangeInvalid:    http.StatusRequestedRangeNotSatisfiable,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Forbidden:       http.StatusForbidden,
	errs.NotFound:        http.StatusNotFound,
	errs.Conflict:        http.StatusConflict,
	errs.Frozen:          http.StatusConflict,
	errs.TooLarge:        http.StatusRequestEntityTooLarge,
	errs.NoSpace:         http.StatusInsufficientStorage,
	errs.RateLimited:     http.StatusTooManyRequests,
	errs.Unsupported:     http.StatusMethodNotAllowed,
	errs.Unavailable:     http.StatusServiceUnavailable,
	errs.Canceled:        StatusCanceled,
	errs.BlobUnknown:     http.StatusNotFound,
	errs.OverQuota:       http.StatusRequestEntityTooLarge,
}

// Status gives the status of a kind of error, for doors whose protocol has no other.
func Status(kind errs.Kind) int {
	if s, ok := statuses[kind]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Statuses are where a door differs from Status.
type Statuses map[errs.Kind]int

// Of gives the status of a kind of error at that door.
func (s Statuses) Of(kind errs.Kind) int {
	if status, ok := s[kind]; ok {
		return status
	}
	return Status(kind)
}

// Message gives the sentence that a person sees for an error. For a failure of ours it
// tells where the administrator finds more.
func Message(c echo.Context, err error) string {
	if text := errs.Message(err); text != "" {
		return text
	}
	if errs.Is(err, errs.Internal) {
		return fmt.Sprintf("Something went wrong here; the administrator finds it in the log under request %s.", RequestID(c))
	}
	return fmt.Sprintf("The request failed (%s).", errs.KindOf(err))
}

// normal gives an error the kind that it has in our terms.
func normal(c echo.Context, err error) error {
	const op = "httpx.normal"
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.Because(op, errs.TooLarge, err, "The body is larger than the %d bytes that are allowed here.", large.Limit)
	}
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return err
	}
	e, ok := errors.AsType[*echo.HTTPError](err)
	if !ok {
		return errs.Wrap(op, err)
	}
	switch e.Code {
	case http.StatusNotFound:
		return errs.E(op, errs.NotFound, "There is nothing at this address.")
	case http.StatusMethodNotAllowed:
		return errs.E(op, errs.Unsupported, "The method %s is not offered at this address.", c.Request().Method)
	}
	return errs.Because(op, errs.Invalid, err, "The request cannot be understood.")
}

// answer lets the request's door answer an error.
func answer(c echo.Context, fallback ErrorRenderer, err error) error {
	if wait := errs.RetryAfter(err); wait > 0 {
		c.Response().Header().Set(echo.HeaderRetryAfter, fmt.Sprintf("%.0f", math.Ceil(wait.Seconds())))
	}
	if render := mountOf(c).render; render != nil {
		return render(c, err)
	}
	return fallback(c, err)
}

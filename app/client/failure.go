package client

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// maxFailure bounds what is read of an error's body.
const maxFailure = 64 << 10

// maxSentence bounds what is taken for a sentence of an answer in plain text, in bytes.
const maxSentence = 200

// Fault is the cause of an error that the server calls internal. It is of kind Internal, so
// its sentence is made here and not by the server.
type Fault struct {
	Status  int
	Request string // the id under which the server's log has the reason; may be empty
}

// Error says what happened, in a sentence for a person.
func (f *Fault) Error() string {
	if f.Request == "" {
		return fmt.Sprintf("The server failed (status %d). Its log says why.", f.Status)
	}
	return fmt.Sprintf("The server failed (status %d). Its log says why, under request %s.", f.Status, f.Request)
}

// kinds is the inverse of the server's table, for answers that come without a kind: from a
// proxy, or from another registry.
var kinds = map[int]errs.Kind{
	http.StatusBadRequest: errs.Invalid, http.StatusUnprocessableEntity: errs.Invalid,
	http.StatusUnauthorized: errs.Unauthenticated, http.StatusForbidden: errs.Forbidden,
	http.StatusNotFound: errs.NotFound, http.StatusGone: errs.NotFound,
	http.StatusConflict: errs.Conflict, http.StatusLocked: errs.Frozen,
	http.StatusRequestEntityTooLarge: errs.TooLarge, http.StatusRequestedRangeNotSatisfiable: errs.RangeInvalid,
	http.StatusTooManyRequests: errs.RateLimited, http.StatusInsufficientStorage: errs.NoSpace,
	http.StatusMethodNotAllowed: errs.Unsupported, http.StatusUnsupportedMediaType: errs.Unsupported,
	http.StatusNotImplemented: errs.Unsupported, http.StatusBadGateway: errs.Unavailable,
	http.StatusServiceUnavailable: errs.Unavailable, http.StatusGatewayTimeout: errs.Unavailable,
	http.StatusRequestTimeout: errs.Unavailable,
}

// codes are the error codes of OCI distribution 1.1 that say more than the status does.
var codes = map[string]errs.Kind{
	"DIGEST_INVALID": errs.DigestInvalid, "MANIFEST_BLOB_UNKNOWN": errs.BlobUnknown, "BLOB_UPLOAD_UNKNOWN": errs.NotFound,
	"BLOB_UPLOAD_INVALID": errs.RangeInvalid, "UNSUPPORTED": errs.Unsupported,
}

// wire is the body of an error in either form: our own has "error", that of OCI "errors".
// The detail of the latter is everybody's own affair; our server puts the kind there.
type wire struct {
	api.Failure
	Errors []struct {
		Code    string          `json:"code"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	} `json:"errors"`
}

// kindOf finds the kind that the body names: the kind itself, or else by a code. A kind that
// a later server may have is not known.
func (w wire) kindOf(status int) (errs.Kind, bool) {
	if w.Error.Kind != "" {
		return parseKind(w.Error.Kind)
	}
	if len(w.Errors) == 0 {
		return errs.Internal, false
	}
	var detail struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(w.Errors[0].Detail, &detail) == nil && detail.Kind != "" {
		return parseKind(detail.Kind)
	}
	kind, ok := codes[w.Errors[0].Code]
	return kind, ok && status < 500
}

func parseKind(name string) (errs.Kind, bool) {
	kind := errs.ParseKind(name)
	return kind, kind.String() == name
}

// failure turns an answer other than a success into an error with the server's own sentence.
func failure(op string, base *url.URL, resp *http.Response) error {
	var body wire
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxFailure)) // what broke off is not JSON, and then the status speaks
	if json.Unmarshal(text, &body) != nil {
		body = wire{}
	}
	if resp.StatusCode/100 == 3 {
		return errs.E(op, errs.Unsupported, "%s sends us on to %s. Use that address.", base, resp.Header.Get("Location"))
	}
	kind, known := body.kindOf(resp.StatusCode)
	if !known {
		kind, known = kinds[resp.StatusCode]
	}
	if !known && resp.StatusCode < 500 {
		kind = errs.Unsupported
	}
	message := body.Error.Message
	if message == "" && len(body.Errors) > 0 {
		message = body.Errors[0].Message
	}
	if kind == errs.Internal {
		return &errs.Error{Op: op, Kind: kind, Cause: &Fault{resp.StatusCode, body.Error.Request}}
	}
	if said := sentence(resp, text); message == "" && said != "" && kind == errs.Invalid {
		message = fmt.Sprintf("%s answered: %s", base, said)
	}
	if message == "" {
		message = fmt.Sprintf("%s answered with status %d (%s).", base, resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	return &errs.Error{Op: op, Kind: kind, Text: message, Retry: retryAfter(resp, body)}
}

// sentence gives what an answer says in plain text on one line: a registry's port for plain
// http tells so where the registry is.
func sentence(resp *http.Response, text []byte) string {
	line := strings.TrimSpace(string(text))
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/plain" || len(line) > maxSentence || strings.Contains(line, "\n") || !utf8.ValidString(line) {
		return ""
	}
	return line
}

func retryAfter(resp *http.Response, body wire) time.Duration {
	seconds := body.Error.RetryAfter
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds == 0 {
		seconds = n
	}
	return time.Duration(min(max(seconds, 0), math.MaxInt32)) * time.Second
}

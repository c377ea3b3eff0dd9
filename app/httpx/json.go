package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// MaxJSON bounds the JSON that a caller may send, in bytes.
const MaxJSON = 1 << 20

// maxStrangersJSON bounds that of a caller who has not shown who he is: it is held in memory
// before he is refused, and as long as he likes.
const maxStrangersJSON = 64 << 10

// ReadJSON reads the body of a request, whatever its content type says. A field that is
// not known is refused rather than passed over: it may be what made the request harmless.
// Errors: Invalid, TooLarge, Canceled, Unavailable.
func ReadJSON(c echo.Context, into any) error { return decode(c, into, true) }

// ReadLooseJSON is ReadJSON for clients that send more than is asked for: fields that are
// not known are passed over.
func ReadLooseJSON(c echo.Context, into any) error { return decode(c, into, false) }

// decodedSize is how many times the length of JSON its values may take in memory: a list of
// empty strings is the worst that is read here.
const decodedSize = 8

// decode reads the body of a request as far as its caller may send one.
func decode(c echo.Context, into any, strict bool) error {
	const op = "httpx.decode"
	most := int64(MaxJSON)
	if Actor(c).IsAnonymous() {
		most = maxStrangersJSON
	}
	text, err := ReadBody(c, most, decodedSize)
	if err != nil {
		return errs.Wrap(op, err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if strict {
		d.DisallowUnknownFields()
	}
	return errs.Wrap(op, readJSON(d, into))
}

func readJSON(d *json.Decoder, into any) error {
	const op = "httpx.readJSON"
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		err = errs.E(op, errs.Invalid, "The body holds more than one JSON value; send one.")
	}
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Wrap(op, err)
	}
	if errors.Is(err, io.EOF) {
		return errs.E(op, errs.Invalid, "The body is empty; send a JSON object.")
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errs.Because(op, errs.Invalid, err, "The body is not JSON: there is a mistake at byte %d.", e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return errs.Because(op, errs.Invalid, err, "The field %q cannot be a JSON %s.", clip(e.Field), e.Value)
	}
	return errs.Because(op, errs.Invalid, err, "The body is not the JSON that is expected here; is a field misspelt, or the end missing?")
}

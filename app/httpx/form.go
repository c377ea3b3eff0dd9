package httpx

import (
	"bytes"
	"net/url"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// maxFields bounds the fields of a form, each of which takes some hundred bytes in memory
// though it may be written in two.
const maxFields = 1000

// formSize is how many times its length a form of so many fields takes in memory.
const formSize = 3

// ReadForm reads the fields of a form from the body of a request, most bytes of it at most,
// whatever its content type says; none of the query. Errors: Invalid, TooLarge, Canceled,
// Unavailable.
func ReadForm(c echo.Context, most int64) (url.Values, error) {
	const op = "httpx.ReadForm"
	text, err := ReadBody(c, most, formSize)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if n := bytes.Count(text, []byte("&")); n >= maxFields {
		return nil, errs.E(op, errs.Invalid, "The form has more than %d fields.", maxFields)
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, errs.Because(op, errs.Invalid, err, "The form is not valid. Send it again.")
	}
	return form, nil
}

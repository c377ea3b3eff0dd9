package hkp

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// maxForm bounds the form that brings keys, in bytes. Escaping makes an armored key up to
// three times as long; the core bounds what is in it.
const maxForm = 1 << 20

// add answers POST /pks/add (section 4 of the draft): a form with one field, "keytext".
// Apptainer prints the sentence that it gets.
func (d *door) add(c echo.Context) error {
	const op = "hkp.add"
	if err := d.registry.AuthorizeAddKeys(httpx.Actor(c)); err != nil { // before anything is held in memory
		return errs.Wrap(op, err)
	}
	form, err := httpx.ReadForm(c, maxForm)
	if err != nil && !errs.Is(err, errs.Invalid) {
		return errs.Wrap(op, err)
	}
	if !form.Has("keytext") {
		return errs.Because(op, errs.Invalid, err, "Send a form with the armored public key in the field keytext.")
	}
	keys, err := d.registry.AddKeys(c.Request().Context(), httpx.Actor(c), form.Get("keytext"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	lines := make([]string, len(keys))
	for at, k := range keys {
		lines[at] = fmt.Sprintf("The registry has the key %s of %q.", k.Fingerprint, k.Name())
	}
	return httpx.Text(c, http.StatusOK, strings.Join(lines, "\n")+"\n")
}

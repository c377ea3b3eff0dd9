package web

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// keys is GET /account/keys: the public keys that the visitor added.
func (s *Site) keys(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.keys", err)
	}
	return s.showKeys(c, http.StatusOK, actor, "", nil)
}

func (s *Site) showKeys(c echo.Context, status int, actor model.Actor, typed string, problems templates.Problems) error {
	list, next, err := s.registry.OwnKeys(c.Request().Context(), actor, after(c))
	if err != nil {
		return errs.Wrap("web.showKeys", err)
	}
	view := templates.Keys{Page: s.page(c), Keys: list, Now: s.settings.Now(), More: more("/account/keys", next),
		Add: s.registry.AuthorizeAddKeys(actor) == nil, Typed: typed, Problems: problems}
	return render(c, status, view.View())
}

// addKeys is POST /account/keys.
func (s *Site) addKeys(c echo.Context) error {
	const op = "web.addKeys"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	form, err := readLargeForm(c, maxKeyForm)
	if err != nil {
		return errs.Wrap(op, err)
	}
	added, err := s.registry.AddKeys(c.Request().Context(), actor, form.Get("keys"))
	if isAbout(err) || errs.Is(err, errs.TooLarge) {
		return s.showKeys(c, http.StatusUnprocessableEntity, actor, form.Get("keys"), templates.Problems{"keys": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(added) == 1 {
		return s.goTo(c, "/account/keys", "Key "+added[0].Fingerprint+" added.")
	}
	return s.goTo(c, "/account/keys", fmt.Sprintf("%d keys added.", len(added)))
}

// removeKey is POST /account/keys/{fingerprint}/remove.
func (s *Site) removeKey(c echo.Context) error {
	const op = "web.removeKey"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.registry.RemoveKey(c.Request().Context(), actor, c.Param("fingerprint"))
	if errs.Is(err, errs.NotFound) {
		return s.goTo(c, "/account/keys", "Key not found. It may already be removed.")
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/account/keys", "Key removed. Its signatures no longer verify.")
}

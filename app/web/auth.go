package web

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// Visitor tells whose browser a request comes from, by its session and nothing else; it
// is for httpx.Authenticate.
func (s *Site) Visitor(c echo.Context) (model.Actor, error) {
	actor, err := s.identity.FromRequest(c.Request())
	return actor, errs.Wrap("web.Visitor", err)
}

// signedInForm gives the visitor, who has to be known, and the fields that he sent.
// Errors: those of requireSignedIn and readForm.
func signedInForm(c echo.Context) (model.Actor, url.Values, error) {
	actor, err := signedIn(c)
	if err != nil {
		return actor, nil, err
	}
	form, err := readForm(c)
	return actor, form, err
}

// requireSignedIn gives the visitor of a page that is for people with an account only. Errors:
// Unauthenticated.
func signedIn(c echo.Context) (model.Actor, error) {
	actor := httpx.Actor(c)
	if actor.IsAnonymous() {
		return actor, errs.E("web.signedIn", errs.Unauthenticated, "Sign in to continue.")
	}
	return actor, nil
}

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// createToken is POST /account/tokens. The answer itself shows the token, this once, and
// so has no address that could be kept.
func (s *Site) createToken(c echo.Context) error {
	const op = "web.createToken"
	actor, fields, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	form, problems := readTokenForm(fields)
	want := identity.NewToken{Name: form.Name, Scope: form.Scope, Expires: s.expiry(form.Expires)}
	if want.Collections, err = s.collections(c.Request().Context(), actor, form.Collections); isAbout(err) {
		problems["collections"] = errs.Message(err)
	} else if err != nil {
		return errs.Wrap(op, err)
	}
	if len(problems) > 0 {
		return s.showTokens(c, http.StatusUnprocessableEntity, actor, form, problems)
	}
	token, secret, err := s.identity.CreateToken(c.Request().Context(), actor, want)
	if isAbout(err) {
		return s.showTokens(c, http.StatusUnprocessableEntity, actor, form, templates.Problems{"name": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.TokenCreated{Page: s.page(c), Token: token, Secret: secret, Username: actor.Name, Base: s.base()}
	return render(c, http.StatusOK, page.View())
}

// isAbout reports whether an error is about what was typed, and so belongs beside it.
func isAbout(err error) bool {
	return errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound)
}

// readTokenForm reads the choices of the form, and says what cannot be meant.
func readTokenForm(fields url.Values) (templates.TokenForm, templates.Problems) {
	form := templates.TokenForm{Name: strings.TrimSpace(fields.Get("name")), Expires: fields.Get("expires"), Collections: fields.Get("collections")}
	problems := templates.Problems{}
	for _, choice := range templates.ScopeChoices {
		if slices.Contains(fields["scope"], choice.Value) {
			form.Scope |= choice.Scope
		}
	}
	if form.Scope == 0 {
		problems["scope"] = "Choose at least one scope."
	}
	if !slices.ContainsFunc(templates.Lifetimes, func(l templates.Lifetime) bool { return l.Value == form.Expires }) {
		problems["expires"] = "Choose one of the listed durations."
	}
	return form, problems
}

// expiry gives the end of a chosen lifetime; zero is never.
func (s *Site) expiry(choice string) time.Time {
	for _, l := range templates.Lifetimes {
		if l.Value == choice && l.Days > 0 {
			return s.settings.Now().AddDate(0, 0, l.Days)
		}
	}
	return time.Time{}
}

// collections looks up the collections that somebody typed, with commas between them; nil
// if there are none. Errors: Invalid, NotFound for one that the actor may not see.
func (s *Site) collections(ctx context.Context, actor model.Actor, typed string) ([]int64, error) {
	const op = "web.collections"
	var ids []int64
	for name := range strings.SplitSeq(typed, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		path, err := ref.ParsePath(name)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		c, err := s.registry.Collection(ctx, actor, path)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		if !slices.Contains(ids, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

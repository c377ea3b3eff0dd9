package web

import (
	"github.com/dustin/go-humanize"
	"github.com/labstack/echo/v4"

	"sregistry/app/bytesize"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// readQuota reads the limit in a form; nil is what holds where nobody set one. Errors:
// Invalid.
func readQuota(f fields) (*int64, error) {
	if f.Has("remove") {
		return nil, nil
	}
	return bytesize.ParseLimit(f.text("quota"))
}

// quotaSays tells in a sentence what something may take up now.
func quotaSays(u model.Usage) string {
	size := humanize.IBytes(uint64(u.Quota))
	switch {
	case u.Quota == 0:
		return "No quota for " + u.Name + "."
	case u.Default:
		return u.Name + " uses the default quota of " + size + "."
	case u.Ratio() > 1:
		return "Quota of " + u.Name + " set to " + size + ". It is over quota: existing images are kept, new pushes are refused."
	}
	return "Quota of " + u.Name + " set to " + size + "."
}

// quotaForm is the form to limit a namespace or a collection, with what was typed into it
// before, if anything was.
func (s *Site) quotaForm(action string, u model.Usage, user bool, typed fields) templates.QuotaForm {
	form := templates.QuotaForm{Action: action, Own: !u.Default && (user || u.Quota > 0), User: user,
		UserQuota: s.registry.Settings().UserQuota, Size: limitText(u)}
	if form.Own && u.Quota == 0 {
		form.Size = "none" // a user may have none where all others have one
	}
	if typed.Has("quota") {
		form.Size = typed.Get("quota")
	}
	return form
}

// limitText writes a limit as readQuota reads it; where there is none of its own, a form
// is empty.
func limitText(u model.Usage) string {
	if u.Quota == 0 || u.Default {
		return ""
	}
	return bytesize.Text(u.Quota)
}

// known leaves out the error of who may not know how much room something takes up.
func known(u model.Usage, err error) (*model.Usage, error) {
	if errs.Is(err, errs.Forbidden) || errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return &u, err
}

// setCollectionQuota is POST …/settings/quota.
func (s *Site) setCollectionQuota(c echo.Context, actor model.Actor, path ref.Path, f fields) (outcome, error) {
	found, err := s.registry.Collection(c.Request().Context(), actor, path)
	if err != nil {
		return outcome{}, err
	}
	if err := s.registry.AuthorizeQuotas(actor); err != nil {
		return outcome{}, err // before it is said what is wrong with the form, which he does not see
	}
	bytes, err := readQuota(f)
	if err != nil {
		return outcome{}, err
	}
	u, err := s.registry.SetQuota(c.Request().Context(), actor, found.Name.Path(), bytes)
	return outcome{says: quotaSays(u)}, err
}

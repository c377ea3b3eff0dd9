package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// share is POST /do/share/…: a link by which anybody downloads the image until it expires.
// The answer itself shows it, this once, and so has no address that could be kept.
func (s *Site) share(c echo.Context) error {
	const op = "web.share"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	p, err := readPlace(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if p.Reference.IsZero() {
		return errs.E(op, errs.Invalid, "Choose one image, by its tag or digest.")
	}
	life, err := fields{form}.hours("life")
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx, arch := c.Request().Context(), fields{form}.text("arch")
	link, secret, err := s.registry.Share(ctx, actor, p.Path, p.Reference, arch, life)
	if errs.Is(err, errs.Unsupported) {
		return s.showManaged(c, actor, p, templates.Problems{"": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	i, err := s.registry.SharedImage(ctx, secret)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.ShareCreated{Page: s.page(c), Share: link, Link: s.base() + "/share/" + secret + "/" + i.FileName(), File: i.FileName(), Back: p.here()}
	return render(c, http.StatusOK, page.View())
}

// unshare is POST /do/unshare/…, with the field share.
func (s *Site) unshare(c echo.Context, actor model.Actor, _ place, f fields) (outcome, error) {
	id, err := strconv.ParseInt(f.text("share"), 10, 64)
	if err != nil {
		return outcome{}, errs.E("web.unshare", errs.NotFound, "Download link not found.")
	}
	return outcome{says: "Download link revoked."}, s.registry.Unshare(c.Request().Context(), actor, id)
}

package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// freeze is POST /do/freeze/… of a tag or a container.
func (s *Site) freeze(c echo.Context, actor model.Actor, p place, _ fields) (outcome, error) {
	return outcome{says: p.what() + " is frozen. It cannot be moved or deleted until an owner thaws it."}, s.setFrozen(c, actor, p, true)
}

// thaw is POST /do/thaw/….
func (s *Site) thaw(c echo.Context, actor model.Actor, p place, _ fields) (outcome, error) {
	return outcome{says: p.what() + " is thawed."}, s.setFrozen(c, actor, p, false)
}

func (s *Site) setFrozen(c echo.Context, actor model.Actor, p place, frozen bool) error {
	ctx := c.Request().Context()
	switch {
	case p.Digest != "":
		return errs.E("web.setFrozen", errs.Invalid, "Images never change. Freeze a tag instead.")
	case p.Tag != "":
		return s.registry.FreezeTag(ctx, actor, p.Path, p.Tag, frozen)
	}
	return s.registry.FreezeContainer(ctx, actor, p.Path, frozen)
}

// what says what the place is, at the beginning of a sentence.
func (p place) what() string {
	if p.Tag == "" {
		return "The container"
	}
	return "The tag " + p.Tag
}

// tag is POST /do/tag/…: the image gets another tag, which is taken from what had it.
func (s *Site) tag(c echo.Context, actor model.Actor, p place, f fields) (outcome, error) {
	tag, err := ref.ParseTag(f.text("tag"))
	if err != nil {
		return outcome{}, errs.Wrap("web.tag", err)
	}
	undo, err := s.registry.SetTag(c.Request().Context(), actor, p.Path, tag, p.Reference)
	to := place{p.Path, ref.Reference{Tag: tag}}
	return outcome{to.here(), to.what() + " now points to this image.", undo}, err
}

// delete is POST /do/delete/…: of a tag, of an image by its digest, or of a whole
// container, whose name has to be typed in.
func (s *Site) delete(c echo.Context, actor model.Actor, p place, f fields) (outcome, error) {
	ctx := c.Request().Context()
	container := place{Path: p.Path}
	switch {
	case p.Digest != "":
		undo, err := s.registry.DeleteImage(ctx, actor, p.Path, p.Digest)
		return outcome{container.here(), "Image and its tags deleted.", undo}, err
	case p.Tag != "":
		undo, err := s.registry.DeleteTag(ctx, actor, p.Path, p.Tag, "")
		return outcome{container.here(), "Tag " + p.Tag + " deleted.", undo}, err
	}
	k, err := s.registry.Container(ctx, actor, p.Path)
	if err != nil {
		return outcome{}, err
	}
	if err := f.typed(k.Name.Container); err != nil {
		return outcome{}, err
	}
	undo, err := s.registry.DeleteContainer(ctx, actor, p.Path)
	return outcome{templates.CollectionPath(k.Name.Collection), "Container " + k.Name.Container + " deleted.", undo}, err
}

// confirmDelete is GET /do/delete/…: what would be deleted, and the button that does it.
func (s *Site) confirmDelete(c echo.Context) error {
	const op = "web.confirmDelete"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	p, err := readPlace(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx := c.Request().Context()
	if _, _, err := s.registry.Shares(ctx, actor, p.Path, model.Page{Limit: 1}); err != nil { // may he?
		return errs.Wrap(op, err)
	}
	page := templates.DeleteConfirm{Name: p.String(), Action: "/do/delete/" + p.String(), Back: p.here()}
	if p.Reference.IsZero() {
		return c.Redirect(http.StatusSeeOther, p.here()+"#danger")
	}
	i, _, err := s.registry.Inspect(ctx, actor, p.Path, p.Reference, "")
	if err != nil {
		return errs.Wrap(op, err)
	}
	page.Image, page.WholeImage, page.Grace = i, p.Digest != "", s.registry.Settings().Grace
	page.Page = s.page(c)
	return render(c, http.StatusOK, page.View())
}

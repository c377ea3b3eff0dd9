package web

import (
	"crypto/sha256"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
	"sregistry/templates/markdown"
)

const (
	// maxReadmeForm bounds the form with a README: in a form a byte may take three.
	maxReadmeForm = 3*registry.MaxReadme + 4<<10
	// maxProse bounds the converted texts that are cached, in bytes.
	maxProse = 4 << 20
)

// editReadme is GET /containers/{namespace}/{collection}/{container}?view=edit.
func (s *Site) editReadme(c echo.Context, path ref.Path) error {
	const op = "web.editReadme"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	k, err := s.describable(c, path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := s.registry.Readme(ctx, actor, path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.EditReadme{Page: s.page(c), Container: k.Name, Text: r.Text, Version: r.Version, Most: registry.MaxReadme}
	return render(c, http.StatusOK, view.View())
}

// saveReadme is POST /containers/{namespace}/{collection}/{container}, which keeps what
// was written about the container, or shows how it will look.
func (s *Site) saveReadme(c echo.Context) error {
	const op = "web.saveReadme"
	path, _, err := containerName(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	k, err := s.describable(c, path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	form, err := readLargeForm(c, maxReadmeForm)
	if err != nil {
		return errs.Wrap(op, err)
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return errs.Because(op, errs.Invalid, err, "The form arrived incomplete. Open it again.")
	}
	view := templates.EditReadme{Container: k.Name, Text: form.Get("text"), Version: version, Most: registry.MaxReadme}
	if form.Get("do") != "preview" {
		_, err = s.registry.SetReadme(c.Request().Context(), httpx.Actor(c), path, view.Text, version)
		switch errs.KindOf(err) {
		case errs.Conflict, errs.TooLarge, errs.Invalid:
			return s.readmeNotKept(c, path, view, err)
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		return s.goTo(c, templates.ContainerPath(k.Name), "README saved.")
	}
	if view.Preview, err = s.prose(view.Text); err != nil {
		return errs.Wrap(op, err)
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// readmeNotKept shows the form again with what was written and why it was not kept. If
// somebody else was faster, his text stands below, and saving again replaces it.
func (s *Site) readmeNotKept(c echo.Context, path ref.Path, view templates.EditReadme, why error) error {
	const op = "web.readmeNotKept"
	view.Problem = httpx.Message(c, why)
	if errs.Is(why, errs.Conflict) {
		theirs, err := s.registry.Readme(c.Request().Context(), httpx.Actor(c), path)
		if err != nil {
			return errs.Wrap(op, err)
		}
		view.Theirs, view.Version = theirs.Text, theirs.Version
	}
	view.Page = s.page(c)
	return render(c, httpx.Status(errs.KindOf(why)), view.View())
}

// describable gives a container about which the visitor may write. Errors: Forbidden,
// Unauthenticated, NotFound.
func (s *Site) describable(c echo.Context, path ref.Path) (model.Container, error) {
	const op = "web.describable"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	k, err := s.registry.Container(ctx, actor, path)
	if err != nil {
		return k, errs.Wrap(op, err)
	}
	may, err := s.registry.CanDescribe(ctx, actor, path)
	switch {
	case err != nil:
		return k, errs.Wrap(op, err)
	case !may && actor.IsAnonymous():
		return k, errs.E(op, errs.Unauthenticated, "Sign in to edit the README of %s.", k.Name)
	case !may:
		return k, errs.E(op, errs.Forbidden, "You do not have permission to edit the README of %s. Ask one of its owners.", k.Name)
	}
	return k, nil
}

// prose gives the HTML of what somebody wrote, from memory if it was shown of late.
func (s *Site) prose(text string) (markdown.HTML, error) {
	key := sha256.Sum256([]byte(text))
	if html, ok := s.shown.Get(key); ok {
		return html, nil
	}
	html, err := markdown.Render(text)
	if err != nil {
		return "", errs.Wrap("web.prose", err)
	}
	s.shown.Put(key, html)
	return html, nil
}

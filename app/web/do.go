package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// place is what a form changes: a container, or a tag or image in it.
type place struct {
	ref.Path
	ref.Reference // zero for the container itself
}

// readPlace reads the path of a form, {namespace}/{collection}/{container} with
// ":{reference}" or without.
func readPlace(c echo.Context) (place, error) {
	const op = "web.readPlace"
	name, err := url.PathUnescape(c.Param("*"))
	if err != nil {
		return place{}, errs.Because(op, errs.Invalid, err, "The address contains an invalid %% escape. Use the plain name.")
	}
	name, reference, has := strings.Cut(name, ":")
	var p place
	if p.Path, err = namedContainer(c, name); err != nil || !has {
		return p, errs.Wrap(op, err)
	}
	p.Reference, err = ref.ParseReference(reference)
	return p, errs.Wrap(op, err)
}

// here is the address of the page from which the place is managed.
func (p place) here() string { return "/manage/" + p.String() }

// String is the name as it stands in addresses.
func (p place) String() string {
	if p.Reference.IsZero() {
		return p.Path.String()
	}
	return p.Path.String() + ":" + p.Reference.String()
}

// outcome is where a form that worked leads, and what is said there; undo is the number by
// which it can be undone, or 0.
type outcome struct {
	then, says string
	undo       int64
}

// do answers POST /do/{verb}/{namespace}/{collection}/*: it runs a form and goes back to
// the page that it was on, as its field next says, or to where the outcome leads. What a
// person can mend is told on the page for managing.
func (s *Site) do(act func(echo.Context, model.Actor, place, fields) (outcome, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		const op = "web.do"
		actor, form, err := signedInForm(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		p, err := readPlace(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		done, err := act(c, actor, p, fields{form})
		switch errs.KindOf(err) {
		case errs.Invalid, errs.Conflict, errs.Frozen, errs.Unsupported:
			return s.showManaged(c, actor, p, templates.Problems{problemField(err): errs.Message(err)})
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		if next := localPath(form.Get("next")); next != "" {
			done.then = next
		}
		if done.then == "" {
			done.then = p.here()
		}
		return s.goToUndo(c, done)
	}
}

// undoMark is between what a flash says and the number by which that can be undone.
const undoMark = "\x00"

// goToUndo is goTo with a button to undo what was done.
func (s *Site) goToUndo(c echo.Context, done outcome) error {
	says := done.says
	if done.undo != 0 {
		says += undoMark + strconv.FormatInt(done.undo, 10)
	}
	return s.goTo(c, done.then, says)
}

// cutUndo takes the number from a flash again; 0 if it has none.
func cutUndo(flash string) (says string, undo int64) {
	says, number, _ := strings.Cut(flash, undoMark)
	undo, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return says, 0
	}
	return says, undo
}

// undo is POST /do/undo/{id}.
func (s *Site) undo(c echo.Context) error {
	const op = "web.undo"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return errs.E(op, errs.NotFound, "Deleted item not found.")
	}
	back, err := s.registry.Restore(c.Request().Context(), actor, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	says := back.Name + " restored."
	if len(back.Taken) > 0 {
		says += " These tags now point to other images and were not restored: " + strings.Join(back.Taken, ", ") + "."
	}
	then := localPath(form.Get("next"))
	if then == "" {
		then = "/"
	}
	return s.goTo(c, then, says)
}

package web

import (
	"fmt"
	"net/http"

	"github.com/dustin/go-humanize"
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/templates"
)

// maxShownDamage bounds the damaged blobs that the overview shows.
const maxShownDamage = 50

// sampleDays is how many days the figures over time go back.
const sampleDays = 365

// administrator gives the visitor of a page that is for those who run the registry; to
// others it is not there. Errors: Unauthenticated, NotFound.
func administrator(c echo.Context) (model.Actor, error) {
	actor, err := signedIn(c)
	if err != nil {
		return actor, err
	}
	if !actor.Admin {
		return actor, errs.E("web.administrator", errs.NotFound, "Page not found (or you do not have access).")
	}
	return actor, nil
}

// forAdmins makes a handler of one that is for those who run the registry.
func forAdmins(handler func(echo.Context, model.Actor) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		actor, err := administrator(c)
		if err != nil {
			return errs.Wrap("web.forAdmins", err)
		}
		return handler(c, actor)
	}
}

// admin is GET /admin: whether the registry is well.
func (s *Site) admin(c echo.Context, actor model.Actor) error {
	const op = "web.admin"
	ctx := c.Request().Context()
	found, err := s.registry.Overview(ctx, actor, maxShownDamage)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Admin{Page: s.page(c), Health: found.Health, Damage: found.Corrupt, Started: s.started, Now: s.settings.Now(),
		Uploads: found.Uploads, Active: found.ActiveUploads}
	return render(c, http.StatusOK, view.View())
}

// resume is POST /admin/maintenance/{task}/resume: it ends a pause of a maintenance task.
func (s *Site) resume(c echo.Context, actor model.Actor) error {
	const op = "web.resume"
	what, do := "Checking of files resumes.", s.registry.ResumeScrub
	switch c.Param("task") {
	case "scrub":
	case "cleanup":
		what, do = "Cleanup resumes with its next run.", s.registry.ResumeCleanup
	default:
		return errs.E(op, errs.NotFound, "Unknown maintenance task %q.", c.Param("task"))
	}
	if _, err := do(c.Request().Context(), actor); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/admin", what)
}

// adminUploads is GET /admin/uploads: what is being pushed right now.
func (s *Site) adminUploads(c echo.Context, actor model.Actor) error {
	list, err := s.registry.OpenUploads(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap("web.adminUploads", err)
	}
	return render(c, http.StatusOK, templates.AdminUploads{Page: s.page(c), Uploads: list, Now: s.settings.Now()}.View())
}

// stopUpload is POST /admin/uploads/{id}/stop. A second click finds it gone, which is
// what was wanted.
func (s *Site) stopUpload(c echo.Context, actor model.Actor) error {
	err := s.registry.AbortUpload(c.Request().Context(), actor, c.Param("id"))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return errs.Wrap("web.stopUpload", err)
	}
	return s.goTo(c, "/admin/uploads", "Upload stopped and its data deleted.")
}

// adminStorage is GET /admin/storage: what takes up the room.
func (s *Site) adminStorage(c echo.Context, actor model.Actor) error {
	const op = "web.adminStorage"
	ctx := c.Request().Context()
	view := templates.AdminStorage{Place: c.QueryParam("in"), Grace: s.registry.Settings().Grace, Now: s.settings.Now()}
	var err error
	if view.Holdings, err = s.registry.Storage(ctx, actor, view.Place); err != nil {
		return errs.Wrap(op, err)
	}
	if view.Place == "" {
		if view.Health, err = s.registry.Health(ctx, actor); err != nil {
			return errs.Wrap(op, err)
		}
		if view.Samples, err = s.registry.Samples(ctx, actor, sampleDays); err != nil {
			return errs.Wrap(op, err)
		}
		if view.Garbage, err = s.registry.CleanupForecast(ctx, actor); err != nil {
			return errs.Wrap(op, err)
		}
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// sweep is POST /admin/sweep: it removes at once what the next sweep would.
func (s *Site) sweep(c echo.Context, actor model.Actor) error {
	done, err := s.registry.SweepNow(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap("web.sweep", err)
	}
	if !done.Paused.IsZero() {
		return s.goTo(c, "/admin/storage", "Cleanup is paused: see the overview.")
	}
	httpx.Set(c, "swept", done.Bytes)
	return s.goTo(c, "/admin/storage", fmt.Sprintf("Cleanup complete: deleted %d images, %d uploads and %s of content.",
		done.Images, done.Uploads, humanize.IBytes(uint64(done.Bytes))))
}

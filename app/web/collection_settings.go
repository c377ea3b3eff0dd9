package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// collectionSettings is GET /collections/{namespace}/{collection}/settings.
func (s *Site) collectionSettings(c echo.Context) error {
	const op = "web.collectionSettings"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, err := namedCollection(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.showCollectionSettings(c, http.StatusOK, actor, path, fields{}, nil)
}

// showCollectionSettings shows that page, with what was typed into a form and what was wrong.
func (s *Site) showCollectionSettings(c echo.Context, status int, actor model.Actor, path ref.Path, typed fields, problems templates.Problems) error {
	view, err := s.settingsOf(c, actor, path, typed)
	if err != nil {
		return errs.Wrap("web.showCollectionSettings", err)
	}
	view.Problems, view.Page = problems, s.page(c)
	return render(c, status, view.View())
}

// settingsOf gathers what that page shows.
func (s *Site) settingsOf(c echo.Context, actor model.Actor, path ref.Path, typed fields) (templates.CollectionSettings, error) {
	var view templates.CollectionSettings
	found, err := s.registry.CollectionSettings(c.Request().Context(), actor, path, model.Page{After: c.QueryParam("deleted")})
	if err != nil {
		return view, err
	}
	view.Collection, view.Roles, view.Usage, view.People, view.Teams = found.Collection, found.Roles, found.Usage, found.Users, found.Teams
	if found.Namespace != nil && found.Namespace.Quota > 0 {
		view.Namespace = found.Namespace
	}
	if found.CanSetQuota {
		form := s.quotaForm(templates.SettingsPath(view.Collection.Name)+"/quota#storage", view.Usage, false, typed)
		view.Quota = &form
	}
	view.Rules = rulesText(found.Rules)
	if typed.Has("rules") {
		view.Rules = typed.Get("rules")
	}
	view.Description, view.Signers = view.Collection.Description, strings.Join(view.Collection.TrustedKeys, "\n")
	if typed.Has("description") {
		view.Description = typed.text("description")
	}
	if typed.Has("signers") {
		view.Signers = typed.text("signers")
	}
	view.Deletions = found.Deletions
	view.MoreDeletions = moreBy(templates.SettingsPath(view.Collection.Name), "deleted", found.NextDeletions)
	return view, nil
}

// settle runs a form of the settings and goes back there with a sentence, or to where the
// outcome leads. What a person can mend is told beside the field that it is about.
func (s *Site) settle(field string, act func(echo.Context, model.Actor, ref.Path, fields) (outcome, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		const op = "web.settle"
		actor, values, err := signedInForm(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		path, err := namedCollection(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		done, err := act(c, actor, path, fields{values})
		switch errs.KindOf(err) {
		case errs.Invalid, errs.Conflict, errs.Frozen, errs.TooLarge, errs.NotFound:
			// Of a collection that he may not see, this too is NotFound.
			return s.showCollectionSettings(c, http.StatusUnprocessableEntity, actor, path, fields{values}, templates.Problems{field: errs.Message(err)})
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		if done.then == "" {
			done.then = "/collections/" + path.String() + "/settings"
		}
		return s.goToUndo(c, done)
	}
}

// setAbout is POST …/settings/about.
func (s *Site) setAbout(c echo.Context, actor model.Actor, path ref.Path, f fields) (outcome, error) {
	description, public := f.text("description"), f.text("visibility") == "public"
	if v := f.text("visibility"); v != "public" && v != "private" {
		return outcome{}, errs.E("web.setAbout", errs.Invalid, "Choose public or private.")
	}
	changed, err := s.registry.ChangeCollection(c.Request().Context(), actor, path, registry.CollectionChange{Public: &public, Description: &description})
	says := "Changes saved. The collection is private."
	if changed.Public {
		says = "Changes saved. The collection is public."
	}
	return outcome{says: says}, err
}

// setRole is POST …/settings/roles.
func (s *Site) setRole(c echo.Context, actor model.Actor, path ref.Path, f fields) (outcome, error) {
	var g model.RoleAssignment
	who := f.text("who")
	if f.text("kind") == "team" {
		g.Team = who
	} else {
		g.User = who
	}
	says := who + " removed."
	if word := f.text("role"); word != "none" {
		role, ok := model.ParseRole(word)
		if !ok {
			return outcome{}, errs.E("web.setRole", errs.Invalid, "Choose the role contributor or owner.")
		}
		g.Role, says = role, "Role of "+who+" set to "+word+"."
	}
	return outcome{says: says}, s.registry.SetRole(c.Request().Context(), actor, path, g)
}

// setSigners is POST …/settings/signers.
func (s *Site) setSigners(c echo.Context, actor model.Actor, path ref.Path, f fields) (outcome, error) {
	var signers []string
	for line := range strings.Lines(f.Get("signers")) {
		if line = strings.TrimSpace(line); line != "" {
			signers = append(signers, line)
		}
	}
	changed, err := s.registry.ChangeCollection(c.Request().Context(), actor, path, registry.CollectionChange{TrustedKeys: &signers})
	says := "Signing policy saved. Signatures are not required."
	if len(changed.TrustedKeys) > 0 {
		says = "Signing policy saved. New pushes must be signed."
	}
	return outcome{says: says}, err
}

// deleteCollection is POST …/settings/delete; the name has to be typed in.
func (s *Site) deleteCollection(c echo.Context, actor model.Actor, path ref.Path, f fields) (outcome, error) {
	ctx := c.Request().Context()
	found, err := s.registry.Collection(ctx, actor, path)
	if err != nil {
		return outcome{}, err
	}
	if err := f.typed(found.Name.String()); err != nil {
		return outcome{}, err
	}
	undo, err := s.registry.DeleteCollection(ctx, actor, path)
	return outcome{"/", "Collection " + found.Name.String() + " deleted.", undo}, err
}

package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// hooks are the webhooks that a page is about, and who looks.
type hooks struct {
	actor model.Actor
	in    ref.Path // the collection; empty for those that are told all that happens
	of    templates.WebhookOwner
}

// findHooks finds out which webhooks a request is about.
type findHooks func(c echo.Context) (hooks, error)

// webhookRoutes are the routes of the webhooks of collections and of the registry, which
// differ only in where they begin.
func (s *Site) webhookRoutes() []httpx.Route {
	var routes []httpx.Route
	for _, place := range []struct {
		path string
		find findHooks
	}{{"/collections/:namespace/:collection/webhooks", s.collectionHooks}, {templates.RegistryWebhooksPath, registryHooks}} {
		routes = append(routes,
			httpx.Route{Method: http.MethodGet, Path: place.path, Action: "manage", Handler: s.webhooks(place.find)},
			httpx.Route{Method: http.MethodPost, Path: place.path, Action: "manage", Handler: s.createWebhook(place.find)},
			httpx.Route{Method: http.MethodGet, Path: place.path + "/:id", Action: "manage", Handler: s.withWebhook(place.find, s.deliveries)},
			httpx.Route{Method: http.MethodPost, Path: place.path + "/:id/test", Action: "manage", Handler: s.withWebhook(place.find, s.testWebhook)},
			httpx.Route{Method: http.MethodPost, Path: place.path + "/:id/delete", Action: "manage", Handler: s.withWebhook(place.find, s.deleteWebhook)},
			httpx.Route{Method: http.MethodPost, Path: place.path + "/:id/deliveries/:delivery", Action: "manage", Handler: s.withWebhook(place.find, s.redeliver)})
	}
	return routes
}

// registryHooks is for those who run the registry.
func registryHooks(c echo.Context) (hooks, error) {
	actor, err := administrator(c)
	return hooks{actor: actor}, err
}

// collectionHooks is for whoever sees the collection; who may manage it the core says.
func (s *Site) collectionHooks(c echo.Context) (hooks, error) {
	actor, err := signedIn(c)
	if err != nil {
		return hooks{}, err
	}
	path, err := namedCollection(c)
	if err != nil {
		return hooks{}, err
	}
	found, err := s.registry.Collection(c.Request().Context(), actor, path)
	return hooks{actor, path, templates.WebhookOwner{Collection: found.Name}}, err
}

// webhooks is GET …/webhooks.
func (s *Site) webhooks(find findHooks) echo.HandlerFunc {
	return func(c echo.Context) error {
		h, err := find(c)
		if err != nil {
			return errs.Wrap("web.webhooks", err)
		}
		return s.showWebhooks(c, http.StatusOK, h, fields{}, nil)
	}
}

func (s *Site) showWebhooks(c echo.Context, status int, h hooks, typed fields, problems templates.Problems) error {
	list, err := s.registry.Webhooks(c.Request().Context(), h.actor, h.in)
	if err != nil {
		return errs.Wrap("web.showWebhooks", err)
	}
	view := templates.Webhooks{Page: s.page(c), Of: h.of, Webhooks: list, URL: typed.text("url"), Events: typed.text("events"), Problems: problems}
	return render(c, status, view.View())
}

// createWebhook is POST …/webhooks. The answer itself shows the secret, this once, and so
// has no address that could be kept.
func (s *Site) createWebhook(find findHooks) echo.HandlerFunc {
	return func(c echo.Context) error {
		const op = "web.createWebhook"
		h, err := find(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		values, err := readForm(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		f := fields{values}
		events := strings.FieldsFunc(f.text("events"), func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
		made, secret, err := s.registry.CreateWebhook(c.Request().Context(), h.actor, registry.NewWebhook{In: h.in, URL: f.text("url"), Events: events})
		if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
			return s.showWebhooks(c, http.StatusUnprocessableEntity, h, f, templates.Problems{"": errs.Message(err)})
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		return render(c, http.StatusOK, templates.WebhookCreated{Page: s.page(c), Of: h.of, Webhook: made, Secret: secret}.View())
	}
}

// withWebhook makes a handler of one that is about a single webhook; it is not there if it
// is none of those that the address is about.
func (s *Site) withWebhook(find findHooks, act func(echo.Context, hooks, model.Webhook) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		const op = "web.withWebhook"
		h, err := find(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		list, err := s.registry.Webhooks(c.Request().Context(), h.actor, h.in)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, w := range list {
			if strconv.FormatInt(w.ID, 10) == c.Param("id") {
				return errs.Wrap(op, act(c, h, w))
			}
		}
		return errs.E(op, errs.NotFound, "Webhook not found. It may already be deleted.")
	}
}

// deliveries is GET …/webhooks/{id}.
func (s *Site) deliveries(c echo.Context, h hooks, w model.Webhook) error {
	list, next, err := s.registry.Deliveries(c.Request().Context(), h.actor, w.ID, after(c))
	if err != nil {
		return err
	}
	view := templates.Deliveries{Page: s.page(c), Of: h.of, Webhook: w, Deliveries: list, More: more(h.of.HookPath(w.ID), next)}
	return render(c, http.StatusOK, view.View())
}

// testWebhook is POST …/webhooks/{id}/test.
func (s *Site) testWebhook(c echo.Context, h hooks, w model.Webhook) error {
	if _, err := s.registry.TestWebhook(c.Request().Context(), h.actor, w.ID); err != nil {
		return err
	}
	return s.goTo(c, h.of.HookPath(w.ID), "Test event sent. Reload the page in a moment to see the result.")
}

// deleteWebhook is POST …/webhooks/{id}/delete.
func (s *Site) deleteWebhook(c echo.Context, h hooks, w model.Webhook) error {
	if err := s.registry.DeleteWebhook(c.Request().Context(), h.actor, w.ID); err != nil {
		return err
	}
	return s.goTo(c, h.of.Path(), "Webhook and its pending deliveries deleted.")
}

// redeliver is POST …/webhooks/{id}/deliveries/{delivery}.
func (s *Site) redeliver(c echo.Context, h hooks, w model.Webhook) error {
	const op = "web.redeliver"
	delivery, err := strconv.ParseInt(c.Param("delivery"), 10, 64)
	if err != nil {
		return errs.E(op, errs.NotFound, "Delivery not found.")
	}
	if err := s.registry.Redeliver(c.Request().Context(), h.actor, w.ID, delivery); err != nil {
		return err
	}
	return s.goTo(c, h.of.HookPath(w.ID), "Delivery queued again.")
}

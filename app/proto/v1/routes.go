// Package v1 is the door of Sregistry's own interface, /api/v1: JSON over HTTP for our
// client and for scripts. What it answers is written down in openapi.json, which it also
// serves; a test holds the two together. It knows no more of the core than its use cases,
// and decides nothing.
//
// Entry points: Routes, Authenticate and Errors, to be mounted together. The trap: names
// hold slashes and are escaped into one path segment, which echo hands over still escaped;
// so handlers read them by param and its kin only.
package v1

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// Settings are what the door needs to know.
type Settings struct {
	Registry *registry.Service
	Identity *identity.Service
	Version  string   // of the program
	Address  *url.URL // at which browsers find the registry
}

// door is what the handlers share.
type door struct {
	registry *registry.Service
	identity *identity.Service
	version  string // of the program
	address  string // before every path of a page; no "/" at its end
}

// Routes is the map of the door.
func Routes(s Settings) []httpx.Route {
	address := trimAddress(s.Address)
	d := &door{s.Registry, s.Identity, s.Version, address}
	routes := []httpx.Route{
		{Method: http.MethodGet, Path: "", Action: "none", Handler: d.describe},
		{Method: http.MethodGet, Path: "/openapi.json", Action: "none", Handler: document},
		{Method: http.MethodGet, Path: "/whoami", Action: "identify", Handler: d.whoami},

		{Method: http.MethodGet, Path: "/tokens", Action: "account", Handler: d.tokens},
		{Method: http.MethodPost, Path: "/tokens", Action: "account", Handler: d.createToken},
		{Method: http.MethodDelete, Path: "/tokens/:token", Action: "account", Handler: d.revokeToken},

		{Method: http.MethodGet, Path: "/collections", Action: "list", Handler: d.collections},
		{Method: http.MethodPost, Path: "/collections", Action: "create", Handler: d.createCollection},
		{Method: http.MethodGet, Path: "/collections/:collection", Action: "read", Handler: d.collection},
		{Method: http.MethodPatch, Path: "/collections/:collection", Action: "manage", Handler: d.changeCollection},
		{Method: http.MethodDelete, Path: "/collections/:collection", Action: "manage", Handler: d.deleteCollection},
		{Method: http.MethodGet, Path: "/collections/:collection/roles", Action: "manage", Handler: d.roles},
		{Method: http.MethodPut, Path: "/collections/:collection/roles", Action: "manage", Handler: d.setRole},
		{Method: http.MethodGet, Path: "/collections/:collection/containers", Action: "read", Handler: d.containers},

		{Method: http.MethodGet, Path: "/containers/:container", Action: "read", Handler: d.container},
		{Method: http.MethodDelete, Path: "/containers/:container", Action: "delete", Handler: d.deleteContainer},
		{Method: http.MethodPut, Path: "/containers/:container/frozen", Action: "freeze", Handler: d.freezeContainer},
		{Method: http.MethodGet, Path: "/containers/:container/readme", Action: "read", Handler: d.readme},
		{Method: http.MethodPut, Path: "/containers/:container/readme", Action: "describe", Handler: d.setReadme},

		{Method: http.MethodGet, Path: "/containers/:container/tags", Action: "read", Handler: d.tags},
		{Method: http.MethodPut, Path: "/containers/:container/tags/:tag", Action: "push", Handler: d.setTag},
		{Method: http.MethodDelete, Path: "/containers/:container/tags/:tag", Action: "delete", Handler: d.deleteTag},
		{Method: http.MethodPut, Path: "/containers/:container/tags/:tag/frozen", Action: "freeze", Handler: d.freezeTag},

		{Method: http.MethodGet, Path: "/containers/:container/images/:reference", Action: "read", Handler: d.image},
		{Method: http.MethodDelete, Path: "/containers/:container/images/:reference", Action: "delete", Handler: d.deleteImage},
		{Method: http.MethodPost, Path: "/containers/:container/images/:reference/shares", Action: "manage", Handler: d.share},
		{Method: http.MethodGet, Path: "/containers/:container/shares", Action: "manage", Handler: d.shares},
		{Method: http.MethodDelete, Path: "/shares/:share", Action: "manage", Handler: d.unshare},

		{Method: http.MethodGet, Path: "/collections/:collection/retention", Action: "manage", Handler: d.retention},
		{Method: http.MethodPut, Path: "/collections/:collection/retention", Action: "manage", Handler: d.setRetention},
		{Method: http.MethodPost, Path: "/collections/:collection/retention/preview", Action: "manage", Handler: d.previewRetention},

		{Method: http.MethodGet, Path: "/usage", Action: "read", Handler: d.usages},
		{Method: http.MethodGet, Path: "/usage/:place", Action: "read", Handler: d.usage},
		{Method: http.MethodPut, Path: "/usage/:place/quota", Action: "administer", Handler: d.setQuota},

		{Method: http.MethodGet, Path: "/deletions", Action: "list", Handler: d.deletions},
		{Method: http.MethodPost, Path: "/deletions/:deletion/undo", Action: "delete", Handler: d.undelete},
		{Method: http.MethodDelete, Path: "/deletions/:deletion", Action: "delete", Handler: d.purge},

		{Method: http.MethodGet, Path: "/images", Action: "list", Handler: d.images},
		{Method: http.MethodGet, Path: "/labels", Action: "list", Handler: d.labels},

		{Method: http.MethodGet, Path: "/events", Action: "audit", Handler: d.events},
		{Method: http.MethodGet, Path: "/webhooks", Action: "manage", Handler: d.webhooks},
		{Method: http.MethodPost, Path: "/webhooks", Action: "manage", Handler: d.createWebhook},
		{Method: http.MethodDelete, Path: "/webhooks/:webhook", Action: "manage", Handler: d.deleteWebhook},
		{Method: http.MethodPost, Path: "/webhooks/:webhook/test", Action: "manage", Handler: d.testWebhook},
		{Method: http.MethodGet, Path: "/webhooks/:webhook/deliveries", Action: "manage", Handler: d.deliveries},
		{Method: http.MethodPost, Path: "/webhooks/:webhook/deliveries/:delivery", Action: "manage", Handler: d.redeliver},

		{Method: http.MethodGet, Path: "/keys", Action: "keys", Handler: d.keys},
		{Method: http.MethodPost, Path: "/keys", Action: "keys", Handler: d.addKeys},
		{Method: http.MethodDelete, Path: "/keys/:fingerprint", Action: "keys", Handler: d.removeKey},

		{Method: http.MethodGet, Path: "/teams", Action: "team", Handler: d.teams},
		{Method: http.MethodPost, Path: "/teams", Action: "team", Handler: d.createTeam},
		{Method: http.MethodGet, Path: "/teams/:team", Action: "team", Handler: d.team},
		{Method: http.MethodDelete, Path: "/teams/:team", Action: "team", Handler: d.deleteTeam},
		{Method: http.MethodPost, Path: "/teams/:team/invitations", Action: "team", Handler: d.invite},
		{Method: http.MethodPost, Path: "/teams/:team/join", Action: "team", Handler: d.join},
		{Method: http.MethodPost, Path: "/teams/:team/leave", Action: "team", Handler: d.leave},
		{Method: http.MethodPut, Path: "/teams/:team/members/:user", Action: "team", Handler: d.setMember},
		{Method: http.MethodDelete, Path: "/teams/:team/members/:user", Action: "team", Handler: d.removeMember},
		{Method: http.MethodPost, Path: "/invitations/accept", Action: "team", Handler: d.accept},
	}
	for i := range routes {
		routes[i].Path = api.Prefix + routes[i].Path
		routes[i].Handler = unstored(routes[i].Handler)
	}
	return routes
}

// unstored keeps answers, some of which hold secrets, out of every cache.
func unstored(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return next(c)
	}
}

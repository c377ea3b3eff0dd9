// Package oci is the door of OCI clients: docker, podman, skopeo, crane, oras, Apptainer's
// oras:// and docker://, and our own client. It speaks the OCI distribution specification
// 1.1 and knows nothing of how things are kept; whether something is allowed is the core's
// to say.
//
// Entry points: Routes and Errors. The trap: a repository's name has slashes in it, so that
// the router cannot tell the endpoints apart. All of /v2/ comes to one handler, which finds
// the endpoint in the table below; routes of other doors under /v2/ have to be fixed ones,
// which the router prefers.
package oci

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// prefix is where the specification puts all endpoints.
const prefix = "/v2/"

// Settings are what the door needs to know.
type Settings struct {
	Registry *registry.Service
	Identity *identity.Service
	Limits   *httpx.Limits
	Address  httpx.Address
}

// door is what the handlers share.
type door struct{ Settings }

// endpoint is a row of the specification's table of endpoints.
type endpoint struct {
	method string
	noun   noun
	action string // what its handler asks of the core
	handle func(echo.Context, target) error
}

// endpoints are all of them, by the ids that the specification gives them.
func (d *door) endpoints() []endpoint {
	return []endpoint{
		{http.MethodGet, base, "none", d.check}, // end-1
		{http.MethodHead, base, "none", d.check},
		{http.MethodGet, blob, "pull", d.blob}, // end-2
		{http.MethodHead, blob, "pull", d.blob},
		{http.MethodGet, manifest, "pull", d.manifest}, // end-3
		{http.MethodHead, manifest, "pull", d.manifest},
		{http.MethodPost, uploads, "push", d.beginUpload},  // end-4a, end-4b, end-11
		{http.MethodPatch, upload, "push", d.appendUpload}, // end-5
		{http.MethodPut, upload, "push", d.finishUpload},   // end-6
		{http.MethodPut, manifest, "push", d.putManifest},  // end-7a, end-7b
		{http.MethodGet, tags, "list", d.tags},             // end-8
		{http.MethodHead, tags, "list", d.tags},
		{http.MethodDelete, manifest, "delete", d.deleteManifest}, // end-9
		{http.MethodDelete, blob, "delete", d.deleteBlob},         // end-10
		{http.MethodGet, referrers, "list", d.referrers},          // end-12a, end-12b
		{http.MethodHead, referrers, "list", d.referrers},
		{http.MethodGet, upload, "push", d.uploadStatus},    // end-13
		{http.MethodDelete, upload, "push", d.cancelUpload}, // end-14
		{http.MethodGet, token, "none", d.token},
		{http.MethodPost, token, "none", d.tokenByForm},
		{http.MethodGet, catalog, "list", d.catalog}, // of Docker's registry; the specification leaves it out
		{http.MethodHead, catalog, "list", d.catalog},
	}
}

// Routes are the door's rows of the route table: one for each method, with all that can be
// asked by it.
func Routes(s Settings) []httpx.Route {
	d := &door{s}
	table := d.endpoints()
	var routes []httpx.Route
	for _, row := range table {
		i := slices.IndexFunc(routes, func(r httpx.Route) bool { return r.Method == row.method })
		if i < 0 {
			routes = append(routes, httpx.Route{Method: row.method, Path: prefix + "*", Action: row.action, Handler: d.serve(table)})
			continue
		}
		if !slices.Contains(strings.Split(routes[i].Action, ", "), row.action) {
			routes[i].Action += ", " + row.action
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		routes = append(routes, httpx.Route{Method: method, Path: strings.TrimSuffix(prefix, "/"), Action: "none", Handler: toPrefix})
	}
	return routes
}

// toPrefix answers /v2, which is how people write the address that clients ask first.
func toPrefix(c echo.Context) error {
	to := url.URL{Path: prefix, RawQuery: c.Request().URL.RawQuery}
	return c.Redirect(http.StatusMovedPermanently, to.String())
}

// serve hands a request to its endpoint.
func (d *door) serve(table []endpoint) echo.HandlerFunc {
	const op = "oci.serve"
	return func(c echo.Context) error {
		// Docker took a registry without this header for one of another protocol.
		c.Response().Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		method := c.Request().Method
		noun, name, last := locate(c.Request().URL.Path)
		c.Set(challengeKey, func() string { return d.challenge(c.Request(), noun, name) })
		if noun != token { // which reads the credentials itself
			if err := d.signIn(c); err != nil {
				return errs.Wrap(op, err)
			}
		}
		i := slices.IndexFunc(table, func(e endpoint) bool { return e.noun == noun && e.method == method })
		if i < 0 {
			return elsewhere(c, table, noun)
		}
		t := target{last: last}
		if noun.named() {
			var err error
			if t.name, err = ref.ParsePath(name); err != nil {
				return coded("NAME_INVALID", err)
			}
		}
		return table[i].handle(c, t)
	}
}

// elsewhere answers what is no endpoint.
func elsewhere(c echo.Context, table []endpoint, n noun) error {
	const op = "oci.elsewhere"
	if n == nothing {
		return errs.E(op, errs.NotFound, "There is no such endpoint here.")
	}
	var allowed []string
	for _, row := range table {
		if row.noun == n {
			allowed = append(allowed, row.method)
		}
	}
	c.Response().Header().Set(echo.HeaderAllow, strings.Join(allowed, ", "))
	return errs.E(op, errs.Unsupported, "The method %s is not offered here.", c.Request().Method)
}

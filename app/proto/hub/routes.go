// Package hub is the door of Singularity Registry Server's clients: the Python client
// sregistry, which signs its requests, and the shub:// pulls of Apptainer and
// SingularityCE, which show no credentials. It speaks their JSON as they have always read
// it, and decides nothing.
//
// Entry points: Routes and Errors, to be mounted together; package link serves the
// downloads that a manifest leads to. The trap: these clients take many statuses for a
// success, or crash on them. 401 ends a pull that 403 would have continued with a
// signature; 200 crashes a delete; 400, 410, 429 and 503 pass for a pull that worked.
// errors.go and the comments of the handlers say where that counts.
package hub

import (
	"net/http"

	"strings"
	"time"

	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// Settings are what the door needs to know.
type Settings struct {
	Registry *registry.Service
	Identity *identity.Service
	Limits   *httpx.Limits
	Address  httpx.Address
	Now      func() time.Time // the clock by which signatures are checked
}

// door is what the handlers share.
type door struct{ Settings }

// Routes is the map of the door. A "/" at the end of a path is optional, as it was.
func Routes(s Settings) []httpx.Route {
	d := &door{s}
	const get, head, post, del = http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete
	return slashed([]httpx.Route{
		{Method: post, Path: "/api/upload/chunked_upload", Action: "prepare push", Handler: d.announce},
		{Method: post, Path: "/upload", Action: "push", Handler: d.upload},

		{Method: get, Path: "/api/container/*", Action: "read", Handler: d.manifest},
		{Method: head, Path: "/api/container/*", Action: "read", Handler: d.manifest},
		{Method: del, Path: "/api/container/*", Action: "delete", Handler: d.remove},
		// Clients that were given a host in the name of an image forget the "/api".
		{Method: post, Path: "/upload/chunked_upload", Action: "prepare push", Handler: d.announce},
		{Method: post, Path: "/api/upload", Action: "push", Handler: d.upload},
		{Method: get, Path: "/container/*", Action: "read", Handler: d.manifest},
		{Method: head, Path: "/container/*", Action: "read", Handler: d.manifest},
		{Method: del, Path: "/container/*", Action: "delete", Handler: d.remove},

		{Method: get, Path: "/api/collections", Action: "list", Handler: d.collections},
		{Method: get, Path: "/api/collections/:id", Action: "list", Handler: d.collectionByID},
		{Method: get, Path: "/api/collection/*", Action: "read", Handler: d.collection},
		{Method: get, Path: "/api/containers", Action: "list", Handler: d.containers},
		{Method: get, Path: "/api/containers/:id", Action: "read", Handler: d.containerByID},
		{Method: get, Path: "/api/container/search/name/:name", Action: "list", Handler: d.search},
		{Method: get, Path: "/api/container/search/name/:name/tag/:tag", Action: "list", Handler: d.search},
		{Method: get, Path: "/api/container/search/collection/:collection/name/:name", Action: "list", Handler: d.search},
		{Method: get, Path: "/api/container/search/collection/:collection/name/:name/tag/:tag", Action: "list", Handler: d.search},
		{Method: get, Path: "/api/labels/search", Action: "list", Handler: d.labels},
		{Method: get, Path: "/api/labels/search/*", Action: "list", Handler: d.labels},
		{Method: get, Path: "/api/registry/identity", Action: "none", Handler: d.describe},
	})
}

// slashed adds to every route the same with a "/"; a "*" takes it in by itself.
func slashed(routes []httpx.Route) []httpx.Route {
	var all []httpx.Route
	for _, r := range routes {
		all = append(all, r)
		if !strings.HasSuffix(r.Path, "*") {
			r.Path += "/"
			all = append(all, r)
		}
	}
	return all
}

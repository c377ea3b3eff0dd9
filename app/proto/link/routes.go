// Package link is the door of plain https: an address, and behind it the bytes of one
// image, for curl, wget, a browser, and for clients that send no credentials with a
// download. An address is all that is needed here; so it is a secret, and no log shows it.
//
// There are two kinds: the links that an owner makes for others, and the tickets that
// package hub puts into its manifests. Entry points: Routes and Errors, to be mounted
// together. The trap: the Python client asks by HEAD first, and goes on after 200 only;
// it follows no redirect there.
package link

import (
	"net/http"

	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// Settings are what the door needs to know.
type Settings struct {
	Registry *registry.Service
	Identity *identity.Service
	Limits   *httpx.Limits
}

// door is what the handlers share.
type door struct{ Settings }

// Routes is the map of the door. The file name at the end is for programs which name what
// they save after the address; it means nothing.
func Routes(s Settings) []httpx.Route {
	d := &door{s}
	const get, head = http.MethodGet, http.MethodHead
	return []httpx.Route{
		{Method: get, Path: "/share/:secret", Action: "read", Handler: d.share},
		{Method: head, Path: "/share/:secret", Action: "read", Handler: d.share},
		{Method: get, Path: "/share/:secret/:filename", Action: "read", Handler: d.share},
		{Method: head, Path: "/share/:secret/:filename", Action: "read", Handler: d.share},
		{Method: get, Path: "/download/:secret", Action: "read", Handler: d.download},
		{Method: head, Path: "/download/:secret", Action: "read", Handler: d.download},
	}
}

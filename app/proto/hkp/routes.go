// Package hkp is the door of OpenPGP key clients: `apptainer key`, `apptainer verify`, the
// same of SingularityCE, and gpg. It speaks the HTTP Keyserver Protocol
// (draft-gallagher-openpgp-hkp) and decides nothing.
//
// Entry points: Routes, behind Authenticate, with Errors. The trap: SingularityCE reads an
// index without looking, and panics where a colon is left out; see index.go.
package hkp

import (
	"net/http"

	"sregistry/app/httpx"
	"sregistry/app/registry"
)

// door is what the handlers share.
type door struct{ registry *registry.Service }

// Routes is the map of the door. The clients ask at the root, whatever the path of the
// keyserver that they were told.
func Routes(core *registry.Service) []httpx.Route {
	d := &door{core}
	return []httpx.Route{
		{Method: http.MethodGet, Path: "/pks/lookup", Action: "find keys", Handler: d.lookup},
		{Method: http.MethodPost, Path: "/pks/add", Action: "add keys", Handler: d.add},
	}
}

// Package library is the door of Apptainer and SingularityCE: library:// pushes, pulls,
// searches and deletes, and what "remote add", "login" and "status" ask. It speaks the
// JSON of Sylabs' container library, and decides nothing.
//
// Nothing is kept of a push before its bytes are there: the ids that the clients hand
// from one request to the next hold the names themselves (id.go). Entry points: Routes,
// behind Authenticate, and Open, behind nothing; both with Errors. The trap: for these
// clients 404 means "create it" or "not offered", most success is 200 only, and an answer
// 200 with any JSON at all on oci-redirect ends every push and pull. The comments of the
// handlers say where that counts.
package library

import (
	"net/http"
	"strings"

	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// Settings are what the door needs to know.
type Settings struct {
	Registry *registry.Service
	Identity *identity.Service
	Limits   *httpx.Limits
	Version  string // of the program
	Address  httpx.Address
}

// door is what the handlers share.
type door struct{ Settings }

// address goes before every path: the public one, whatever host a request names. It has no
// "/" at its end, or clients would ask for "//version".
func (d *door) address() string { return strings.TrimRight(d.Address.Public.String(), "/") }

// uploads is before the secret in the address of an upload. No id begins with "_".
const uploads = "/v2/imagefile/_upload/"

// Routes are the door's rows of the route table whose callers show who they are.
func Routes(s Settings) []httpx.Route {
	d := &door{s}
	const get, head, post, put, del = http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete
	return []httpx.Route{
		{Method: get, Path: tokenStatus, Action: "identify", Handler: d.tokenStatus},
		{Method: get, Path: "/v1/rbac/users/current", Action: "identify", Handler: d.currentUser},

		{Method: get, Path: "/v1/entities/*", Action: "none", Handler: d.entity},
		{Method: post, Path: "/v1/entities", Action: "none", Handler: d.createEntity},
		{Method: get, Path: "/v1/collections/*", Action: "read", Handler: d.collection},
		{Method: post, Path: "/v1/collections", Action: "prepare push", Handler: d.createCollection},
		{Method: get, Path: "/v1/containers/*", Action: "read", Handler: d.container},
		{Method: post, Path: "/v1/containers", Action: "prepare push", Handler: d.createContainer},
		{Method: get, Path: images + "*", Action: "read", Handler: d.image},
		{Method: post, Path: "/v1/images", Action: "prepare push", Handler: d.createImage},
		{Method: del, Path: images + "*", Action: "delete", Handler: d.deleteImage},
		{Method: get, Path: "/v1/search", Action: "list", Handler: d.search},

		{Method: get, Path: files + "*", Action: "read", Handler: d.download},
		{Method: head, Path: files + "*", Action: "read", Handler: d.download},

		{Method: post, Path: files + ":image", Action: "push", Handler: d.uploadAtOnce},
		{Method: post, Path: "/v2/imagefile/:image", Action: "push", Handler: d.beginUpload},
		{Method: put, Path: "/v2/imagefile/:image/_complete", Action: "push", Handler: d.completeUpload},
		{Method: post, Path: "/v2/imagefile/:image/_multipart", Action: "push", Handler: d.beginParts},
		{Method: put, Path: "/v2/imagefile/:image/_multipart", Action: "push", Handler: d.nextPart},
		{Method: put, Path: "/v2/imagefile/:image/_multipart_complete", Action: "push", Handler: d.completeParts},
		{Method: put, Path: "/v2/imagefile/:image/_multipart_abort", Action: "push", Handler: d.abortParts},

		{Method: get, Path: "/v1/tags/:container", Action: "read", Handler: d.tags},
		{Method: post, Path: "/v1/tags/:container", Action: "push", Handler: d.setTag},
		{Method: get, Path: "/v2/tags/:container", Action: "read", Handler: d.archTags},
		{Method: post, Path: "/v2/tags/:container", Action: "push", Handler: d.setTag},
	}
}

// Open are the rows whose callers show nothing, or more than is wanted: what is the same
// for everybody, and uploads, whose address says who sends them.
func Open(s Settings) []httpx.Route {
	d := &door{s}
	return []httpx.Route{
		{Method: http.MethodGet, Path: "/assets/config/config.prod.json", Action: "none", Handler: d.discover},
		{Method: http.MethodGet, Path: "/version", Action: "none", Handler: d.version},
		{Method: http.MethodGet, Path: "/v1/oci-redirect", Action: "none", Handler: noRegistry},
		{Method: http.MethodPut, Path: uploads + ":secret", Action: "push", Handler: d.send},
	}
}

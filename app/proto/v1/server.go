package v1

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// openAPI is the description of this interface, OpenAPI 3.1.
//
//go:embed openapi.json
var openAPI []byte

// document is GET /api/v1/openapi.json.
func document(c echo.Context) error {
	return httpx.Bytes(c, http.StatusOK, echo.MIMEApplicationJSON, openAPI)
}

// describe is GET /api/v1.
func (d *door) describe(c echo.Context) error {
	return httpx.JSON(c, http.StatusOK, api.Server{Name: d.registry.Settings().Name, Version: d.version, Address: d.address})
}

// whoami is GET /api/v1/whoami. Who shows no credential is told to, since he who asks
// wants to know whether his are good.
func (d *door) whoami(c echo.Context) error {
	actor := httpx.Actor(c)
	if actor.IsAnonymous() {
		return errs.E("v1.whoami", errs.Unauthenticated, "You sent no credentials; send a token.")
	}
	return httpx.JSON(c, http.StatusOK, api.Whoami{User: actor.Name, Admin: actor.Admin, Via: string(actor.Via), Scope: actor.Scope.Names()})
}

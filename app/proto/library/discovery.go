package library

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// tokenStatus is where "remote login" asks.
const tokenStatus = "/v1/token-status"

// apiVersion is that of the protocol: the first with images of several architectures under
// one tag. Clients read it as strict SemVer, without a "v".
const apiVersion = "2.0.0-alpha.2"

// discover is GET /assets/config/config.prod.json, by which a client finds the services of
// a remote. Every value has to be an object, and all have to be there: without a keystore,
// even a pull fails. SingularityCE finds the OCI door by registryUri.
func (d *door) discover(c echo.Context) error {
	type service struct {
		URI      string `json:"uri"`
		Registry string `json:"registryUri,omitempty"`
	}
	address := d.address()
	return httpx.JSON(c, http.StatusOK, map[string]service{
		"libraryAPI":  {URI: address, Registry: address},
		"keystoreAPI": {URI: address},
		"tokenAPI":    {URI: address},
	})
}

// version is GET /version.
func (d *door) version(c echo.Context) error {
	return answer(c, struct {
		Version string `json:"version"`
		API     string `json:"apiVersion"`
	}{d.Version, apiVersion})
}

// noRegistry is GET /v1/oci-redirect. It says that there is no OCI registry to go to, so that
// clients use this interface (ADR 9).
func noRegistry(echo.Context) error {
	return errs.E("library.noRegistry", errs.NotFound, "Images are pushed and pulled here by the library's own interface.")
}

// tokenStatus is GET /v1/token-status: whether a token is good.
func (d *door) tokenStatus(c echo.Context) error {
	if err := signedIn(c); err != nil {
		return errs.Wrap("library.tokenStatus", err)
	}
	return answer(c, struct{}{})
}

// currentUser is GET /v1/rbac/users/current, without an envelope. The secret is what a
// client may use as a password at the OCI door: the token it came with.
func (d *door) currentUser(c echo.Context) error {
	const op = "library.currentUser"
	if err := signedIn(c); err != nil {
		return errs.Wrap(op, err)
	}
	secret, err := token(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	type meta struct {
		Secret string `json:"secret"`
	}
	name := httpx.Actor(c).Name
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.JSON(c, http.StatusOK, struct {
		Name  string `json:"username"`
		Email string `json:"email"` // none is kept
		Real  string `json:"realname"`
		Meta  meta   `json:"oidc_user_meta"`
	}{name, "", name, meta{secret}})
}

// requireSignedIn refuses who shows no token.
func signedIn(c echo.Context) error {
	if httpx.Actor(c).IsAnonymous() {
		return errs.E("library.signedIn", errs.Unauthenticated, "You sent no token; log in with one.")
	}
	return nil
}

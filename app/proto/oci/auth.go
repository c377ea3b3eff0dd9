package oci

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// challenge is what asks a client for its credentials.
//
// Clients learn at /v2/ how to sign in, before they ask for anything, and most never try
// without what they learned there: if it answered 200 to everybody, docker login would
// believe any password, and docker, podman and skopeo would not send theirs for a private
// image. So nobody in particular gets 401 there, though he may go on to what is public:
//
//   - crane and all else made of go-containerregistry go on without credentials if they
//     have none;
//   - podman, skopeo and Apptainer's docker:// send an empty name with an empty password,
//     which signIn takes for none;
//   - oras, Apptainer's oras:// and containerd do not ask /v2/ at all, but sign in when
//     something is refused;
//   - the classic engine of docker gives up where Basic is asked for and it has no login.
const challenge = `Basic realm="Sregistry"`

// signIn finds out who makes a request. Errors: Unauthenticated, RateLimited.
func (d *door) signIn(c echo.Context) error {
	actor, err := d.actor(c)
	if err != nil {
		return err
	}
	httpx.SetActor(c, actor)
	return nil
}

func (d *door) actor(c echo.Context) (model.Actor, error) {
	const op = "oci.actor"
	r := c.Request()
	header := r.Header.Get(echo.HeaderAuthorization)
	if header == "" {
		return model.Anonymous, nil
	}
	if scheme, token, ok := strings.Cut(header, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return d.accounts.Bearer(r.Context(), strings.TrimSpace(token))
	}
	name, password, ok := r.BasicAuth()
	switch {
	case !ok:
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "The Authorization header is neither Basic nor Bearer; send one of these.")
	case name == "" && password == "": // see challenge
		return model.Anonymous, nil
	}
	return d.accounts.Basic(r.Context(), httpx.Source(c), name, password)
}

// check answers GET /v2/ (end-1): whether one is signed in.
func (d *door) check(c echo.Context, _ target) error {
	if httpx.Actor(c).IsAnonymous() {
		return errs.E("oci.check", errs.Unauthenticated, "Sign in with your name and your password or a token.")
	}
	return c.JSON(http.StatusOK, struct{}{})
}

package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// testCredentials refuses a program that shows wrong credentials at the front page:
// "apptainer keyserver login" asks there, and takes 200 for right ones. The page itself is
// that of the session, whatever credentials were sent. A browser is let in: its header may
// be meant for a proxy in front of us. Errors: those of identity.Header.
func (s *Site) testCredentials(c echo.Context) error {
	r := c.Request()
	header := r.Header.Get(echo.HeaderAuthorization)
	if header == "" || strings.Contains(r.Header.Get(echo.HeaderAccept), echo.MIMETextHTML) {
		return nil
	}
	_, err := s.identity.Header(r.Context(), httpx.Source(c), header)
	return errs.Wrap("web.testCredentials", err)
}

// unauthorized answers a program, which does not know what to do on the sign-in page.
func unauthorized(c echo.Context, err error) error {
	if !errs.Is(err, errs.Unauthenticated) {
		return err
	}
	httpx.Refuse(c, err)
	c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Basic realm="sregistry", charset="UTF-8"`)
	return httpx.Text(c, http.StatusUnauthorized, errs.Message(err)+"\n")
}

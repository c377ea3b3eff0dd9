package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
	"sregistry/static"
)

// static is GET /static/*: style, scripts and pictures.
func (s *Site) static() echo.HandlerFunc { return echo.WrapHandler(static.Handler()) }

// favicon is GET /favicon.ico, for browsers that look there before they read a page.
func (s *Site) favicon(c echo.Context) error {
	return c.Redirect(http.StatusFound, static.URL("img/icon.svg"))
}

// robots is GET /robots.txt (RFC 9309). Search engines are kept out altogether: a crawler
// that follows links here would fetch gigabytes.
func (s *Site) robots(c echo.Context) error {
	return httpx.Text(c, http.StatusOK, "User-agent: *\nDisallow: /\n")
}

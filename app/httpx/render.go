package httpx

import (
	"bytes"
	"context"
	"io"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// contentPolicy lets pages use what this server itself hands out, and nothing else: no
// inline script or style, no frame, no form to elsewhere.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Component is a page, or a part of one; templ's components are.
type Component interface {
	Render(ctx context.Context, w io.Writer) error
}

// Render answers with a page. It is written to memory first, so that a page that fails
// half way is an error and not half a page.
func Render(c echo.Context, status int, page Component) error {
	var b bytes.Buffer
	if err := page.Render(c.Request().Context(), &b); err != nil {
		return errs.Wrap("httpx.Render", err)
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, contentPolicy)
	if h.Get(echo.HeaderCacheControl) == "" {
		h.Set(echo.HeaderCacheControl, "private, no-cache")
	}
	return c.HTMLBlob(status, b.Bytes())
}

package httpx

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// SameOrigin refuses what a browser sends from another site's page, except by GET, HEAD
// and OPTIONS, which therefore must never change anything. Public is where browsers find
// the registry, behind whatever proxy; nil if nobody said. Programs that are no browsers
// pass: they hold no cookies that another site could use.
func SameOrigin(public *url.URL) (echo.MiddlewareFunc, error) {
	const op = "httpx.SameOrigin"
	protection := http.NewCrossOriginProtection()
	if public != nil {
		if err := protection.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, errs.Because(op, errs.Invalid, err, "The public address %q is not valid; give one such as https://registry.example.org.", public)
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return errs.Because(op, errs.Forbidden, err, "This came from a page of another site; open the page here and try again.")
			}
			return next(c)
		}
	}, nil
}

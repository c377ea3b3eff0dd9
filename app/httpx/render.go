package httpx

import (
	"context"
	"io"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
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
// half way is an error and not half a page. One that takes more memory than budget.Small has
// to be taken from the budget before, with what it is made of; it is refused otherwise if
// there is no room. Errors: Unavailable.
func Render(c echo.Context, status int, page Component) error {
	const op = "httpx.Render"
	ctx := c.Request().Context()
	b := held{share: budget.From(ctx)}
	if err := page.Render(ctx, &b); err != nil {
		return errs.Wrap(op, err)
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, contentPolicy)
	if h.Get(echo.HeaderCacheControl) == "" {
		h.Set(echo.HeaderCacheControl, "private, no-cache")
	}
	return errs.Wrap(op, Bytes(c, status, echo.MIMETextHTMLCharsetUTF8, b.text))
}

// held is a buffer whose growth is taken from the budget. It does not wait for it, with what
// it holds already.
type held struct {
	share *budget.Share
	text  []byte
}

func (b *held) Write(p []byte) (int, error) {
	if need := len(b.text) + len(p); need > cap(b.text) {
		to := max(2*cap(b.text), need, 4<<10)
		if b.share != nil {
			if err := b.share.Grow(int64(cap(b.text) + to)); err != nil {
				return 0, err
			}
		}
		b.text = append(make([]byte, 0, to), b.text...)
	}
	b.text = append(b.text, p...)
	return len(p), nil
}

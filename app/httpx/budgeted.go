package httpx

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
)

// sentPatience is how long a request waits for its turn whose body was sent already, or is
// being sent: to send it again costs more than to wait.
const sentPatience = time.Minute

// budgeted gives every request its share of the memory, until its answer is written.
func budgeted(b *budget.Budget) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			s := b.Open()
			defer s.Close()
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				s.Patient(sentPatience)
			}
			c.SetRequest(r.WithContext(budget.With(r.Context(), s)))
			return next(c)
		}
	}
}

// Holding is the middleware of routes whose handlers hold something before they answer, as
// those of pages and lists do: that many bytes at most, unless they take more themselves.
func Holding(bytes int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := budget.Take(c.Request().Context(), bytes); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// released has a request that has failed hold nothing any more: what is told of it is short,
// and must not fail for want of memory.
func released(c echo.Context) {
	ctx := c.Request().Context()
	if s := budget.From(ctx); s != nil {
		s.Close()
		c.SetRequest(c.Request().WithContext(budget.With(ctx, nil)))
	}
}

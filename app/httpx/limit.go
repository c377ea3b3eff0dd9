package httpx

import (
	"fmt"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"sregistry/app/errs"
	"sregistry/app/lru"
	"sregistry/app/model"
)

// maxCallers bounds the memory of Limits. A caller that is forgotten begins anew.
const maxCallers = 20_000

// Rate is how many requests a caller may make: Burst at once, and PerSecond over time. The
// zero value is no limit.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits bounds the requests of each caller: of an address for those without credentials,
// of an account or token for the others, wherever they come from.
type Limits struct {
	anonymous, known Rate
	callers          *lru.Map[string, *rate.Limiter]
}

// NewLimits makes limits for callers without credentials and for the others.
func NewLimits(anonymous, known Rate) *Limits {
	return &Limits{anonymous, known, lru.New[string, *rate.Limiter](maxCallers)}
}

// Allow counts a request. Errors: RateLimited.
func (l *Limits) Allow(c echo.Context, a model.Actor) error {
	const op = "httpx.Allow"
	key, r := "address "+Source(c), l.anonymous
	switch {
	case a.Token != "":
		key, r = "token "+a.Token, l.known
	case !a.IsAnonymous():
		key, r = fmt.Sprint("user ", a.UserID), l.known
	}
	if r.PerSecond <= 0 {
		return nil
	}
	limiter := l.callers.GetOrPut(key, func() *rate.Limiter { return rate.NewLimiter(rate.Limit(r.PerSecond), max(r.Burst, 1)) })
	now := time.Now()
	if limiter.AllowN(now, 1) {
		return nil
	}
	wait := time.Duration((1 - limiter.TokensAt(now)) / r.PerSecond * float64(time.Second))
	wait = max(wait, 0).Truncate(time.Second) + time.Second
	return errs.RetryIn(op, wait, "Too many requests; try again in %d seconds.", wait/time.Second)
}

// Admit counts a request, and notes who makes it, given what a door found out about that. A
// caller whose credentials are bad (err) counts as one who has none. Errors: RateLimited, and
// err itself.
func (l *Limits) Admit(c echo.Context, a model.Actor, err error) error {
	if err != nil {
		a = model.Anonymous
	}
	if refused := l.Allow(c, a); refused != nil {
		return refused
	}
	SetActor(c, a)
	return err
}

// Authenticate is the middleware of doors whose credentials stand in the header alone: it
// finds out who makes a request, and admits it.
func Authenticate(who func(echo.Context) (model.Actor, error), limits *Limits) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			a, err := who(c)
			if err := limits.Admit(c, a, err); err != nil {
				return err
			}
			return next(c)
		}
	}
}

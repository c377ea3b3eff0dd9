package httpx

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// secretParam is the name of path parameters which are never logged.
const secretParam = "secret"

// maxLogged bounds what a caller can put into one field of the log.
const maxLogged = 300

// request is what is told of a request in one line of the log.
type request struct {
	id     string
	fields []slog.Attr
	body   *body // nil if it has none
}

// RequestID gives the id by which the log knows a request.
func RequestID(c echo.Context) string {
	if r, ok := c.Get(eventKey).(*request); ok {
		return r.id
	}
	return ""
}

// Set adds a field to the request's line in the log. The value must not be a secret.
func Set(c echo.Context, key string, value any) {
	if r, ok := c.Get(eventKey).(*request); ok {
		r.fields = append(r.fields, slog.Any(key, value))
	}
}

// event logs every request in one line, when it is over; answers the error of its
// handler; and makes an error of a panic. Neither headers nor queries are logged, and the log
// leaves out what looks like a secret (package redact).
func event(s Settings) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := time.Now()
			r := &request{id: proxyID(c.Request(), s.Address.Proxies)}
			if r.id == "" {
				r.id = strings.ToLower(rand.Text()[:16])
			}
			c.Set(eventKey, r)
			c.Response().Header().Set(echo.HeaderXRequestID, r.id)

			err := guarded(c, next)
			cut := err != nil && c.Response().Committed // the answer is not what it began as
			if err != nil && !cut {
				err = normal(c, err)
				released(c)
				if e := answer(c, s.Errors, err); e != nil {
					Set(c, "unanswered", e.Error())
				}
			}
			took, status := time.Since(began), c.Response().Status
			if errs.Is(err, errs.Canceled) {
				status = StatusCanceled
			}
			r.log(s.Log, c, err, status, took)
			if s.Served != nil {
				s.Served(served(c, r, status, took))
			}
			if e, ok := denied(c, err); ok && s.Denied != nil {
				s.Denied(e)
			}
			if cut {
				panic(http.ErrAbortHandler) // so that the caller does not take it for whole
			}
			return nil
		}
	}
}

// guarded runs a handler; a panic is an Internal error with its stack.
func guarded(c echo.Context, next echo.HandlerFunc) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p != http.ErrAbortHandler {
			Set(c, "stack", string(debug.Stack()))
		}
		err = &errs.Error{Op: "httpx.guarded", Cause: fmt.Errorf("panic: %v", p)}
	}()
	return next(c)
}

func (r *request) log(log *slog.Logger, c echo.Context, err error, status int, took time.Duration) {
	level := slog.LevelInfo
	if mountOf(c).Quiet && err == nil {
		level = slog.LevelDebug
	}
	if status >= http.StatusInternalServerError || errs.Is(err, errs.Internal) {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("request", r.id), slog.String("method", clip(c.Request().Method)), slog.String("route", route(c)),
		slog.Int("status", status), slog.Int64("bytes", c.Response().Size), slog.Int64("received", r.received()), slog.Duration("duration", took),
		slog.String("source", c.RealIP()), slog.String("door", mountOf(c).Door),
	}
	for i, name := range c.ParamNames() {
		if values := c.ParamValues(); name != secretParam && i < len(values) {
			attrs = append(attrs, slog.String("param."+name, clip(values[i])))
		}
	}
	attrs = append(attrs, r.fields...)
	if a := Actor(c); !a.IsAnonymous() {
		attrs = append(attrs, slog.String("user", a.Name), slog.String("via", string(a.Via)))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	log.LogAttrs(c.Request().Context(), level, "request", attrs...)
}

// route gives the pattern of a request's route, since the path itself may hold a secret.
// Where there is no route, it is the first segment of the path.
func route(c echo.Context) string {
	if c.Path() != "" {
		return c.Path()
	}
	first, _, more := strings.Cut(strings.TrimPrefix(c.Request().URL.Path, "/"), "/")
	if more {
		first += "/…"
	}
	return "/" + clip(first)
}

func clip(s string) string {
	if len(s) > maxLogged {
		return strings.ToValidUTF8(s[:maxLogged], "") + "…"
	}
	return s
}

package redact

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler gives what is logged to another handler, without secrets.
func Handler(to slog.Handler) slog.Handler { return handler{to} }

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Secrets(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(all(attrs))}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

func all(attrs []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = attr(a)
	}
	return clean
}

// attr cleans one attribute. The id of an upload looks like the secret of a link, and opens
// nothing.
func attr(a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		if a.Key != "upload" && a.Key != "param.upload" {
			a.Value = slog.StringValue(Secrets(a.Value.String()))
		}
	case slog.KindGroup:
		a.Value = slog.GroupValue(all(a.Value.Group())...)
	case slog.KindAny:
		if text := fmt.Sprint(a.Value.Any()); Secrets(text) != text {
			a.Value = slog.StringValue(Secrets(text))
		}
	}
	return a
}

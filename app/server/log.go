package server

import (
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"

	"sregistry/app/config"
	"sregistry/app/redact"
	"sregistry/app/systemd"
)

// newLog makes the log: text on a terminal, with levels for the journal, JSON elsewhere,
// unless the settings say. No secret of ours gets into it.
func newLog(settings *config.Config, out io.Writer) (*slog.Logger, error) {
	level, err := settings.Level()
	if err != nil {
		return nil, err
	}
	return slog.New(redact.Handler(logHandler(settings, out, level))), nil
}

func logHandler(settings *config.Config, out io.Writer, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	json := &slog.HandlerOptions{Level: level, ReplaceAttr: seconds}
	f, isFile := out.(*os.File)
	if settings.LogFormat == "journal" || settings.LogFormat == "auto" && isFile && systemd.InJournal(f) {
		return systemd.Log(out, json)
	}
	if settings.LogFormat == "text" || settings.LogFormat == "auto" && isFile && term.IsTerminal(int(f.Fd())) {
		return slog.NewTextHandler(out, options)
	}
	return slog.NewJSONHandler(out, json)
}

// seconds gives a duration in JSON its unit, as the metrics have it: "duration" is
// "duration_seconds". A text log writes the unit after the number anyway.
func seconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindDuration {
		return a
	}
	return slog.Float64(a.Key+"_seconds", a.Value.Duration().Round(time.Microsecond).Seconds())
}

package server

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"sregistry/app/config"
	"sregistry/app/systemd"
)

// newLog makes the log: text on a terminal, with levels for the journal, JSON elsewhere,
// unless the settings say.
func newLog(settings *config.Config, out io.Writer) (*slog.Logger, error) {
	level, err := settings.Level()
	if err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: level}
	f, isFile := out.(*os.File)
	if settings.LogFormat == "journal" || settings.LogFormat == "auto" && isFile && systemd.InJournal(f) {
		return slog.New(systemd.Log(out, level)), nil
	}
	if settings.LogFormat == "text" || settings.LogFormat == "auto" && isFile && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(out, options)), nil
	}
	return slog.New(slog.NewJSONHandler(out, options)), nil
}

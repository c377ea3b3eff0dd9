package systemd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"syscall"
)

// InJournal reports whether a stream is the one that the manager reads into its journal.
func InJournal(f *os.File) bool {
	var is syscall.Stat_t
	if err := syscall.Fstat(int(f.Fd()), &is); err != nil {
		return false
	}
	return os.Getenv("JOURNAL_STREAM") == fmt.Sprintf("%d:%d", is.Dev, is.Ino)
}

// Log makes a handler that writes JSON with its level before it, as the journal takes it
// (sd-daemon(3)): "<4>" is a warning. The journal notes the time by itself.
func Log(out io.Writer, options *slog.HandlerOptions) slog.Handler {
	s := &stream{out: out}
	o := *options
	o.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
		switch {
		case len(groups) == 0 && a.Key == slog.TimeKey:
			return slog.Attr{}
		case options.ReplaceAttr == nil:
			return a
		}
		return options.ReplaceAttr(groups, a)
	}
	json := slog.NewJSONHandler(&s.line, &o)
	return journal{s, json}
}

// stream is what all handlers that came from one share.
type stream struct {
	mu   sync.Mutex
	line bytes.Buffer
	out  io.Writer
}

type journal struct {
	*stream
	slog.Handler // writes to the stream's line
}

// Handle writes one line.
func (j journal) Handle(ctx context.Context, r slog.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.line.Reset()
	fmt.Fprintf(&j.line, "<%d>", priority(r.Level))
	if err := j.Handler.Handle(ctx, r); err != nil {
		return err
	}
	_, err := j.out.Write(j.line.Bytes())
	return err
}

func (j journal) WithAttrs(a []slog.Attr) slog.Handler {
	return journal{j.stream, j.Handler.WithAttrs(a)}
}

func (j journal) WithGroup(name string) slog.Handler {
	return journal{j.stream, j.Handler.WithGroup(name)}
}

// priority is the level's number in syslog(3).
func priority(l slog.Level) int {
	switch {
	case l >= slog.LevelError:
		return 3
	case l >= slog.LevelWarn:
		return 4
	case l >= slog.LevelInfo:
		return 6
	}
	return 7
}

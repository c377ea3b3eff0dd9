package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sregistry/app/config"
)

// Whoever reads a duration in the log knows its unit, in every format.
func TestDurationsInTheLogHaveAUnit(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"json": `"duration_seconds":1.5`, "journal": `"duration_seconds":1.5`, "auto": `"duration_seconds":1.5`, "text": `duration=1.5s`} {
		settings := config.New()
		settings.LogFormat = format
		var out bytes.Buffer
		log, err := newLog(settings, &out)
		if err != nil {
			t.Fatal(err)
		}
		log.With("grace", 2*time.Minute).WithGroup("g").Info("x", "duration", 1500*time.Millisecond, slog.Group("inner", "wait", 700*time.Nanosecond))
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q is not in %s", format, want, &out)
		}
		if format == "text" {
			continue
		}
		line := out.Bytes()
		var fields map[string]any
		if err := json.Unmarshal(line[bytes.IndexByte(line, '{'):], &fields); err != nil {
			t.Fatal(err)
		}
		inner := fields["g"].(map[string]any)["inner"].(map[string]any)
		if fields["grace_seconds"] != 120.0 || inner["wait_seconds"] != 0.000001 {
			t.Errorf("%s: %s", format, &out)
		}
	}
}

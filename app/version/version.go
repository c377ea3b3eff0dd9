// Package version knows which build of the program this is: its version, and what the Go
// toolchain recorded of the commit that it was built from.
//
// Entry points: Number, where a protocol or a backup names the program; Get for all of it.
package version

import (
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Number is the version of the program. A release has the tag "v" + Number.
const Number = "0.1.0"

// Info describes a build. What the toolchain did not record is empty: a build outside of a
// checkout has no revision.
type Info struct {
	Version  string    `json:"version"`
	Revision string    `json:"revision,omitempty"` // the commit
	Time     time.Time `json:"time,omitzero"`      // of the commit
	Modified bool      `json:"modified,omitempty"` // the checkout had changes that were not committed
	Go       string    `json:"go"`
	Platform string    `json:"platform"` // such as "linux/amd64"
}

// Get describes the running program.
func Get() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return from(build)
}

// from reads what a build recorded.
func from(build *debug.BuildInfo) Info {
	i := Info{Version: Number, Go: build.GoVersion, Platform: runtime.GOOS + "/" + runtime.GOARCH}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			i.Revision = s.Value
		case "vcs.time":
			// A time in another form is left out, as one that is missing.
			i.Time, _ = time.Parse(time.RFC3339, s.Value)
		case "vcs.modified":
			i.Modified = s.Value == "true"
		}
	}
	return i
}

// String describes the build on one line: "0.1.0 (28f77a4b1c2d, 2026-11-30, linux/amd64)".
func (i Info) String() string {
	var of []string
	if i.Revision != "" {
		short := i.Revision[:min(len(i.Revision), 12)]
		if i.Modified {
			short += " with changes"
		}
		of = append(of, short)
	}
	if !i.Time.IsZero() {
		of = append(of, i.Time.UTC().Format(time.DateOnly))
	}
	return i.Version + " (" + strings.Join(append(of, i.Platform), ", ") + ")"
}

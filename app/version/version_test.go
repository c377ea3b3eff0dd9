package version

import (
	"encoding/json"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestBuildIsDescribedByWhatTheToolchainRecorded(t *testing.T) {
	t.Parallel()
	platform := runtime.GOOS + "/" + runtime.GOARCH
	for name, c := range map[string]struct {
		settings   []debug.BuildSetting
		text, json string
	}{
		"outside of a checkout": {nil, "0.1.0 (" + platform + ")", `{"version":"0.1.0","go":"go1.26.0","platform":"` + platform + `"}`},
		"of a commit": {[]debug.BuildSetting{{Key: "vcs.revision", Value: "28f77a4b1c2d3e4f"}, {Key: "vcs.time", Value: "2026-11-30T07:47:00Z"}, {Key: "vcs.modified", Value: "false"}},
			"0.1.0 (28f77a4b1c2d, 2026-11-30, " + platform + ")",
			`{"version":"0.1.0","revision":"28f77a4b1c2d3e4f","time":"2026-11-30T07:47:00Z","go":"go1.26.0","platform":"` + platform + `"}`},
		"of a changed checkout": {[]debug.BuildSetting{{Key: "vcs.revision", Value: "28f77a4"}, {Key: "vcs.time", Value: "yesterday"}, {Key: "vcs.modified", Value: "true"}},
			"0.1.0 (28f77a4 with changes, " + platform + ")",
			`{"version":"0.1.0","revision":"28f77a4","modified":true,"go":"go1.26.0","platform":"` + platform + `"}`},
	} {
		got := from(&debug.BuildInfo{GoVersion: "go1.26.0", Settings: c.settings})
		if got.String() != c.text {
			t.Errorf("%s: %s, want %s", name, got, c.text)
		}
		if text, err := json.Marshal(got); err != nil || string(text) != c.json {
			t.Errorf("%s: %s, %v, want %s", name, text, err, c.json)
		}
	}
}

func TestRunningProgramNamesItsToolchain(t *testing.T) {
	t.Parallel()
	if i := Get(); i.Go != runtime.Version() || i.Version != Number || i.Time.After(time.Now()) {
		t.Errorf("%+v", i)
	}
}

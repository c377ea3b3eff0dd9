package config_test

import (
	"strings"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// named finds a setting in a list.
func named(t *testing.T, list []model.Setting, name string) model.Setting {
	t.Helper()
	for _, s := range list {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no setting %q", name)
	return model.Setting{}
}

func TestWhatWasGivenAtTheStartBeatsWhatIsKept(t *testing.T) {
	t.Parallel()
	start, err := load(t, []string{"--grace", "1h"}, []string{"SREGISTRY_SERVER_NAME=environment"}, "sign-in = true\n")
	if err != nil {
		t.Fatal(err)
	}
	now, err := start.WithStored(map[string]string{"grace": "2h", "name": "kept", "sign-in": "false", "upload-life": "48h", "user-collections": "false"})
	if err != nil {
		t.Fatal(err)
	}
	if now.Grace != time.Hour || now.Name != "environment" || !now.SignIn || now.UploadLife != 48*time.Hour || now.UserCollections {
		t.Errorf("in force: %+v", now)
	}
	for name, fixed := range map[string]string{"grace": "the flag --grace", "name": "the environment variable SREGISTRY_SERVER_NAME", "upload-life": ""} {
		if got := named(t, now.Running(), name).Fixed; got != fixed {
			t.Errorf("%s is fixed by %q, want %q", name, got, fixed)
		}
	}
	if got := named(t, now.Running(), "sign-in").Fixed; !strings.HasSuffix(got, "sregistry.conf") {
		t.Errorf("sign-in is fixed by %q", got)
	}
	if got := named(t, now.Running(), "upload-life"); got.Value != "2d" || got.Default != "1d" || got.Kind != model.Duration {
		t.Errorf("upload-life is %+v", got)
	}
	if start.UploadLife == now.UploadLife {
		t.Error("the settings of the start have changed")
	}
}

func TestKeptSettingsAreHeldToTheRules(t *testing.T) {
	t.Parallel()
	start, err := load(t, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ setting, value, want string }{
		"not a duration":  {"grace", "soon", `"soon" is not valid for grace. Use a time`},
		"negative":        {"grace", "-1h", "Use 0 or more"},
		"no name":         {"name", "  ", "1 to 100 characters"},
		"two lines":       {"name", "a\nb", "on one line"},
		"hidden":          {"welcome", "a\x00b", "invisible"},
		"long":            {"welcome", strings.Repeat("x", 2001), "too long"},
		"needs a restart": {"listen", ":1", "not a setting that can change"},
		"unknown":         {"nothing", "1", "not a setting that can change"},
	} {
		if _, err := start.WithStored(map[string]string{c.setting: c.value}); !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

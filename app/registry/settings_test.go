package registry_test

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// graceOnly are rules by which only the setting grace changes, given in hours.
func graceOnly(fixed string) registry.SettingsResolver {
	return func(kept map[string]string) (registry.Settings, []model.Setting, error) {
		hours := 1
		if text, ok := kept["grace"]; ok {
			var err error
			if hours, err = strconv.Atoi(text); err != nil {
				return registry.Settings{}, nil, errs.E("test", errs.Invalid, "Not a number.")
			}
		}
		return registry.Settings{Grace: time.Duration(hours) * time.Hour},
			[]model.Setting{{Name: "grace", Value: strconv.Itoa(hours), Default: "1", Fixed: fixed}}, nil
	}
}

func TestChangedSettingsAreInForceAtOnceAndAfterAStart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	admin := model.Console
	if err := f.ApplySettings(ctx, graceOnly("")); err != nil {
		t.Fatal(err)
	}
	if err := f.ChangeSettings(ctx, admin, map[string]string{"grace": "5"}); err != nil {
		t.Fatal(err)
	}
	if got := f.Settings().Grace; got != 5*time.Hour {
		t.Errorf("grace is %s", got)
	}
	again := registry.New(f.db, f.blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
	if err := again.ApplySettings(ctx, graceOnly("")); err != nil {
		t.Fatal(err)
	}
	if got := again.Settings().Grace; got != 5*time.Hour {
		t.Errorf("after a start grace is %s", got)
	}
	list, err := again.RunningSettings(ctx, admin)
	if err != nil || len(list) != 1 || list[0].Value != "5" || list[0].Changed.IsZero() {
		t.Errorf("told %+v, %v", list, err)
	}
	if err := f.ChangeSettings(ctx, admin, map[string]string{"grace": "1"}); err != nil {
		t.Fatal(err)
	}
	if list, err = f.RunningSettings(ctx, admin); err != nil || !list[0].Changed.IsZero() {
		t.Errorf("the default is kept: %+v, %v", list, err)
	}
}

func TestRefusedSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	if err := f.ApplySettings(ctx, graceOnly("")); err != nil {
		t.Fatal(err)
	}
	if err := f.ChangeSettings(ctx, model.Console, map[string]string{"grace": "soon"}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a bad value: %v", err)
	}
	user := f.user("alice")
	if err := f.ChangeSettings(ctx, user, map[string]string{"grace": "5"}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("by a user: %v", err)
	}
	if _, err := f.RunningSettings(ctx, user); !errs.Is(err, errs.Forbidden) {
		t.Errorf("shown to a user: %v", err)
	}
	if _, err := f.RunningSettings(ctx, model.Anonymous); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("shown to anybody: %v", err)
	}
	if got := f.Settings().Grace; got != time.Hour {
		t.Errorf("grace is %s", got)
	}
	if err := f.ApplySettings(ctx, graceOnly("the flag --grace")); err != nil {
		t.Fatal(err)
	}
	if err := f.ChangeSettings(ctx, model.Console, map[string]string{"grace": "5"}); !errs.Is(err, errs.Conflict) {
		t.Errorf("one that is fixed: %v", err)
	}
}

package datadir_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/errs"
	"sregistry/app/store/storetest"
)

func none(t *testing.T, dir, when string) {
	t.Helper()
	if r, err := datadir.FindRunning(dir); r != nil || err != nil {
		t.Errorf("%s: %+v, %v", when, r, err)
	}
}

func TestServerIsAnnouncedWhileItHoldsTheFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	none(t, filepath.Join(dir, "nowhere"), "without a folder")
	none(t, dir, "in an empty folder")
	d, err := datadir.OpenExclusive(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	none(t, dir, "before it is announced")
	want := &datadir.Running{PID: os.Getpid(), Version: "1.2.3", Started: time.Now().UTC().Truncate(time.Second), Address: "127.0.0.1:8080",
		Public: "http://hub.example.org", Settings: []config.Given{{Name: "grace", Value: "2d", Source: "the flag --grace"}}}
	if err := d.Announce(*want); err != nil {
		t.Fatal(err)
	}
	beside, err := datadir.Open(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // looking at it does not take it away
		if got, err := datadir.FindRunning(dir); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%v %s", err, cmp.Diff(want, got))
		}
	}
	if err := beside.Close(); err != nil {
		t.Error(err)
	}
	if got, err := datadir.FindRunning(dir); err != nil || got == nil {
		t.Errorf("after another command ended: %+v, %v", got, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	none(t, dir, "after it ended")
	if _, err := os.Stat(filepath.Join(dir, "running.json")); err == nil {
		t.Error("what it said is still there")
	}
}

// What a server that was killed has left counts for nothing.
func TestKilledServerIsNotAnnounced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := datadir.OpenExclusive(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "running.json"), []byte(`{"pid": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	none(t, dir, "after a kill")
	d, err = datadir.OpenExclusive(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	none(t, dir, "at the next start")
}

func TestOneServerHoldsAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := datadir.OpenExclusive(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := datadir.OpenExclusive(t.Context(), dir, storetest.Schema(t)); !errs.Is(err, errs.Conflict) {
		t.Errorf("a second server: %v", err)
	}
}

func TestOnlyUnusedFoldersAreRemoved(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	d, err := datadir.OpenExclusive(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	datadir.RemoveUnused(dir)
	if err := datadir.Require(dir); err != nil {
		t.Errorf("one in use is gone: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	datadir.RemoveUnused(dir)
	if err := datadir.Require(dir); !errs.Is(err, errs.NotFound) {
		t.Errorf("an unused one is there: %v", err)
	}
}

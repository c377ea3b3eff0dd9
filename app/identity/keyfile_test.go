package identity_test

import (
	"os"
	"path/filepath"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store/storetest"
)

func open(t *testing.T, dir string) (*identity.Service, error) {
	t.Helper()
	s, err := identity.Open(t.Context(), storetest.New(t), dir)
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

func TestServerKeyIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, err := open(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, identity.KeyFileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	two, err := open(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := two.OpenTicket(t.Context(), one.SignTicket(model.Anonymous, 1)); err != nil {
		t.Errorf("the key is another one: %v", err)
	}
}

func TestDamagedServerKeyIsNotReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, identity.KeyFileName)
	for _, damaged := range []string{"", "damaged", "abcd\n"} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := open(t, dir)
		wantError(t, err, errs.Invalid, "not a server key")
		if text, _ := os.ReadFile(path); string(text) != damaged {
			t.Errorf("now it is %q", text)
		}
	}
	_, err := open(t, filepath.Join(dir, "missing"))
	wantError(t, err, errs.Unavailable, "cannot be written")
}

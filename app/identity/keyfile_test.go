package identity_test

import (
	"os"
	"path/filepath"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store"
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

// withKey makes a registry with an account and a token, and gives its database and its folder.
func withKey(t *testing.T) (db *store.DB, dir, token string) {
	t.Helper()
	db, dir = storetest.New(t), t.TempDir()
	s, err := identity.Open(t.Context(), db, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u, err := s.CreateUser(t.Context(), model.Console, identity.NewUser{Name: "ci", Kind: model.Robot})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err = s.CreateToken(t.Context(), model.Console, identity.NewToken{User: u.Name, Name: "ci", Scope: model.ScopeRead})
	if err != nil {
		t.Fatal(err)
	}
	return db, dir, token
}

func TestLostServerKeyIsNotReplacedUnasked(t *testing.T) {
	t.Parallel()
	_, elsewhere, _ := withKey(t)
	other, err := os.ReadFile(filepath.Join(elsewhere, identity.KeyFileName))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		harm func(path string) error
		kind errs.Kind
		says string
	}{
		"missing":   {os.Remove, errs.Conflict, "is missing"},
		"another's": {func(path string) error { return os.WriteFile(path, other, 0o600) }, errs.Conflict, "belongs to another registry"},
		"empty":     {func(path string) error { return os.WriteFile(path, nil, 0o600) }, errs.Invalid, "not a server key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, dir, token := withKey(t)
			path := filepath.Join(dir, identity.KeyFileName)
			key, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.harm(path); err != nil {
				t.Fatal(err)
			}
			harmed, _ := os.ReadFile(path)
			for range 2 {
				_, err = identity.Open(t.Context(), db, dir)
				wantError(t, err, c.kind, c.says)
				wantError(t, err, c.kind, "--new-key")
			}
			if now, _ := os.ReadFile(path); string(now) != string(harmed) {
				t.Errorf("the key is %q", now)
			}
			// The right one is put back.
			if err := os.WriteFile(path, key, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := identity.Open(t.Context(), db, dir)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Bearer(t.Context(), token); err != nil {
				t.Error(err)
			}
			s.Close()
			_, err = identity.Open(t.Context(), db, dir, identity.WithNewKey())
			wantError(t, err, errs.Conflict, "Leave --new-key out")
			// It is lost for good.
			if err := c.harm(path); err != nil {
				t.Fatal(err)
			}
			if s, err = identity.Open(t.Context(), db, dir, identity.WithNewKey()); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Bearer(t.Context(), token); err == nil {
				t.Error("a token of the old key is good")
			}
			s.Close()
			if old, err := filepath.Glob(path + ".*"); err != nil || (len(old) == 1) != (name != "missing") {
				t.Errorf("kept of the old one: %v, %v", old, err)
			}
			if s, err = identity.Open(t.Context(), db, dir); err != nil {
				t.Fatal(err)
			}
			s.Close()
		})
	}
}

// A database of an older version does not know its key, but it had one if it has accounts.
func TestDatabaseWithAccountsHadAKey(t *testing.T) {
	t.Parallel()
	db, dir, _ := withKey(t)
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.SetKeyCheck(t.Context(), "") }); err != nil {
		t.Fatal(err)
	}
	s, err := identity.Open(t.Context(), db, dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.SetKeyCheck(t.Context(), "") }); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, identity.KeyFileName)); err != nil {
		t.Fatal(err)
	}
	_, err = identity.Open(t.Context(), db, dir)
	wantError(t, err, errs.Conflict, "is missing")
}

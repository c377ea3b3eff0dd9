package identity_test

import (
	"runtime"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// Whether there is an account is not told by how much work a wrong password makes: each one
// is hashed once. A hash takes so much memory that its use can be counted, by no clock. The
// count is the program's, so nothing else may run meanwhile.
func TestWrongPasswordIsHashedOnceWhetherThereIsAnAccountOrNot(t *testing.T) {
	const oneHash = 19 << 20
	f := newFixture(t, identity.WithDearPasswords())
	f.admin(t, "root")
	f.person(t, "bob")
	f.create(t, identity.NewUser{Name: "ci", Kind: model.Robot})
	f.person(t, "mallory")
	if err := f.SetDisabled(t.Context(), model.Console, "mallory", true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, password string }{
		{"bob", "a wrong password"}, {"bob", ""}, {"bob", string(make([]byte, 5000))},
		{"nobody", "a wrong password"}, {"ci", "a wrong password"}, {"mallory", password},
		{"", "a wrong password"}, {"not a name", "a wrong password"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := f.Password(t.Context(), "192.0.2.1", c.name, c.password)
		runtime.ReadMemStats(&after)
		if !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%q: %v", c.name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took < oneHash || took >= 2*oneHash {
			t.Errorf("%q with a password of %d bytes took %d bytes of memory, a hash takes %d", c.name, len(c.password), took, oneHash)
		}
	}
}

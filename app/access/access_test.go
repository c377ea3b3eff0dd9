package access_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/access"
	"sregistry/app/model"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const here = 7 // the collection at hand

// actors are all who can come, by what they are to the collection.
var actors = []struct {
	name  string
	actor model.Actor
	role  model.Role
}{
	{"anonymous", model.Anonymous, model.NoRole},
	{"stranger", user(model.ScopeAll, nil), model.NoRole},
	{"contributor", user(model.ScopeAll, nil), model.Contributor},
	{"owner", user(model.ScopeAll, nil), model.Owner},
	{"admin", admin(model.ScopeAll, nil), model.NoRole},
	{"owner, read token", user(model.ScopeRead, nil), model.Owner},
	{"owner, write token", user(model.ScopeRead|model.ScopeWrite, nil), model.Owner},
	{"owner, delete token", user(model.ScopeRead|model.ScopeDelete, nil), model.Owner},
	{"owner, manage token", user(model.ScopeRead|model.ScopeManage, nil), model.Owner},
	{"owner, token for this collection", user(model.ScopeAll, []int64{here}), model.Owner},
	{"owner, token for another collection", user(model.ScopeAll, []int64{here + 1}), model.Owner},
	{"owner, token for no collection", user(model.ScopeAll, []int64{}), model.Owner},
	{"owner, token without scope", user(0, nil), model.Owner},
	{"admin, read token", admin(model.ScopeRead, nil), model.NoRole},
	{"admin, token for another collection", admin(model.ScopeAll, []int64{here + 1}), model.NoRole},
}

func user(s model.Scope, only []int64) model.Actor {
	return model.Actor{UserID: 1, Name: "u", Scope: s, Only: only}
}

func admin(s model.Scope, only []int64) model.Actor {
	a := user(s, only)
	a.Admin = true
	return a
}

var targets = []struct {
	name   string
	target access.Target
}{
	{"missing", access.Target{}},
	{"private", access.Target{Exists: true, Collection: here}},
	{"private frozen", access.Target{Exists: true, Collection: here, Frozen: true}},
	{"public", access.Target{Exists: true, Collection: here, Public: true}},
	{"public frozen", access.Target{Exists: true, Collection: here, Public: true, Frozen: true}},
	{"public, sign-in required", access.Target{Exists: true, Collection: here, Public: true, SignIn: true}},
}

var actions = []struct {
	name   string
	action access.Action
}{{"read", access.Read}, {"push", access.Push}, {"freeze", access.Freeze}, {"delete", access.Delete}, {"manage", access.Manage}, {"describe", access.Describe}}

var words = map[access.Decision]string{access.Hidden: "hidden", access.NeedLogin: "sign in", access.Refused: "refused",
	access.Narrow: "token", access.Frozen: "frozen", access.Allow: "yes"}

func TestMatrix(t *testing.T) {
	var out bytes.Buffer
	fmt.Fprint(&out, "Who may do what: the answers of access.Can. hidden: as if it did not exist; sign in: the same to an\n"+
		"anonymous caller; refused: seen, but not allowed; token: allowed, but not with this token; frozen: after a thaw.\n")
	for _, target := range targets {
		fmt.Fprintf(&out, "\n%s\n", target.name)
		w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "  ")
		for _, a := range actions {
			fmt.Fprintf(w, "\t%s", a.name)
		}
		fmt.Fprintln(w)
		for _, who := range actors {
			fmt.Fprintf(w, "  %s", who.name)
			for _, a := range actions {
				tt := target.target
				if tt.Exists {
					tt.Role = who.role
				}
				fmt.Fprintf(w, "\t%s", words[access.Can(who.actor, a.action, tt)])
			}
			fmt.Fprintln(w)
		}
		w.Flush()
	}
	const golden = "testdata/matrix.txt"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestHiddenAndMissingAreAnsweredAlike(t *testing.T) {
	for _, who := range actors {
		if who.role != model.NoRole || who.actor.Admin {
			continue
		}
		for _, a := range actions {
			private := access.Can(who.actor, a.action, access.Target{Exists: true, Collection: here})
			missing := access.Can(who.actor, a.action, access.Target{})
			if private != missing {
				t.Errorf("%s, %s: private is %s, missing is %s", who.name, a.name, words[private], words[missing])
			}
		}
	}
}

func TestUnknownActionIsNeverAllowed(t *testing.T) {
	all := access.Target{Exists: true, Collection: here, Public: true, Role: model.Owner}
	for _, action := range []access.Action{0, access.Describe + 1, 255} {
		if d := access.Can(admin(model.ScopeAll, nil), action, all); d != access.Hidden {
			t.Errorf("action %d: %s", action, words[d])
		}
	}
}

// A wider credential must never be allowed less, and a greater role never less either.
func TestScopeAndRoleOnlyWiden(t *testing.T) {
	for _, target := range targets {
		for _, a := range actions {
			for s := range model.ScopeAll + 1 {
				for role := model.NoRole; role <= model.Owner; role++ {
					tt := target.target
					tt.Role = role
					allowed := access.Can(user(s, nil), a.action, tt) == access.Allow
					wider := access.Can(user(model.ScopeAll, nil), a.action, tt) == access.Allow
					tt.Role = model.Owner
					greater := access.Can(user(s, nil), a.action, tt) == access.Allow
					if allowed && (!wider || !greater) {
						t.Errorf("%s, %s, scope %d, role %s", target.name, a.name, s, role)
					}
				}
			}
		}
	}
}

func TestWhoMayCreate(t *testing.T) {
	for _, c := range []struct {
		name  string
		actor model.Actor
		ns    access.Namespace
		want  access.Decision
	}{
		{"anonymous anywhere", model.Anonymous, access.Namespace{Common: true, Owned: true}, access.NeedLogin},
		{"user in the common one", user(model.ScopeAll, nil), access.Namespace{Common: true}, access.Allow},
		{"user in his own", user(model.ScopeAll, nil), access.Namespace{Owned: true}, access.Allow},
		{"user in another's", user(model.ScopeAll, nil), access.Namespace{}, access.Refused},
		{"admin in another's", admin(model.ScopeAll, nil), access.Namespace{}, access.Allow},
		{"read token", user(model.ScopeRead, nil), access.Namespace{Owned: true}, access.Narrow},
		{"narrowed token", user(model.ScopeAll, []int64{here}), access.Namespace{Owned: true}, access.Narrow},
	} {
		if got := access.CanCreate(c.actor, c.ns); got != c.want {
			t.Errorf("%s: %s", c.name, words[got])
		}
	}
}

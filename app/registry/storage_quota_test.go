package registry_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/store"
)

// quotas gives all quotas in an order, read by pages of a size.
func (f *fixture) quotas(order model.QuotaOrder, size int) []string {
	f.t.Helper()
	var all []string
	p := model.Page{Limit: size}
	for {
		list, next, err := f.Quotas(f.ctx(), model.Console, order, p)
		must(f.t, err)
		for _, q := range list {
			all = append(all, fmt.Sprintf("%s %s %d/%d", q.Kind, q.Name, (q.Used-q.Metadata+q.Reserved)/1000, q.Usage.Quota/1000))
		}
		if p.After = next; next == "" {
			return all
		}
		if len(all) > 100 {
			f.t.Fatal("the list does not end")
		}
	}
}

// fill lets a container hold n bytes more; seed varies what they are.
func (f *fixture) fill(a model.Actor, name string, n int, seed byte) {
	f.t.Helper()
	content := bytes.Repeat([]byte{seed}, n)
	must(f.t, f.PutBlob(f.ctx(), a, path(f.t, name), digest.FromBytes(content), bytes.NewReader(content)))
}

func TestAllQuotasAreListedWithWhatIsTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.user("bob")
	must(t, only(f.CreateTeam(f.ctx(), alice, "crew", model.ByInvitation)))
	f.fill(alice, "alice/tools/x", 30_000, 1)
	f.fill(alice, "lab/x", 30_000, 2)
	f.fill(alice, "gone/x", 30_000, 3)
	if got := f.quotas(model.Fullest, 10); got != nil {
		t.Errorf("nothing is limited, and listed are %q", got)
	}
	for name, bytes := range map[string]int64{"alice": 60, "alice/default": 50, "alice/tools": 40, "bob": 7, "crew": 9, "lab": 60, "library": 20, "gone": 1} {
		f.limit(name, 1000*bytes)
	}
	must(t, only(f.DeleteCollection(f.ctx(), alice, path(t, "gone"))))
	byName := []string{"user alice 30/60", "collection alice/default 0/50", "collection alice/tools 30/40", "user bob 0/7", "team crew 0/9", "library library 60/20", "collection lab 30/60"}
	fullest := []string{"library library 60/20", "collection alice/tools 30/40", "user alice 30/60", "collection lab 30/60", "collection alice/default 0/50", "user bob 0/7", "team crew 0/9"}
	for size := 1; size <= 8; size++ {
		if d := cmp.Diff(byName, f.quotas(model.QuotasByName, size)); d != "" {
			t.Errorf("by name, %d at a time (-want +got):\n%s", size, d)
		}
		if d := cmp.Diff(fullest, f.quotas(model.Fullest, size)); d != "" {
			t.Errorf("the fullest first, %d at a time (-want +got):\n%s", size, d)
		}
	}
	wants(t, errs.Invalid, quotasError(f.Quotas(f.ctx(), model.Console, model.Fullest, model.Page{After: "nonsense"})))
	wants(t, errs.Forbidden, quotasError(f.Quotas(f.ctx(), alice, model.Fullest, model.Page{})))
	wants(t, errs.Unauthenticated, quotasError(f.Quotas(f.ctx(), model.Anonymous, model.Fullest, model.Page{})))
	must(t, f.AuthorizeQuotas(model.Console))
	wants(t, errs.Forbidden, f.AuthorizeQuotas(alice))
	wants(t, errs.Unauthenticated, f.AuthorizeQuotas(model.Anonymous))
}

func quotasError(_ []model.Quota, _ string, err error) error { return err }

func TestQuotasOfTheSettingsAreListedForUsersOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Service = registry.New(f.db, f.blobs, registry.Settings{UserCollections: true, UserQuota: 100_000}, slog.New(slog.DiscardHandler))
	alice := f.user("alice")
	f.user("bob")
	must(t, only(f.CreateTeam(f.ctx(), alice, "crew", model.ByInvitation)))
	f.limit("bob", 0) // has explicitly none
	if d := cmp.Diff([]string{"user alice 0/100"}, f.quotas(model.Fullest, 10)); d != "" {
		t.Error(d)
	}
	f.fill(alice, "alice/tools/x", 30_000, 1)
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.DeleteUser(f.ctx(), alice.UserID) }))
	if d := cmp.Diff([]string{"orphan alice 30/100"}, f.quotas(model.Fullest, 10)); d != "" {
		t.Error(d)
	}
	list, _, err := f.Quotas(f.ctx(), model.Console, model.Fullest, model.Page{})
	if must(t, err); !list[0].Default {
		t.Errorf("%+v", list[0])
	}
}

// usages gives who sees how much room is taken by what, read by pages of a size.
func (f *fixture) usages(a model.Actor, size int) (all []string) {
	f.t.Helper()
	p := model.Page{Limit: size}
	for {
		list, next, err := f.Usages(f.ctx(), a, p)
		must(f.t, err)
		for _, q := range list {
			all = append(all, fmt.Sprintf("%s %s %d/%d", q.Kind, q.Name, (q.Used-q.Metadata)/1000, q.Usage.Quota/1000))
		}
		if p.After = next; next == "" || len(all) > 100 {
			return all
		}
	}
}

// Everybody sees the room of what is his; an admin sees that of all.
func TestRoomIsListedForThoseWhoseItIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	must(t, only(f.CreateTeam(f.ctx(), alice, "crew", model.ByInvitation)))
	f.fill(alice, "alice/tools/x", 30_000, 1)
	f.fill(alice, "crew/tools/x", 40_000, 2)
	f.fill(alice, "lab/x", 50_000, 3)
	f.fill(alice, "free/x", 60_000, 4) // no quota, so not a row of its own
	f.fill(bob, "gone/x", 70_000, 5)
	for name, bytes := range map[string]int64{"alice": 100, "alice/tools": 90, "lab": 80, "gone": 75} {
		f.limit(name, 1000*bytes)
	}
	must(t, only(f.DeleteCollection(f.ctx(), bob, path(t, "gone"))))
	his := []string{"user alice 30/100", "collection alice/tools 30/90", "team crew 40/0", "collection lab 50/80"}
	all := []string{"user alice 30/100", "collection alice/tools 30/90", "user bob 0/0", "team crew 40/0", "library library 180/0", "collection lab 50/80"}
	for size := 1; size <= 7; size++ {
		if d := cmp.Diff(his, f.usages(alice, size)); d != "" {
			t.Errorf("alice, %d at a time (-want +got):\n%s", size, d)
		}
		if d := cmp.Diff(all, f.usages(model.Console, size)); d != "" {
			t.Errorf("an admin, %d at a time (-want +got):\n%s", size, d)
		}
	}
	if d := cmp.Diff([]string{"user bob 0/0"}, f.usages(bob, 10)); d != "" {
		t.Errorf("bob (-want +got):\n%s", d)
	}
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Contributor}))
	if got := f.usages(bob, 10); len(got) != 1 {
		t.Errorf("a contributor sees %q", got)
	}
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	if d := cmp.Diff([]string{"user bob 0/0", "collection lab 50/80"}, f.usages(bob, 10)); d != "" {
		t.Errorf("another owner (-want +got):\n%s", d)
	}
	narrow := alice
	narrow.Only = []int64{1}
	wants(t, errs.Forbidden, quotasError(f.Usages(f.ctx(), narrow, model.Page{})))
	wants(t, errs.Unauthenticated, quotasError(f.Usages(f.ctx(), model.Anonymous, model.Page{})))
}

// A quota is recorded under the full name of what it is about, and its owners see that.
func TestSettingAQuotaIsRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.fill(alice, "alice/default/x", 30, 1)
	f.fill(alice, "lab/x", 30, 2)
	for _, name := range []string{"alice", "alice/default", "lab"} {
		f.limit(name, 1<<30)
	}
	f.limit("lab", 0)
	must(t, only(f.SetQuota(f.ctx(), model.Console, path(t, "alice"), nil)))
	told := func(who model.Actor, in ref.Path) (all []string) {
		list, _, err := f.Events(f.ctx(), who, in, registry.EventFilter{Action: model.QuotaSet}, model.Page{})
		must(t, err)
		for _, e := range list {
			all = append(all, e.Target+" "+e.Details["quota"])
		}
		return all
	}
	want := []string{"alice default", "library/lab none", "library/lab 1.0 GiB", "alice/default 1.0 GiB", "alice 1.0 GiB"}
	if d := cmp.Diff(want, told(model.Console, ref.Path{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(want[1:3], told(alice, path(t, "lab"))); d != "" {
		t.Errorf("to the owner (-want +got):\n%s", d)
	}
}

// What takes up room tells its quota as it is now, though the room may have been counted
// before; what was deleted can have none.
func TestStorageTellsQuotas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.fill(alice, "alice/tools/x", 30, 1)
	f.fill(alice, "alice/gone/x", 30, 2)
	f.fill(alice, "lab/x", 30, 3)
	must(t, only(f.DeleteCollection(f.ctx(), alice, path(t, "alice/gone"))))
	quotas := func(place string) map[string]int64 {
		list, err := f.Storage(f.ctx(), model.Console, place)
		must(t, err)
		found := map[string]int64{}
		for _, h := range list {
			if h.HasQuota {
				found[h.Name] = h.Quota
			}
		}
		return found
	}
	for _, limit := range []int64{0, 500, 7} {
		f.limit("alice", limit)
		f.limit("alice/tools", 2*limit)
		if d := cmp.Diff(map[string]int64{"alice": limit, "library": 0}, quotas("")); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(map[string]int64{"alice/tools": 2 * limit}, quotas("alice")); d != "" {
			t.Error(d)
		}
	}
	if d := cmp.Diff(map[string]int64{}, quotas("alice/tools")); d != "" {
		t.Error(d)
	}
}

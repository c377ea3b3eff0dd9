package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
)

// limit sets a quota as an admin.
func (f *fixture) limit(name string, bytes int64) {
	f.t.Helper()
	must(f.t, only(f.SetQuota(f.ctx(), model.Console, path(f.t, name), &bytes)))
}

// sound fails the test if any count is not what it should be.
func (f *fixture) sound() {
	f.t.Helper()
	var wrong []string
	must(f.t, f.db.View(f.ctx(), func(tx *store.Tx) (err error) {
		wrong, err = tx.Miscounted(f.ctx())
		return err
	}))
	c, err := f.Keeper.Check(f.ctx(), false, nil)
	must(f.t, err)
	for _, w := range append(wrong, c.Damage...) {
		f.t.Error(w)
	}
}

func (f *fixture) usage(a model.Actor, name string) model.Usage {
	f.t.Helper()
	u, err := f.Usage(f.ctx(), a, path(f.t, name))
	must(f.t, err)
	return u
}

// unsized hides how long a body is.
type unsized struct{ io.Reader }

func TestHundredPushesAtAQuotaDoNotExceedIt(t *testing.T) {
	t.Parallel()
	const pushes, fit = 100, 7 // beside one that comes first
	size := int64(len(image(t, "amd64", 0)))
	for name, push := range map[string]func(*fixture, model.Actor, int) error{
		"in one go": func(f *fixture, a model.Actor, n int) error {
			return only(f.Push(f.ctx(), a, path(t, fmt.Sprintf("lab/k%d", n%3)), fmt.Sprintf("t%d", n), bytes.NewReader(image(t, "amd64", uint64(n)))))
		},
		"as blobs": func(f *fixture, a model.Actor, n int) error {
			content := image(t, "amd64", uint64(n))
			return f.PutBlob(f.ctx(), a, path(t, fmt.Sprintf("lab/k%d", n%3)), digest.FromBytes(content), bytes.NewReader(content))
		},
		"as announced uploads": func(f *fixture, a model.Actor, n int) error {
			content := image(t, "amd64", uint64(n))
			up, err := f.BeginUpload(f.ctx(), a, path(t, "lab/k"), registry.Announcement{Bytes: size})
			if err != nil {
				return err
			}
			if _, err := f.AppendUpload(f.ctx(), a, path(t, "lab/k"), up.ID, 0, bytes.NewReader(content)); err != nil {
				return err
			}
			return f.FinishUpload(f.ctx(), a, path(t, "lab/k"), up.ID, digest.FromBytes(content))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			alice := f.user("alice")
			must(t, only(f.CreateCollection(f.ctx(), alice, path(t, "lab"), registry.NewCollection{})))
			must(t, push(f, alice, pushes))
			used := f.usage(alice, "lab").Used
			f.limit("lab", (fit+1)*used) // less metadata comes with the others, since their containers are there
			var done, refused atomic.Int64
			var all sync.WaitGroup
			for n := range pushes {
				all.Go(func() {
					switch err := push(f, alice, n); {
					case err == nil:
						done.Add(1)
					case errs.Is(err, errs.OverQuota):
						refused.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			// Metadata is not reserved, so some that have come may be refused for others that come.
			if n := done.Load(); n < fit/2 || n > fit+4 || refused.Load() != pushes-n {
				t.Errorf("%d went in and %d were refused, want about %d", n, refused.Load(), fit)
			}
			if u := f.usage(alice, "lab"); u.Reserved != 0 || u.Used > u.Quota {
				t.Errorf("in the end: %+v", u)
			}
			f.age(time.Minute) // they may have abandoned what they brought
			for n := pushes + 1; f.usage(alice, "lab").Remaining() > used; n++ {
				must(t, push(f, alice, n))
			}
			f.sound()
		})
	}
}

func TestQuotaHoldsForStreamsOfUnknownLength(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "alice/tools/x")
	const room = 300 << 10
	f.limit("alice", room)
	content := bytes.Repeat([]byte("x"), room-3<<10) // which leaves what its rows need
	must(t, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(content), unsized{bytes.NewReader(content)}))
	f.sound()
	at = path(t, "alice/tools/z")
	wants(t, errs.OverQuota, f.PutBlob(f.ctx(), alice, at, digest.FromString("y"), unsized{strings.NewReader("y")}))
	wants(t, errs.OverQuota, only(f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})))
	wants(t, errs.OverQuota, f.CheckQuota(f.ctx(), alice, at, 0))
	at = path(t, "alice/tools/x")
	wants(t, errs.OverQuota, f.MountBlob(f.ctx(), alice, path(t, "alice/other/y"), at, digest.FromBytes(content))) // for its rows
	f.limit("alice", room+4<<10)
	must(t, f.MountBlob(f.ctx(), alice, path(t, "alice/other/y"), at, digest.FromBytes(content))) // is stored once
	f.sound()
}

func TestUploadTakesItsRoomWhenItBeginsAndGivesItBackWhenItEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "alice/tools/x")
	must(t, only(f.CreateCollection(f.ctx(), alice, path(t, "alice/tools"), registry.NewCollection{})))
	f.limit("alice/tools", 1000)
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{Bytes: 900})
	must(t, err)
	wants(t, errs.OverQuota, only(f.BeginUpload(f.ctx(), alice, at, registry.Announcement{Bytes: 101})))
	if u := f.usage(alice, "alice/tools"); u.Reserved != 900 || u.Remaining() != 100 {
		t.Errorf("begun: %+v", u)
	}
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, 0, bytes.NewReader(make([]byte, 500)))
	must(t, err)
	if u := f.usage(alice, "alice/tools"); u.Reserved != 900 {
		t.Errorf("in the middle: %+v", u)
	}
	must(t, f.CancelUpload(f.ctx(), alice, at, up.ID))
	if u := f.usage(alice, "alice/tools"); u.Reserved != 0 {
		t.Errorf("canceled: %+v", u)
	}
	if _, err = f.BeginUpload(f.ctx(), alice, at, registry.Announcement{Bytes: 900}); err != nil {
		t.Fatal(err)
	}
	f.age(2 * time.Hour)
	f.sweep() // its client has died
	if u := f.usage(alice, "alice/tools"); u.Reserved != 0 {
		t.Errorf("left alone: %+v", u)
	}
	f.sound()
}

func TestRoomOfWhatTheServerDiedInIsGivenBackWhenItStarts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "alice/tools/x")
	must(t, only(f.CreateCollection(f.ctx(), alice, path(t, "alice/tools"), registry.NewCollection{})))
	f.limit("alice/tools", 1000)
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{Bytes: 300})
	must(t, err)
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, 0, bytes.NewReader(make([]byte, 100)))
	must(t, err)
	reading, die := make(chan struct{}), make(chan struct{})
	ended := make(chan error)
	go func() {
		body := &held{Reader: strings.NewReader(strings.Repeat("x", 200)), reading: reading, die: die}
		ended <- f.PutBlob(context.WithoutCancel(f.ctx()), alice, at, digest.FromString("z"), body)
	}()
	<-reading
	if u := f.usage(alice, "alice/tools"); u.Reserved != 500 {
		t.Errorf("under way: %+v", u)
	}
	f.sound()
	again := registry.New(f.db, f.blobs, registry.Settings{Grace: time.Hour, UploadLife: time.Hour}, slog.New(slog.DiscardHandler))
	must(t, again.Keeper.ReleaseReservations(f.ctx()))
	if u := f.usage(alice, "alice/tools"); u.Reserved != 100 { // as much as has arrived
		t.Errorf("after a start: %+v", u)
	}
	if got, err := again.Upload(f.ctx(), alice, at, up.ID); err != nil || got.Offset != 100 {
		t.Errorf("what can be gone on with: %+v, %v", got, err)
	}
	close(die)
	if err := <-ended; err == nil {
		t.Error("an upload that broke off worked")
	}
	f.sound()
}

// held is a body that says when it is read, and then waits to break off.
type held struct {
	*strings.Reader
	reading, die chan struct{}
}

func (h *held) Read([]byte) (int, error) {
	close(h.reading)
	<-h.die
	return 0, errors.New("the line is dead")
}

func TestUsersHaveTheQuotaOfTheSettingsUnlessTheyHaveTheirOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Service = registry.New(f.db, f.blobs, registry.Settings{UserCollections: true, UserQuota: 100_000, Grace: time.Hour, UploadLife: time.Hour},
		slog.New(slog.DiscardHandler))
	alice, bob := f.user("alice"), f.user("bob")
	put := func(a model.Actor, name string, n int) error {
		content := bytes.Repeat([]byte{byte(n)}, n*1000)
		return f.PutBlob(f.ctx(), a, path(t, name), digest.FromBytes(content), bytes.NewReader(content))
	}
	must(t, put(alice, "alice/a", 60))
	wants(t, errs.OverQuota, put(alice, "alice/b/c", 50))
	must(t, f.MountBlob(f.ctx(), alice, path(t, "alice/b/c"), path(t, "alice/a"), digest.FromBytes(bytes.Repeat([]byte{60}, 60_000)))) // counts once
	must(t, put(alice, "lab/x", 200))                                                                                                  // the registry's own has no quota
	f.limit("alice", 500_000)
	must(t, put(alice, "alice/b/c", 50))
	must(t, only(f.SetQuota(f.ctx(), model.Console, path(t, "alice"), nil)))
	wants(t, errs.OverQuota, put(alice, "alice/b/c", 1))
	u, err := f.NamespaceUsage(f.ctx(), alice, "alice")
	if must(t, err); u.Used/1000 != 117 || u.Quota != 100_000 || !u.Default { // two containers have three blobs
		t.Errorf("alice: %+v", u)
	}
	wants(t, errs.Forbidden, only(f.NamespaceUsage(f.ctx(), bob, "alice")))
	wants(t, errs.Forbidden, only(f.SetQuota(f.ctx(), alice, path(t, "alice"), new(int64))))
	if err := put(alice, "alice/b/c", 2); strings.Contains(errs.Message(err), "117") {
		t.Errorf("tells how much is in a namespace: %v", err)
	}
	f.sound()
}

// Whatever is done, in whatever order, the counts are those of a full count.
func TestCountsAreThoseOfACountWhateverIsDone(t *testing.T) {
	t.Parallel()
	const steps = 250
	f := newFixture(t)
	alice := f.user("alice")
	r := rand.New(rand.NewPCG(3, 4))
	places := []string{"lab/a", "lab/b", "alice/tools/c", "alice/tools/d", "alice/e"}
	for range steps {
		at := places[r.IntN(len(places))]
		p := path(t, at)
		seed := uint64(r.IntN(6))
		var err error
		switch r.IntN(12) {
		case 0, 1, 2:
			err = only(f.Push(f.ctx(), alice, p, fmt.Sprintf("t%d", r.IntN(3)), bytes.NewReader(image(t, "amd64", seed))))
		case 3:
			err = only(f.DeleteTag(f.ctx(), alice, p, fmt.Sprintf("t%d", r.IntN(3)), ""))
		case 4:
			err = only(f.DeleteImage(f.ctx(), alice, p, digest.FromBytes(image(t, "amd64", seed))))
		case 5:
			err = only(f.DeleteContainer(f.ctx(), alice, p))
		case 6:
			err = only(f.DeleteCollection(f.ctx(), alice, path(t, []string{"lab", "alice/tools"}[r.IntN(2)])))
		case 7:
			err = f.MountBlob(f.ctx(), alice, p, path(t, places[r.IntN(len(places))]), digest.FromBytes(image(t, "amd64", seed)))
		case 8, 9:
			var list []model.Deletion
			if list, _, err = f.Deletions(f.ctx(), alice, registry.DeletionFilter{}, model.Page{}); err == nil && len(list) > 0 {
				if id := list[r.IntN(len(list))].ID; r.IntN(2) == 0 {
					err = only(f.Restore(f.ctx(), alice, id))
				} else {
					err = f.Purge(f.ctx(), alice, id)
				}
			}
		case 10:
			f.age(time.Duration(r.IntN(20)) * time.Hour)
			f.sweep()
			_, err = f.BeginUpload(f.ctx(), alice, p, registry.Announcement{Bytes: int64(r.IntN(100))})
		case 11:
			public := r.IntN(2) == 0
			_, err = f.ChangeCollection(f.ctx(), alice, path(t, []string{"lab", "alice/tools", "alice/default"}[r.IntN(3)]), registry.CollectionChange{Public: &public})
		}
		if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.OverQuota) {
			t.Fatal(err)
		}
		if r.IntN(10) == 0 {
			f.limit("alice", int64(r.IntN(3))*20_000)
		}
		if r.IntN(10) == 0 {
			f.sound()
		}
	}
	f.sound()
}

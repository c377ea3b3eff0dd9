package registry_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// cutOff is a body that announces more than comes before its line breaks.
func cutOff(announced int64, come string) io.Reader {
	return &announcing{io.MultiReader(strings.NewReader(come), broken{}), announced}
}

type announcing struct {
	io.Reader
	bytes int64
}

func (a *announcing) Size() int64 { return a.bytes }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line is dead") }

// limited is a fixture with a user and a collection that has a quota.
func limited(t *testing.T, quota int64) (*fixture, model.Actor, ref.Path) {
	t.Helper()
	f := newFixture(t)
	alice := f.user("alice")
	must(t, only(f.CreateCollection(f.ctx(), alice, path(t, "lab"), registry.NewCollection{})))
	f.limit("lab", quota)
	return f, alice, path(t, "lab/x")
}

// restart is what is left of a server that was killed.
func (f *fixture) restart() {
	f.t.Helper()
	f.Service = registry.New(f.db, f.blobs, registry.Settings{UserCollections: true, Grace: 24 * time.Hour, UploadLife: time.Hour},
		slog.New(slog.DiscardHandler))
	must(f.t, f.Keeper.ReleaseReservations(f.ctx()))
}

// uploads counts the files of uploads.
func (f *fixture) uploads() int {
	f.t.Helper()
	list, err := f.blobs.Uploads()
	must(f.t, err)
	return len(list)
}

// However a push ends, what is reserved for it is at most what has arrived, and the same push
// goes in at once when it is repeated.
func TestWhatIsReservedDoesNotOutliveItsWriter(t *testing.T) {
	t.Parallel()
	const quota = 1000_000
	content := strings.Repeat("x", 900_000)
	d := digest.FromString(content)
	begin := func(f *fixture, a model.Actor, at ref.Path, announced registry.Announcement) (string, error) {
		up, err := f.BeginUpload(f.ctx(), a, at, announced)
		return up.ID, err
	}
	// Each way begins a push with a body and leaves it; whole pushes all of it.
	ways := map[string]struct {
		push func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error
	}{
		"a stream to an upload": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			id, err := begin(f, a, at, registry.Announcement{})
			if err == nil {
				_, err = f.AppendUpload(f.ctx(), a, at, id, -1, unsized{body})
			}
			if err == nil {
				err = f.FinishUpload(f.ctx(), a, at, id, d)
			}
			return err
		}},
		"a sized part of an upload": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			id, err := begin(f, a, at, registry.Announcement{})
			if err == nil {
				_, err = f.AppendUpload(f.ctx(), a, at, id, 0, body)
			}
			if err == nil {
				err = f.FinishUpload(f.ctx(), a, at, id, d)
			}
			return err
		}},
		"the last part of an upload": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			id, err := begin(f, a, at, registry.Announcement{})
			if err == nil {
				_, err = f.FinishUploadWith(f.ctx(), a, at, id, 0, body, d)
			}
			return err
		}},
		"an announced upload": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			id, err := begin(f, a, at, registry.Announcement{Bytes: 900_000})
			if err == nil {
				_, err = f.FinishUploadWith(f.ctx(), a, at, id, 0, body, d)
			}
			return err
		}},
		"an announced upload of known content": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			id, err := begin(f, a, at, registry.Announcement{Bytes: 900_000, Digest: d})
			if err == nil {
				_, err = f.FinishUploadWith(f.ctx(), a, at, id, 0, body, d)
			}
			return err
		}},
		"a blob in one go": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			return f.PutBlob(f.ctx(), a, at, d, body)
		}},
		"a blob of unknown length": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			return f.PutBlob(f.ctx(), a, at, d, unsized{body})
		}},
		"a file": {func(f *fixture, a model.Actor, at ref.Path, body io.Reader) error {
			_, err := f.Push(f.ctx(), a, at, "v1", body)
			if errs.Is(err, errs.Invalid) { // all of it came, but it is no image
				return f.PutBlob(f.ctx(), a, at, d, strings.NewReader(content))
			}
			return err
		}},
	}
	for name, way := range ways {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, crash %v", name, crash), func(t *testing.T) {
				t.Parallel()
				f, alice, at := limited(t, quota)
				wants(t, errs.Canceled, way.push(f, alice, at, cutOff(900_000, strings.Repeat("x", 300_000))))
				if crash {
					f.restart()
				}
				if u := f.usage(alice, "lab"); u.Reserved > 300_000 || u.Used != 0 {
					t.Errorf("cut off: %+v", u)
				}
				f.sound()
				must(t, way.push(f, alice, at, strings.NewReader(content)))
				if u := f.usage(alice, "lab"); u.Reserved != 0 || u.Used < 900_000 {
					t.Errorf("in the end: %+v", u)
				}
				if n := f.uploads(); n != 0 {
					t.Errorf("%d files of uploads are left", n)
				}
				f.sound()
			})
		}
		t.Run(name+", refused", func(t *testing.T) {
			t.Parallel()
			f, alice, at := limited(t, quota)
			err := way.push(f, alice, at, strings.NewReader(strings.Repeat("y", 1000_001)))
			wants(t, errs.OverQuota, err)
			if strings.Contains(errs.Message(err), " 1 B ") {
				t.Errorf("asks for a byte: %s", errs.Message(err))
			}
			if u := f.usage(alice, "lab"); u.Reserved != 0 || u.Used != 0 {
				t.Errorf("refused: %+v", u)
			}
			if n := f.uploads(); n != 0 {
				t.Errorf("%d files of uploads are left", n)
			}
			must(t, way.push(f, alice, at, strings.NewReader(content)))
			f.sound()
		})
	}
}

// A client that was killed between its requests is not known to be gone; what it announced
// stays for a few minutes, unless its user needs it.
func TestIdleReservationsShrink(t *testing.T) {
	t.Parallel()
	f, alice, at := limited(t, 1000_000)
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{Bytes: 900_000})
	must(t, err)
	must(t, only(f.AppendUpload(f.ctx(), alice, at, up.ID, 0, bytes.NewReader(make([]byte, 200_000)))))
	f.age(time.Minute)
	must(t, f.Keeper.ShrinkIdle(f.ctx()))
	if u := f.usage(alice, "lab"); u.Reserved != 900_000 {
		t.Errorf("after a minute: %+v", u)
	}
	f.age(5 * time.Minute)
	must(t, f.Keeper.ShrinkIdle(f.ctx()))
	if u := f.usage(alice, "lab"); u.Reserved != 200_000 {
		t.Errorf("after six minutes: %+v", u)
	}
	must(t, only(f.AppendUpload(f.ctx(), alice, at, up.ID, 200_000, bytes.NewReader(make([]byte, 700_000))))) // it may still go on
	must(t, f.FinishUpload(f.ctx(), alice, at, up.ID, digest.FromBytes(make([]byte, 900_000))))
	f.sound()
}

// One that is being written to is not idle, however long it takes.
func TestActiveReservationsDoNotShrink(t *testing.T) {
	t.Parallel()
	f, alice, at := limited(t, 1000_000)
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
	must(t, err)
	body := &held{Reader: strings.NewReader(strings.Repeat("x", 900_000)), reading: make(chan struct{}), die: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := f.AppendUpload(f.ctx(), alice, at, up.ID, 0, body)
		ended <- err
	}()
	<-body.reading
	f.age(time.Hour / 2)
	must(t, f.Keeper.ShrinkIdle(f.ctx()))
	wants(t, errs.OverQuota, f.PutBlob(f.ctx(), alice, path(t, "lab/y"), digest.FromString("y"), bytes.NewReader(make([]byte, 200_000))))
	if u := f.usage(alice, "lab"); u.Reserved != 900_000 {
		t.Errorf("under way: %+v", u)
	}
	close(body.die)
	wants(t, errs.Canceled, <-ended)
	f.sound()
}

// Who needs storage gets what others have abandoned, the oldest first and no more than needed.
func TestAbandonedUploadsAreDroppedFirst(t *testing.T) {
	t.Parallel()
	f, alice, at := limited(t, 1000_000)
	bob := f.user("bob")
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	var left []string
	for range 3 {
		up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
		must(t, err)
		wants(t, errs.Canceled, only(f.AppendUpload(f.ctx(), alice, at, up.ID, 0, cutOff(300_000, strings.Repeat("x", 300_000)))))
		left = append(left, up.ID)
		f.age(time.Minute)
	}
	put := func(a model.Actor, n int) error {
		content := bytes.Repeat([]byte{byte(n)}, n*1000)
		return f.PutBlob(f.ctx(), a, path(t, "lab/z"), digest.FromBytes(content), bytes.NewReader(content))
	}
	err := put(bob, 150)
	wants(t, errs.OverQuota, err)
	if text := errs.Message(err); !strings.Contains(text, "879 KiB reserved by uploads in progress") {
		t.Errorf("does not name what is reserved: %s", text)
	}
	f.age(13 * time.Minute)
	must(t, put(bob, 150))
	for n, id := range left {
		_, err := f.Upload(f.ctx(), alice, at, id)
		if gone := errs.Is(err, errs.NotFound); gone != (n == 0) {
			t.Errorf("upload %d: %v", n, err)
		}
	}
	if n := f.uploads(); n != 2 {
		t.Errorf("%d files of uploads are there", n)
	}
	f.sound()
	must(t, put(alice, 400)) // her own go at once
	if n := f.uploads(); n > 1 {
		t.Errorf("%d files of uploads are there", n)
	}
	f.sound()
}

// The layers that a refused push had brought do not stay for a day.
func TestWhatARefusedPushHadBroughtIsDropped(t *testing.T) {
	t.Parallel()
	f, alice, at := limited(t, 1000_000)
	layer := func(n byte) []byte { return bytes.Repeat([]byte{n}, 400_000) }
	for n := range byte(2) {
		must(t, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(layer(n)), bytes.NewReader(layer(n))))
	}
	wants(t, errs.OverQuota, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(layer(2)), bytes.NewReader(layer(2))))
	wants(t, errs.OverQuota, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(layer(3)), bytes.NewReader(layer(3))))
	if u := f.usage(alice, "lab"); u.Used < 800_000 { // another push may bring its manifest yet
		t.Errorf("refused: %+v", u)
	}
	f.age(time.Minute)
	must(t, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(layer(3)), bytes.NewReader(layer(3))))
	must(t, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(layer(4)), bytes.NewReader(layer(4))))
	wants(t, errs.OverQuota, f.PutBlob(f.ctx(), alice, at, digest.FromBytes(layer(5)), bytes.NewReader(layer(5))))
	f.age(20 * time.Minute)
	f.sweep()
	if u := f.usage(alice, "lab"); u.Used > 10_000 { // of the container
		t.Errorf("swept: %+v", u)
	}
	f.sound()
}

// What an image uses, and what others have just brought, is not dropped for anybody.
func TestNothingInUseIsDropped(t *testing.T) {
	t.Parallel()
	f, alice, at := limited(t, 0)
	bob := f.user("bob")
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	image := f.push(alice, "lab/x", "v1", "amd64", 1)
	f.age(time.Hour / 2)
	must(t, f.PutBlob(f.ctx(), bob, at, digest.FromString("bob's"), strings.NewReader("bob's")))
	f.limit("lab", f.usage(alice, "lab").Used)
	for range 2 {
		wants(t, errs.OverQuota, f.PutBlob(f.ctx(), alice, at, digest.FromString("y"), strings.NewReader("y")))
	}
	for _, d := range []digest.Digest{image.Content, digest.FromString("bob's")} {
		must(t, only(f.blob(alice, "lab/x", d)))
	}
	f.sound()
}

// A push of the same content replaces the earlier one, even one whose line is dead.
func TestSameContentReplacesTheEarlierUpload(t *testing.T) {
	t.Parallel()
	f, alice, at := limited(t, 1000_000)
	content := strings.Repeat("x", 900_000)
	known := registry.Announcement{Bytes: 900_000, Digest: digest.FromString(content)}
	up, err := f.BeginUpload(f.ctx(), alice, at, known)
	must(t, err)
	dead := newHanging([]byte(content[:100]))
	ended := make(chan error)
	go func() {
		_, err := f.FinishUploadWith(f.ctx(), alice, at, up.ID, 0, dead, known.Digest)
		ended <- err
	}()
	<-dead.waits
	again, err := f.BeginUpload(f.ctx(), alice, at, known)
	must(t, err)
	if <-ended == nil {
		t.Error("the earlier push worked")
	}
	if u := f.usage(alice, "lab"); u.Reserved != 900_000 {
		t.Errorf("replaced: %+v", u)
	}
	wants(t, errs.NotFound, only(f.Upload(f.ctx(), alice, at, up.ID)))
	_, err = f.FinishUploadWith(f.ctx(), alice, at, again.ID, 0, strings.NewReader(content), known.Digest)
	must(t, err)
	// It was killed once more, before it made an image of it.
	must(t, only(f.BeginUpload(f.ctx(), alice, at, known)))
	f.sound()
}

func TestRefusalsNameWhatTheyMay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	must(t, only(f.CreateCollection(f.ctx(), alice, path(t, "alice/tools"), registry.NewCollection{})))
	must(t, f.SetRole(f.ctx(), alice, path(t, "alice/tools"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	f.limit("alice", 10<<10)
	f.fill(alice, "alice/tools/x", 4<<10, 1)
	must(t, only(f.BeginUpload(f.ctx(), alice, path(t, "alice/tools/x"), registry.Announcement{Bytes: 2 << 10})))
	const advice = " Delete and purge images, or ask an administrator for a larger quota."
	says := func(a model.Actor, bytes int64, want string) {
		t.Helper()
		err := f.CheckQuota(f.ctx(), a, path(t, "alice/tools/y"), bytes)
		wants(t, errs.OverQuota, err)
		if got := errs.Message(err); got != want+advice {
			t.Errorf("says %q\nwant %q", got, want+advice)
		}
	}
	says(alice, 3<<10, "Not enough space in alice: 1.0 KiB of 10 KiB left (2.0 KiB reserved by uploads in progress), 3.0 KiB needed.")
	says(bob, 3<<10, "Not enough space in alice: its quota of 10 KiB does not leave 3.0 KiB.")
	must(t, only(f.BeginUpload(f.ctx(), alice, path(t, "alice/tools/x"), registry.Announcement{Bytes: 1 << 10})))
	says(alice, 0, "The quota of alice, 10 KiB, is used up (3.0 KiB reserved by uploads in progress).")
	says(bob, 0, "The quota of alice, 10 KiB, is used up.")
	f.limit("alice", 0)
	f.limit("alice/tools", 10<<10)
	says(bob, 3<<10, "Not enough space in alice/tools: 0 B of 10 KiB left (3.0 KiB reserved by uploads in progress), 3.0 KiB needed.")
	says(bob, 0, "The quota of alice/tools, 10 KiB, is used up (3.0 KiB reserved by uploads in progress).")
}

package registry_test

import (
	"errors"
	"log/slog"
	"testing"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// disk is a file layer whose room a test decides.
type disk struct {
	blob.FS
	free int64
	err  error
}

func (d *disk) DiskSpace() (free, size int64, err error) { return d.free, 1 << 40, d.err }

func TestNotReadyIsSaidInOneSentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		disk disk
		kind errs.Kind
		want string
	}{
		"all is well": {disk{free: 1 << 30}, errs.Internal, ""},
		"disk full":   {disk{free: 1 << 20}, errs.NoSpace, "The disk is full."},
		"folder gone": {disk{err: errors.New("/srv/secret: input/output error")}, errs.Unavailable, "The data folder cannot be read."},
	} {
		db := storetest.New(t)
		blobs, err := blob.Open(t.TempDir(), blob.WithFS(func(fs blob.FS) blob.FS { c.disk.FS = fs; return &c.disk }))
		must(t, err)
		s := registry.New(db, blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
		err = s.Keeper.Ready(t.Context())
		if errs.Message(err) != c.want || err != nil && errs.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
		// Asking again at once does no work.
		if before, _ := db.Writes(); s.Keeper.Ready(t.Context()) != nil && c.want == "" || writes(db) != before {
			t.Errorf("%s: the second time it wrote again", name)
		}
		blobs.Close()
	}
}

func writes(db *store.DB) uint64 {
	n, _ := db.Writes()
	return n
}

func TestFiguresCountWhatIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.push(alice, "lab/hello", "v1", "amd64", 1)
	_, err := f.BeginUpload(f.ctx(), alice, path(t, "lab/hello"), registry.Announcement{})
	must(t, err)
	_, err = f.Keeper.Sweep(f.ctx())
	must(t, err)
	got, err := f.Keeper.Stats(f.ctx())
	must(t, err)
	if got.Blobs != 2 || got.Bytes == 0 || got.Uploads != 1 || got.Writes == 0 || got.LastSwept.IsZero() || got.DiskSize == 0 {
		t.Errorf("%+v", got)
	}
}

func TestFiguresAreForAdministrators(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	reader := root
	reader.Scope = model.ScopeRead
	narrowed := root
	narrowed.Only = []int64{1}
	must(t, f.AuthorizeMonitoring(root))
	must(t, f.AuthorizeMonitoring(reader))
	wants(t, errs.Forbidden, f.AuthorizeMonitoring(narrowed))
	wants(t, errs.Forbidden, f.AuthorizeMonitoring(alice))
	wants(t, errs.Unauthenticated, f.AuthorizeMonitoring(model.Anonymous))
}

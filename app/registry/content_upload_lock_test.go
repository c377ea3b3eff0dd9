package registry_test

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/registry"
	"sregistry/app/store"
)

// silent is the body of a request whose client has left, or sends nothing.
type silent struct{ err error }

func (s silent) Await() error             { return s.err }
func (s silent) Read([]byte) (int, error) { return 0, s.err }

// Somebody who comes to an upload, and is gone before it is theirs, interrupts nobody.
func TestWhoLeavesWhileWaitingInterruptsNobody(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	content := bytes.Repeat([]byte("0123456789abcdef"), 20000)
	gone := errs.E("test", errs.Canceled, "The request was cut off.")
	for name, come := range map[string]func(ctx context.Context, id string) error{
		"a cancel that was given up": func(ctx context.Context, id string) error {
			ctx, leave := context.WithTimeout(ctx, 100*time.Millisecond) // less than anybody is waited for
			defer leave()
			return f.CancelUpload(ctx, alice, at, id)
		},
		"a chunk that was given up": func(ctx context.Context, id string) error {
			ctx, leave := context.WithTimeout(ctx, 100*time.Millisecond) // less than anybody is waited for
			defer leave()
			return only(f.AppendUpload(ctx, alice, at, id, 0, bytes.NewReader(content)))
		},
		"a chunk of which nothing comes": func(ctx context.Context, id string) error {
			return only(f.AppendUpload(ctx, alice, at, id, 0, silent{gone}))
		},
		"an end of which nothing comes": func(ctx context.Context, id string) error {
			return only(f.FinishUploadWith(ctx, alice, at, id, 0, silent{gone}, digest.FromBytes(content)))
		},
	} {
		up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
		must(t, err)
		writes := newHanging(content[:100_000])
		done := make(chan error)
		go func() { done <- only(f.AppendUpload(f.ctx(), alice, at, up.ID, 0, writes)) }()
		<-writes.waits
		if err := come(f.ctx(), up.ID); !errs.Is(err, errs.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		select {
		case <-writes.given:
			t.Errorf("%s: whoever writes is interrupted", name)
		default:
			writes.Interrupt() // the line ends by itself
		}
		wants(t, errs.Canceled, <-done)
	}
}

// A pull of what the disk does not give any more does not wait for the note of that, whoever
// writes to the database.
func TestPullWaitsForNoWrite(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	i := f.push(alice, "lab/hello", "latest", "amd64", 1)
	must(t, os.Remove(f.fileOf(i.Content)))
	must(t, f.db.Update(f.ctx(), func(*store.Tx) error {
		_, err := f.OpenFile(i)
		wants(t, errs.NotFound, err)
		_, _, err = f.OpenBlob(f.ctx(), alice, path(t, "lab/hello"), i.Content)
		wants(t, errs.NotFound, err)
		return nil
	}))
	done, err := f.Scrubber.RunDue(f.ctx())
	if must(t, err); done.Blobs != 1 || done.Damaged != 1 {
		t.Errorf("the scrub found %+v", done)
	}
	_, err = f.Manifest(f.ctx(), alice, path(t, "lab/hello"), tag("latest"))
	wants(t, errs.NotFound, err)
}

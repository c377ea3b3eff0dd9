package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/backup"
	"sregistry/app/blob"
	"sregistry/app/cli"
	"sregistry/app/doortest"
	"sregistry/app/store"
	"sregistry/app/store/disktest"
	"sregistry/app/store/storetest"
)

// A database whose disk fails at any call that SQLite makes on it, in any way, during any
// change: the change is done wholly, or refused by a sentence of the door's and not done at
// all; all else is read on; when the disk is well again, the same server does the same
// change; and whoever opens the folder then, or opens what would be left if the server died
// right after its answer, finds all that was acknowledged, and nothing by half.
func TestProofDatabaseFaults(t *testing.T) {
	t.Parallel()
	nth := 10 * *every // which of the points is looked at
	if *long {
		nth = 1
	}
	furnished := furnish(t)
	var all faults
	changes := append(acts(), act{"back up", nil, backUp}, act{"read by every door", nil, read})
	for _, a := range changes {
		var ours faults
		after, calls := furnished.reaches(t, a)
		for _, trouble := range disktest.Troubles() {
			for trouble.At = 1; trouble.At <= calls[trouble.Call]; trouble.At++ {
				if ours.points++; (all.points+ours.points)%nth == 0 {
					furnished.bears(t, a, trouble, after, &ours)
				}
			}
		}
		t.Logf("%-32s %s", a.name, ours)
		all.add(ours)
	}
	t.Logf("%d changes, %s", len(changes), all)
}

// faults counts what a proof did.
type faults struct{ points, struck, refused, reads int }

func (f *faults) add(other faults) {
	f.points, f.struck, f.refused, f.reads = f.points+other.points, f.struck+other.struck, f.refused+other.refused, f.reads+other.reads
}

func (f faults) String() string {
	return fmt.Sprintf("%5d points, %5d calls failed, %5d refusals, %5d reads meanwhile", f.points, f.struck, f.refused, f.reads)
}

// on opens a copy of the registry on a disk of its own, and does what an act begins with.
func (s *stage) on(e *episode, dir string, a act) (*stage, *disktest.Disk) {
	must(e, os.CopyFS(dir, os.DirFS(s.dir)))
	disk := disktest.Below(e, dir)
	s = s.open(e, dir, doortest.WithFiles(quick), doortest.WithLog(io.Discard))
	if a.arrange != nil {
		must(e, a.arrange(s))
	}
	return s, disk
}

// reaches tells what an act comes to on a disk that is well, and by how many calls.
func (s *stage) reaches(t testing.TB, a act) (after []string, calls [disktest.Calls]int) {
	e := &episode{TB: t}
	defer e.end()
	s, disk := s.on(e, e.TempDir(), a)
	s.shown() // as before the act that counts
	disk.Break(disktest.Trouble{})
	must(t, a.do(s))
	for c := range disktest.Calls {
		calls[c] = disk.Count(c)
	}
	return s.shown(), calls
}

// bears has an act done on a disk with a trouble, and holds what comes of it to what the
// proof claims.
func (s *stage) bears(t testing.TB, a act, trouble disktest.Trouble, after []string, count *faults) {
	wrong := func(format string, args ...any) {
		t.Errorf("%s, %+v: %s", a.name, trouble, fmt.Sprintf(format, args...))
	}
	e, running := &episode{TB: t}, &episode{TB: t}
	defer e.end()
	defer running.end()
	dir, left := e.TempDir(), e.TempDir()
	s, disk := s.on(running, dir, a)
	before := s.shown()
	disk.Break(trouble)
	err := a.do(s)
	if disk.Struck() == 0 { // it took fewer calls this time
		if err != nil {
			wrong("failed without it: %v", err)
		}
		return
	}
	count.struck++
	must(t, os.CopyFS(left, os.DirFS(dir)))
	comes := after
	if err != nil {
		comes = before
		count.refused++
		if said := unclear(err); said != "" {
			wrong("%s: %v", said, err)
		}
	}
	if shows(before, "lab/other:v1") && shows(after, "lab/other:v1") {
		count.reads += s.readOther(wrong)
	}
	disk.Repair()
	if now := s.shown(); !slices.Equal(now, comes) {
		wrong("said %v, and shows %q, not %q", err, now, comes)
	}
	s.reopened(t, left, wrong, comes, after)
	if err != nil {
		if err := a.do(s); err != nil {
			wrong("asked for again: %v", err)
		}
	}
	s.later()
	if _, err := s.site.Registry.Keeper.Sweep(t.Context()); err != nil {
		wrong("sweep: %v", err)
	}
	s.check(wrong, true)
	running.end()
	s.reopened(t, dir, wrong, after)
}

func shows(list []string, tag string) bool {
	return slices.ContainsFunc(list, func(line string) bool { return strings.HasPrefix(line, tag+" ") })
}

// readOther reads an image that is not concerned by every door, and tells how often it did.
func (s *stage) readOther(wrong func(string, ...any)) int {
	for _, address := range s.others() {
		if err := s.readAt(address); err != nil {
			wrong("meanwhile: %v", err)
		}
	}
	return len(s.others())
}

// read is readOther as an act, which ends at the first door that fails.
func read(s *stage) error {
	for _, address := range s.others() {
		if err := s.readAt(address); err != nil {
			return err
		}
	}
	return nil
}

// others are addresses by which the doors tell of the image lab/other:v1, or give it.
func (s *stage) others() []string {
	return []string{
		"/v2/lab/other/manifests/v1", "/v2/lab/other/blobs/" + s.other().String(), "/api/container/lab/other:v1",
		"/v1/imagefile/library/lab/other:v1?arch=amd64", "/api/v1/containers/lab%2Fother", "/containers/library/lab/other",
	}
}

func (s *stage) other() digest.Digest { return digest.FromBytes(s.image(2)) }

func (s *stage) readAt(address string) error {
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.site.URL+address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Cookie", s.cookie) // for the page
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return refused(answer)
	}
	body, err := io.ReadAll(answer.Body)
	if err == nil && (strings.Contains(address, "blobs") || strings.Contains(address, "imagefile")) && digest.FromBytes(body) != s.other() {
		err = fmt.Errorf("%s gives other content", address)
	}
	return err
}

// reopened opens a folder that a server has left, and sees whether all is whole and shown
// as it may be.
func (s *stage) reopened(t testing.TB, dir string, wrong func(string, ...any), allowed ...[]string) {
	e := &episode{TB: t}
	defer e.end()
	again := s.open(e, dir, doortest.WithFiles(quick), doortest.WithLog(io.Discard))
	again.ahead.Store(s.ahead.Load())
	if err := again.site.Registry.Keeper.ReleaseReservations(t.Context()); err != nil {
		wrong("recover: %v", err)
	}
	again.check(wrong, false)
	now := again.shown()
	if !slices.ContainsFunc(allowed, func(state []string) bool { return slices.Equal(state, now) }) {
		wrong("opened again, it shows %q, not one of %q", now, allowed)
	}
}

var (
	// sentence is what a person is told, leak what he must not be: the words of SQLite, of
	// the system and of our own operations.
	sentence = regexp.MustCompile(`[A-Z][^.]+ [^.]+\.`)
	leak     = regexp.MustCompile(`(?i)sqlite|disk I/O error|disk image|malformed|constraint failed|input/output|no space left|too many open|readonly database|\b(store|registry|blob|identity|sql|httpx|backup)\.[A-Za-z]+:|goroutine|\([0-9]{1,5}\)`)
)

// unclear tells what is wrong with how a change was refused.
func unclear(err error) string {
	text := cli.Explain(err)
	if no, ok := errors.AsType[*refusal](err); ok {
		if text = string(no.body); no.code < 500 {
			return "is no failure of the server's"
		}
	}
	switch {
	case leak.MatchString(text):
		return fmt.Sprintf("tells what belongs into the log (%q)", text)
	case !sentence.MatchString(text):
		return fmt.Sprintf("says nothing (%q)", text)
	}
	return ""
}

// backUp makes a backup, as another process does beside the server. What it has made is
// whole; so is what it has not ended.
func backUp(s *stage) (err error) {
	ctx := s.t.Context()
	to, err := os.MkdirTemp(s.home, "backups")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(to)) }()
	made := s.backUpTo(ctx, to)
	list, err := backup.CheckFolder(ctx, to, backup.CheckOptions{All: true})
	if err == nil && len(list[0].Wrong)+len(list[0].Damaged)+len(list[0].Known) > 0 || made == nil && err != nil {
		s.t.Errorf("the backup, which said %v: %+v, %v", made, list, err)
	}
	return made
}

func (s *stage) backUpTo(ctx context.Context, to string) (err error) {
	db, err := store.Open(ctx, s.dir, storetest.Schema(s.t))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	blobs, err := blob.Open(s.dir)
	if err != nil {
		return err
	}
	defer blobs.Close()
	_, err = backup.Source{Dir: s.dir, DB: db, Blobs: blobs, Files: []string{"server.key"}, Program: "test"}.ToFolder(ctx, to, backup.Options{Keep: 1})
	return err
}

package squash_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
	"sregistry/app/sif/siftest"
)

// list opens a folder and lists it.
func list(t *testing.T, f *squash.FS, path string, skip, most, counts int) ([]squash.Entry, int) {
	t.Helper()
	d, err := f.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	entries, count, err := f.List(d, skip, most, counts, nil)
	if err != nil {
		t.Fatal(err)
	}
	return entries, count
}

func TestListTellsWhatInodesSay(t *testing.T) {
	t.Parallel()
	for _, c := range siftest.Compressions {
		got, count := list(t, sample(t, c), "/data", 0, 10, 10)
		want := []squash.Entry{
			{Name: "loop", Mode: fs.ModeSymlink | 0o777, Modified: siftest.Created, Target: "loop"},
			{Name: "many", Mode: fs.ModeDir | 0o755, Modified: siftest.Created},
			{Name: "sparse", Mode: 0o644, Size: 3*4096 + 4, Modified: siftest.Created},
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(squash.Entry{})); d != "" || count != 3 {
			t.Errorf("%s: %d entries (-want +got):\n%s", c, count, d)
		}
	}
}

func TestListGoesPageByPage(t *testing.T) {
	t.Parallel()
	f := sample(t, "gzip")
	for _, c := range []struct {
		skip, most, counts int
		first              string
		length, count      int
	}{
		{0, 100, 1000, "file001", 100, 260},
		{200, 100, 1000, "file201", 60, 260},
		{260, 100, 1000, "", 0, 260},
		{0, 100, 150, "file001", 100, 151}, // there are more than one cares to count
		{0, 0, 1000, "", 0, 260},
	} {
		got, count := list(t, f, "/data/many", c.skip, c.most, c.counts)
		first := ""
		if len(got) > 0 {
			first = got[0].Name
		}
		if len(got) != c.length || count != c.count || first != c.first {
			t.Errorf("%+v: got %d of %d from %q", c, len(got), count, first)
		}
	}
}

func TestListFollowsLinksToAFolderAndEntersWhatItListed(t *testing.T) {
	t.Parallel()
	f := sample(t, "gzip")
	if got, _ := list(t, f, "/bin", 0, 10, 10); len(got) != 1 || got[0].Name != "sparse" {
		t.Errorf("through a link: %+v", got)
	}
	root, _, err := f.List(f.Root(), 0, 100, 100, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range root {
		d, ok := e.Dir()
		if ok != e.Mode.IsDir() {
			t.Errorf("%s: a folder: %v, its mode: %v", e.Name, ok, e.Mode)
		}
		if e.Name != "usr" {
			continue
		}
		if got, _, err := f.List(d, 0, 10, 10, nil); err != nil || len(got) != 1 || got[0].Name != "bin" {
			t.Errorf("usr has %+v, %v", got, err)
		}
	}
	for _, path := range []string{"/nothing", "/data/sparse"} {
		if _, err := f.Open(path); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// FuzzList holds that no filesystem makes a listing panic, or longer than was asked for.
func FuzzList(f *testing.F) {
	for _, c := range siftest.Compressions {
		root, err := siftest.Squashfs(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(root, "/data/many")
	}
	f.Add(siftest.Tree(map[string]string{"/d/f": "content"}), "/d")
	f.Fuzz(func(t *testing.T, b []byte, path string) {
		sys, err := squash.Open(bytes.NewReader(b), int64(len(b)), unpackLimit)
		if err != nil {
			return
		}
		defer sys.Close()
		d, err := sys.Open(path)
		if err != nil {
			return
		}
		const most, counts = 50, 1000
		entries, count, err := sys.List(d, 1, most, counts, nil)
		if err != nil {
			if !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		if len(entries) > most || count > counts+1 {
			t.Fatalf("%d entries of %d", len(entries), count)
		}
		for _, e := range entries {
			if strings.ContainsAny(e.Name, "/\x00") || e.Name == ".." {
				t.Fatalf("the name %q", e.Name)
			}
		}
	})
}

package sif_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// openFiles opens the files of an image, which must be one.
func openFiles(t *testing.T, image []byte) *sif.Files {
	t.Helper()
	f, err := sif.OpenFiles(t.Context(), bytes.NewReader(image), int64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func TestFilesAreListedOfEveryKindOfImage(t *testing.T) {
	t.Parallel()
	bare, err := siftest.Squashfs("zstd")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(siftest.Created, 0).UTC()
	want := sif.Listing{Count: 3, Files: []sif.File{
		{Name: "loop", Mode: fs.ModeSymlink | 0o777, Modified: at, Target: "loop"},
		{Name: "many", Mode: fs.ModeDir | 0o755, Modified: at},
		{Name: "sparse", Mode: 0o644, Size: 12292, Modified: at},
	}}
	for name, image := range map[string][]byte{"a SIF": siftest.SIF(t, siftest.Options{}), "an old image": siftest.SIMG(), "a bare squashfs": bare} {
		got, err := openFiles(t, image).List("/data", 0, 10)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	f := openFiles(t, siftest.SIMG())
	if got, err := f.List("/data/many", 250, 100); err != nil || len(got.Files) != 10 || got.Count != 260 || got.Files[0].Name != "file251" {
		t.Errorf("the last page: %+v, %v", got, err)
	}
	if _, err := f.List("/data/nothing", 0, 1); !errs.Is(err, errs.NotFound) || !strings.Contains(errs.Message(err), "/data/nothing") {
		t.Errorf("what is not there: %v", err)
	}
}

func TestFilesThatCannotBeListedSayWhy(t *testing.T) {
	t.Parallel()
	damaged := siftest.Tree(map[string]string{"/a": "b"})
	damaged[12] = 1 // the block size
	for word, image := range map[string][]byte{
		"encrypted": siftest.SIF(t, siftest.Options{Encrypted: true}),
		"ext3":      siftest.Ext3(),
		"damaged":   damaged,
		"JSON":      []byte("{}"),
		"cut short": siftest.SIF(t, siftest.Options{})[:20000],
	} {
		_, err := sif.OpenFiles(t.Context(), bytes.NewReader(image), int64(len(image)))
		if !errs.Is(err, errs.Unsupported) && !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func TestListingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	image := siftest.SIMG()
	ctx, stop := context.WithCancel(t.Context())
	f, err := sif.OpenFiles(ctx, bytes.NewReader(image), int64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stop()
	if _, err := f.List("/usr/bin/../../data/many", 0, 10); !errs.Is(err, errs.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCompareFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	old := map[string]string{"/bin/same": "same", "/bin/grown": "a", "/bin/gone": "", "/opt/gone/a": "", "/opt/gone/b": "", "/was-file": "x"}
	new := map[string]string{"/bin/same": "same", "/bin/grown": "ab", "/bin/come": "", "/srv/come/a": "", "/was-file/now": "a folder", "/opt/stays": ""}
	old["/opt/stays"] = ""
	got, err := sif.Compare(openFiles(t, siftest.Tree(old)), openFiles(t, siftest.Tree(new)), 100, free)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range got.List {
		switch {
		case c.Old == nil:
			told = append(told, "+"+c.Path)
		case c.New == nil:
			told = append(told, "-"+c.Path)
		default:
			told = append(told, "!"+c.Path)
		}
	}
	want := []string{"+/bin/come", "-/bin/gone", "!/bin/grown", "-/opt/gone", "+/srv", "!/was-file"}
	if d := cmp.Diff(want, told); d != "" || got.Added != 2 || got.Removed != 2 || got.Changed != 2 {
		t.Errorf("%+v (-want +got):\n%s", got, d)
	}
	few, err := sif.Compare(openFiles(t, siftest.Tree(old)), openFiles(t, siftest.Tree(new)), 2, free)
	if err != nil || len(few.List) != 2 || few.Added+few.Removed+few.Changed != 6 {
		t.Errorf("cut: %+v, %v", few, err)
	}
	same, err := sif.Compare(openFiles(t, siftest.SIMG()), openFiles(t, siftest.SIMG()), 2, free)
	if d := cmp.Diff(sif.Changes{}, same); err != nil || d != "" {
		t.Errorf("the same image: %v\n%s", err, d)
	}
}

// A folder of a hostile image can be within itself. Then the comparison ends all the same.
func TestCompareEndsInAFolderWithinItself(t *testing.T) {
	t.Parallel()
	endless := siftest.Tree(map[string]string{"/d/f": ""})
	// The entry f of the folder d is made to lead to the root: what is before it in the table
	// of inodes are those of f (no block) and d.
	table := func(at int) []byte {
		place := int(endless[at]) | int(endless[at+1])<<8 | int(endless[at+2])<<16
		return endless[place+2:]
	}
	const dirTable, file, folder = 72, 32, 32
	table(dirTable)[12] = file + folder
	_, err := sif.Compare(openFiles(t, endless), openFiles(t, endless), 10, free)
	if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), "within each other") {
		t.Errorf("got %v", err)
	}
}

// FuzzFiles holds that no file makes a listing or a comparison panic or hang.
func FuzzFiles(f *testing.F) {
	f.Add(siftest.SIMG())
	f.Add(siftest.Tree(tree()))
	f.Add(siftest.SIF(f, siftest.Options{Files: tree()}))
	f.Fuzz(func(t *testing.T, b []byte) {
		one, err := sif.OpenFiles(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if errs.Message(err) == "" {
				t.Fatalf("no sentence: %v", err)
			}
			return
		}
		defer one.Close()
		other, err := sif.OpenFiles(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if _, err := one.List("/", 0, 100); err != nil && errs.Message(err) == "" {
			t.Fatalf("no sentence: %v", err)
		}
		changes, err := sif.Compare(one, other, 10, free)
		if err == nil && changes.Added+changes.Removed+changes.Changed != 0 && len(changes.List) == 0 {
			t.Fatalf("%+v", changes)
		}
	})
}

// free lets a comparison hold what it likes.
func free(int64) error { return nil }

// Whoever compares images tells how much is held in memory before it grows, and takes no for
// an answer.
func TestComparisonAsksBeforeItHoldsMore(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for n := range 25 {
		files[fmt.Sprintf("/%s%d", strings.Repeat("x", 200), n)] = ""
	}
	image := siftest.Tree(files)
	var most int64
	_, err := sif.Compare(openFiles(t, image), openFiles(t, image), 10, func(bytes int64) error {
		most = max(most, bytes)
		return nil
	})
	if least := int64(2 * 25 * 200); err != nil || most < least {
		t.Errorf("%d bytes were asked for, no less than %d are held; %v", most, least, err)
	}
	no := errs.E("test", errs.Unavailable, "No.")
	if _, err := sif.Compare(openFiles(t, image), openFiles(t, image), 10, func(int64) error { return no }); !errs.Is(err, errs.Unavailable) {
		t.Errorf("what was refused is held: %v", err)
	}
}

package squash_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
	"sregistry/app/sif/siftest"
)

// unpackLimit is more than any test here needs.
const unpackLimit = 16 << 20

// open opens a filesystem, which must be one.
func open(t *testing.T, b []byte) *squash.FS {
	t.Helper()
	f, err := squash.Open(bytes.NewReader(b), int64(len(b)), unpackLimit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// sample is the tree of siftest in one compression.
func sample(t *testing.T, compression string) *squash.FS {
	t.Helper()
	b, err := siftest.Squashfs(compression)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, b)
}

func TestReadFileGivesBlocksHolesAndTails(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	long.WriteString("#!/bin/sh\n")
	for i := 1; i <= 600; i++ {
		fmt.Fprintf(&long, "test %d -gt 0\n", i)
	}
	sparse := strings.Repeat("a", 4096) + strings.Repeat("\x00", 4096) + strings.Repeat("b", 4096) + "end\n"
	for _, c := range siftest.Compressions {
		f := sample(t, c)
		for path, want := range map[string]string{
			"/.singularity.d/test":         long.String(),
			"/.singularity.d/runscript":    "#!/bin/sh\necho hello\n",
			"data/sparse":                  sparse,
			"/bin/sparse":                  sparse, // through two links
			"/usr/bin/../../data/./sparse": sparse,
			"/data/many/file260":           "",
		} {
			for _, most := range []int{len(want) + 1, len(want), len(want) / 2, 1, 0} {
				got, size, err := f.ReadFile(path, most)
				if err != nil || size != uint64(len(want)) || string(got) != want[:min(most, len(want))] {
					t.Errorf("%s: %d bytes of %s: got %d of %d, %v", c, most, path, len(got), size, err)
				}
			}
		}
	}
}

func TestReadDirListsInOrder(t *testing.T) {
	t.Parallel()
	f := sample(t, "gzip")
	names, more, err := f.ReadDir("/data/many", 1000)
	if err != nil || more || len(names) != 260 || names[0] != "file001" || names[259] != "file260" {
		t.Errorf("got %d names, %v, %v", len(names), more, err)
	}
	names, more, err = f.ReadDir("/data/many", 260)
	if err != nil || more || len(names) != 260 {
		t.Errorf("just enough: got %d names, %v, %v", len(names), more, err)
	}
	names, more, err = f.ReadDir("/data/many", 7)
	if err != nil || !more || len(names) != 7 {
		t.Errorf("too many: got %d names, %v, %v", len(names), more, err)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	f := sample(t, "gzip")
	for _, path := range []string{"/nothing", "/data/sparse/below", "/data", "/data/many/file261", "/../nothing"} {
		if _, _, err := f.ReadFile(path, 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("file %s: got %v", path, err)
		}
	}
	for _, path := range []string{"/nothing", "/data/sparse"} {
		if _, _, err := f.ReadDir(path, 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("folder %s: got %v", path, err)
		}
	}
	if _, _, err := f.ReadFile("/data/loop", 1); !errs.Is(err, errs.Invalid) {
		t.Errorf("a link to itself: got %v", err)
	}
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	b, err := siftest.Squashfs("zstd")
	if err != nil {
		t.Fatal(err)
	}
	f, err := squash.Open(bytes.NewReader(b), int64(len(b)), 24<<10)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 10 {
		if _, _, err = f.ReadFile("/data/sparse", 1<<20); err != nil {
			break
		}
	}
	const want = "there is more of it than is read in one inspection"
	if errs.Message(err) != want {
		t.Errorf("unpacking: got %v", err)
	}
	files := map[string]string{"/z": ""}
	for i := range 100 {
		files[fmt.Sprintf("/file%d", i)] = ""
	}
	b = siftest.Tree(files)
	if f, err = squash.Open(bytes.NewReader(b), int64(len(b)), 64<<10); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, _, err = f.ReadFile("/z", 1); err != nil {
			break
		}
	}
	if errs.Message(err) != want {
		t.Errorf("going through a folder again and again: got %v", err)
	}
}

package owner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// asRoot has the package believe that root runs it, and notes what is given to whom. Whether
// root can do that is the system's affair; who really is root proves it below.
func asRoot(t *testing.T) (given map[string][2]int) {
	given = map[string][2]int{}
	geteuid = func() int { return 0 }
	fchown = func(f *os.File, uid, gid int) error {
		given[filepath.Base(f.Name())] = [2]int{uid, gid}
		if os.Geteuid() == 0 {
			return f.Chown(uid, gid)
		}
		return nil
	}
	t.Cleanup(func() { geteuid, fchown = os.Geteuid, (*os.File).Chown })
	return given
}

func ownerOf(t *testing.T, path string) [2]int {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return [2]int{int(stat.Uid), int(stat.Gid)}
}

func TestWhatRootMakesBelongsToTheFoldersOwner(t *testing.T) {
	given := asRoot(t)
	dir := t.TempDir()
	want := [2]int{12345, 12346}
	o := Owner{want[0], want[1], true}
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, want[0], want[1]); err != nil {
			t.Fatal(err)
		}
		o = Of(dir)
	}
	if err := o.Mkdir(filepath.Join(dir, "folder")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "folder/file2"} {
		f, err := o.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for _, name := range []string{"folder", "file", "folder/file2"} {
		if given[filepath.Base(name)] != want {
			t.Errorf("%s was given to %v", name, given[filepath.Base(name)])
		}
		if os.Geteuid() == 0 && ownerOf(t, filepath.Join(dir, name)) != want {
			t.Errorf("%s belongs to %v", name, ownerOf(t, filepath.Join(dir, name)))
		}
	}
	if err := o.Mkdir(filepath.Join(dir, "folder")); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if _, err := o.OpenFile(filepath.Join(dir, "file"), os.O_CREATE|os.O_EXCL|os.O_RDWR); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}

// A file that is there keeps its owner, and so does what a planted link leads to.
func TestNothingThatIsThereIsGivenAway(t *testing.T) {
	given := asRoot(t)
	dir := t.TempDir()
	o := Owner{12345, 12346, true}
	for _, name := range []string{"mine", "secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("secret", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	if f, err := o.OpenFile(filepath.Join(dir, "mine"), os.O_CREATE|os.O_RDWR); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	if f, err := o.OpenFile(filepath.Join(dir, "link"), os.O_CREATE|os.O_RDWR); err == nil {
		f.Close()
	}
	if f, err := o.OpenFile(filepath.Join(dir, "dangling"), os.O_CREATE|os.O_RDWR); err == nil {
		t.Error("a file was made where a planted link leads")
		f.Close()
	}
	if len(given) != 0 {
		t.Errorf("given away: %v", given)
	}
}

func TestOthersThanRootGiveNothingAway(t *testing.T) {
	t.Cleanup(func() { geteuid = os.Geteuid })
	geteuid = func() int { return 1000 }
	if o := Of(t.TempDir()); o != (Owner{}) {
		t.Errorf("%+v", o)
	}
}

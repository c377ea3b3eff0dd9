package credentials_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/cli/credentials"
	"sregistry/app/errs"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func mustLoad(t *testing.T, path string) *credentials.File {
	t.Helper()
	f, err := credentials.Load(path, false)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFilesOfThePythonClientAreKept changes files as the Python client leaves them, and
// compares the outcome with testdata/NAME.out.json.
func TestFilesOfThePythonClientAreKept(t *testing.T) {
	t.Parallel()
	login := credentials.Login{Base: "http://127.0.0.1:8080", Username: "bob", Token: "new", TokenID: "id1"}
	for name, change := range map[string]func(*credentials.File){
		"fresh":        func(f *credentials.File) { f.Set(login) },
		"python-hub":   func(f *credentials.File) { f.Set(login) },
		"python-used":  func(f *credentials.File) { f.Set(login) },
		"other-client": func(f *credentials.File) { f.Set(login) },
		"two-servers":  func(f *credentials.File) { f.Remove("http://127.0.0.1:8080") },
		"not-default":  func(f *credentials.File) { f.Remove("https://second.example") },
	} {
		path := filepath.Join(t.TempDir(), "secrets")
		if in, err := os.ReadFile(filepath.Join("testdata", name+".in.json")); err == nil {
			if err := os.WriteFile(path, in, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		f := mustLoad(t, path)
		change(f)
		if err := f.Save(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the file is %v, %v", name, info, err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".out.json")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLinkToTheFileStaysALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	f := mustLoad(t, link)
	f.Set(credentials.Login{Base: "http://h", Username: "bob", Token: "t"})
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != real {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if l := mustLoad(t, real).For("http://h"); l.Token != "t" {
		t.Errorf("the file behind it has %+v", l)
	}
}

func TestFileThatIsNoJSONIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{", "[]", "null", "x"} {
		path := filepath.Join(t.TempDir(), "secrets")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := credentials.Load(path, false); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestDefaultPrefersWhatThePythonClientPrefers(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, filepath.Join("testdata", "python-used.in.json")).Default()
	if l.Base != "http://registry.example/api" || l.Token != "long-token" || l.Username != "vsoch" {
		t.Errorf("got %+v", l)
	}
	if got := mustLoad(t, filepath.Join("testdata", "python-used.in.json")).For("http://registry.example"); got.Token != "long-token" {
		t.Errorf("by its base: %+v", got)
	}
}

func TestTokenPastedByHandGoesBeforeAnOlderLogin(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets")
	text := `{"registry": {"base": "http://h", "token": "pasted"}, "registries": {"http://h": {"token": "old", "token_id": "id1"}}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if l := mustLoad(t, path).For("http://h"); l.Token != "pasted" || l.TokenID != "" {
		t.Errorf("got %+v", l)
	}
}

// What another user can write is not where one's images go.
func TestFileThatOthersCanChangeIsNotUsed(t *testing.T) {
	t.Parallel()
	const stranger = 41001
	for _, tt := range []struct {
		name         string
		mode         os.FileMode
		uid, gid     int
		named        bool
		used, warned bool
	}{
		{"own", 0o600, -1, -1, false, true, false},
		{"readable by all", 0o644, -1, -1, false, true, true},
		{"writable by all", 0o666, -1, -1, false, false, false},
		{"writable by a group of many", 0o664, -1, stranger, false, false, false},
		{"writable by all, named", 0o666, -1, -1, true, false, false},
		{"another user's", 0o600, stranger, stranger, false, false, false},
		{"another user's, named", 0o600, stranger, stranger, true, true, false},
	} {
		path := filepath.Join(t.TempDir(), "secrets")
		if err := os.WriteFile(path, []byte(`{"registry": {"base": "http://h", "token": "t"}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if tt.uid >= 0 || tt.gid >= 0 {
			if os.Geteuid() != 0 {
				continue // a file cannot be given away; package trust tests the rule itself
			}
			if err := os.Chown(path, tt.uid, tt.gid); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		f, err := credentials.Load(path, tt.named)
		if !tt.used {
			if !errs.Is(err, errs.Forbidden) || !strings.Contains(errs.Message(err), path) {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err != nil || f.Default().Token != "t" || f.Exposed() != tt.warned {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

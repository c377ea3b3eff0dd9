package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// imports is the law of the house: which rooms a room may import. Arrows point downward
// only; doors do not know each other. What a test imports is not held to it.
var imports = map[string][]string{
	"app/errs":                {},
	"app/ref":                 {"app/errs"},
	"app/model":               {"app/errs", "app/howto", "app/ref"},
	"app/howto":               {},
	"app/access":              {"app/model"},
	"app/api":                 {},
	"app/bytesize":            {"app/errs"},
	"app/budget":              {"app/errs"},
	"app/lru":                 {},
	"app/redact":              {},
	"app/linediff":            {},
	"app/manifest":            {"app/errs"},
	"app/config":              {"app/bytesize", "app/errs", "app/model"},
	"app/owner":               {},
	"app/blob":                {"app/errs", "app/owner"},
	"app/certs":               {"app/errs", "app/owner"},
	"app/pgp":                 {"app/errs", "app/model"},
	"app/systemd":             {"app/errs"},
	"app/sif":                 {"app/errs", "app/sif/internal/squash"},
	"app/sif/internal/lzo":    {},
	"app/sif/internal/squash": {"app/errs", "app/sif/internal/lzo"},
	"app/store":               {"app/errs", "app/ref", "app/model", "app/owner"},
	"app/identity":            {"app/errs", "app/redact", "app/lru", "app/ref", "app/model", "app/access", "app/owner", "app/store"},
	"app/registry":            {"app/budget", "app/errs", "app/howto", "app/lru", "app/ref", "app/model", "app/access", "app/manifest", "app/blob", "app/pgp", "app/sif", "app/store", "app/courier"},
	"app/backup":              {"app/errs", "app/blob", "app/owner", "app/store"},
	"app/httpx":               {"app/budget", "app/errs", "app/redact", "app/lru", "app/model"},
	"app/metrics":             {"app/httpx"},
	"app/courier":             {"app/errs"},
	"app/proto/watch":         {"app/errs", "app/httpx", "app/registry"},
	"app/proto/hkp":           {"app/budget", "app/errs", "app/model", "app/httpx", "app/identity", "app/registry"},
	"app/proto/hub":           {"app/budget", "app/errs", "app/howto", "app/ref", "app/model", "app/httpx", "app/identity", "app/registry"},
	"app/proto/library":       {"app/budget", "app/errs", "app/howto", "app/ref", "app/model", "app/httpx", "app/identity", "app/registry"},
	"app/proto/link":          {"app/errs", "app/ref", "app/model", "app/httpx", "app/identity", "app/registry"},
	"app/proto/oci":           {"app/budget", "app/errs", "app/ref", "app/model", "app/httpx", "app/identity", "app/registry", "app/manifest"},
	"app/proto/v1":            {"app/budget", "app/errs", "app/ref", "app/model", "app/httpx", "app/identity", "app/registry", "app/api"},
	"app/web":                 {"app/budget", "app/bytesize", "app/errs", "app/howto", "app/ref", "app/model", "app/httpx", "app/identity", "app/registry", "app/linediff", "app/lru", "templates", "templates/chart", "templates/markdown", "static"},
	"static":                  {},
	"templates":               {"app/errs", "app/ref", "app/model", "app/linediff", "static", "templates/chart", "templates/markdown"},
	"templates/chart":         {},
	"templates/markdown":      {},
	"app/client":              {"app/errs", "app/howto", "app/ref", "app/api", "app/manifest", "app/client/lease", "app/client/trust"},
	"app/client/lease":        {"app/errs", "app/client/trust"},
	"app/client/trust":        {},
	"app/sif/smallfs":         {},
	"app/demo":                {"app/errs", "app/ref", "app/model", "app/store", "app/registry", "app/identity", "app/sif/smallfs"},
	"app/cli/credentials":     {"app/errs", "app/client/trust"},
	"app/cli":                 {"app/bytesize", "app/errs", "app/redact", "app/ref", "app/model", "app/api", "app/client", "app/cli/credentials", "app/sif"},
	"app/version":             {},
	"app/datadir":             {"app/backup", "app/blob", "app/config", "app/errs", "app/identity", "app/owner", "app/store", "app/version"},
	"app/server": {"app/budget", "app/redact", "app/api", "app/backup", "app/config", "app/certs", "app/courier", "app/datadir", "app/errs", "app/httpx", "app/identity", "app/metrics", "app/model",
		"app/proto/hkp", "app/proto/hub", "app/proto/library", "app/proto/link", "app/proto/oci", "app/proto/v1", "app/proto/watch", "app/registry", "app/systemd", "app/version", "app/web"},
	"app/admin": {"app/backup", "app/cli", "app/config", "app/datadir", "app/demo", "app/errs", "app/identity", "app/model", "app/registry", "app/server", "app/systemd"},
	"app":       {"app/admin", "app/cli", "app/version"},
	".":         {"app", "app/cli", "app/version"},
}

// fixtures are the rooms that only tests use, by their exact names, and what they may import
// of the project. No other room may import one.
var fixtures = map[string][]string{
	"app/blob/blobtest":     {"app/blob", "app/errs"},
	"app/certs/certstest":   {},
	"app/client/clienttest": {"app/api"},
	"app/doortest": {"app/blob", "app/courier", "app/errs", "app/redact", "app/httpx", "app/identity", "app/model", "app/ref", "app/registry", "app/store",
		"app/sif/siftest", "app/store/storetest"},
	"app/pgp/pgptest":     {},
	"app/sif/siftest":     {"app/sif/smallfs"},
	"app/store/disktest":  {},
	"app/store/storetest": {"app/manifest", "app/model", "app/ref", "app/store"},
}

// reserved modules may be used in some rooms only.
var reserved = map[string][]string{
	"database/sql":             {"app/store"},
	"modernc.org/sqlite":       {"app/store"},
	"github.com/labstack/echo": {"app/server", "app/httpx", "app/proto/hkp", "app/proto/hub", "app/proto/library", "app/proto/link", "app/proto/oci", "app/proto/v1", "app/proto/watch", "app/web"},
	"github.com/a-h/templ":     {"templates", "templates/chart"},
	"golang.org/x/crypto/acme": {"app/certs"},
	"github.com/ProtonMail":    {"app/pgp", "app/sif", "app/demo"},
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return errOrSkip(err)
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		room := path.Dir(filepath.ToSlash(strings.TrimPrefix(file, "../")))
		allowed, known := imports[room]
		fixed, fixture := fixtures[room]
		if fixture {
			allowed = fixed
		}
		if !known && !fixture {
			t.Errorf("%s is not on the map: add it to the law, and to ARCHITECTURE.md", room)
			return nil
		}
		seen[room] = true
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range parsed.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(name, "sregistry/"); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s: %s may not import %s", file, room, own)
			}
			for prefix, rooms := range reserved {
				if strings.HasPrefix(name, prefix) && !fixture && !slices.Contains(rooms, room) {
					t.Errorf("%s: only %v may import %s", file, rooms, name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, law := range []map[string][]string{imports, fixtures} {
		for room := range law {
			if !seen[room] {
				t.Errorf("the law names %s, which does not exist", room)
			}
		}
	}
}

// A room is a fixture because the law says so, whatever it is named; and what is not one
// never depends on one.
func TestOnlyFixturesMayImportFixtures(t *testing.T) {
	t.Parallel()
	for room, allowed := range imports {
		if _, both := fixtures[room]; both {
			t.Errorf("%s is a fixture and a room of the program", room)
		}
		for _, other := range allowed {
			if _, fixture := fixtures[other]; fixture {
				t.Errorf("the law lets %s import the fixture %s", room, other)
			}
			if _, known := imports[other]; !known {
				t.Errorf("the law lets %s import %s, which it does not know", room, other)
			}
		}
	}
}

func errOrSkip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

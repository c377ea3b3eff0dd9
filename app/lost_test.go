package app_test

import (
	database "database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const dataBase = "data/sregistry.db"

// sqlite makes a database file by statements, as another program would.
func (k *keeper) sqlite(file, text string) {
	k.t.Helper()
	db, err := database.Open("sqlite", "file:"+k.path(file))
	if err != nil {
		k.t.Fatal(err)
	}
	_, err = db.Exec(text)
	if err := db.Close(); err != nil {
		k.t.Error(err)
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

// Whatever became of the database or the key, nothing is made in its place unasked, by no
// command; nothing of the folder changes, and with the right file put back all is as it was.
func TestWhatIsLostIsNotMadeAnewUnasked(t *testing.T) {
	t.Parallel()
	first, other := newKeeper(t), newKeeper(t)
	commands := [][]string{{"user", "add", "bob", "--password-stdin"}, {"user", "list"}, {"check"}, {"backup", "backups"},
		{"config", "show"}, {"maintenance", "resume", "cleanup"}}
	keyless := [][]string{{"user", "add", "bob", "--password-stdin"}, {"user", "list"}}
	for name, c := range map[string]struct {
		harm     func(k *keeper)
		says     []string
		commands [][]string
	}{
		"no database":       {func(k *keeper) { k.rm(dataBase) }, []string{"has images", "sregistry.db is missing or empty", "--new-database"}, commands},
		"an empty database": {func(k *keeper) { k.empty(dataBase) }, []string{"has images", "--new-database"}, commands},
		"a database without tables": {func(k *keeper) {
			k.rm(dataBase)
			k.sqlite(dataBase, "CREATE TABLE x (y); DROP TABLE x")
		}, []string{"has images", "--new-database"}, [][]string{{"user", "add", "bob", "--password-stdin"}, {"check"}}},
		"only the key": {func(k *keeper) { k.rm(dataBase, "data/blobs") }, []string{"has a server key", "--new-database"}, commands},
		"only snapshots": {func(k *keeper) {
			k.cp2(dataBase, "data/snapshots/schema-0002-20260101T000000.000Z.db")
			k.rm(dataBase, "data/blobs", "data/server.key")
		}, []string{"has snapshots of a database"}, commands},
		"only quarantined files": {func(k *keeper) {
			k.cp2(dataBase, "data/quarantine/unknown-sha256-x")
			k.rm(dataBase, "data/blobs", "data/server.key")
		}, []string{"has quarantined files"}, commands},
		"only uploads": {func(k *keeper) {
			k.cp2(dataBase, "data/uploads/an-upload-without-a-row")
			k.rm(dataBase, "data/blobs", "data/server.key")
		}, []string{"has uploads"}, commands},
		"only a log": {func(k *keeper) {
			k.cp2(dataBase, dataBase+"-wal")
			k.rm(dataBase, "data/blobs", "data/server.key")
		}, []string{"has the log of a database"}, commands},
		"no key":             {func(k *keeper) { k.rm("data/server.key") }, []string{"server.key is missing", "--new-key"}, keyless},
		"an empty key":       {func(k *keeper) { k.empty("data/server.key") }, []string{"is not a server key", "--new-key"}, keyless},
		"another's key":      {func(k *keeper) { k.take(other, "data/server.key") }, []string{"belongs to another registry", "--new-key"}, keyless},
		"another's database": {func(k *keeper) { k.take(other, dataBase) }, []string{"server.key belongs to another registry", "--new-key"}, keyless},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := first.copy(t)
			c.harm(k)
			// Without a key, a server comes as far as its database.
			unchanged := []string{"."}
			if strings.HasSuffix(c.says[len(c.says)-1], "key") {
				unchanged = []string{"blobs", "server.key"}
			}
			before := k.files(unchanged...)
			if s, err := k.tryServe(); err == nil {
				s.kill()
				t.Fatal("a server started")
			}
			for _, w := range c.says {
				if !strings.Contains(k.logged(), w) {
					t.Errorf("no word of %q: %s", w, k.logged())
				}
			}
			for _, args := range c.commands {
				k.refused(c.says, append(args, "--data", "data")...)
			}
			// SQLite leaves an empty log, and its index, beside a file that it has opened.
			if after := slices.DeleteFunc(k.files(unchanged...), func(f string) bool { return !slices.Contains(before, f) }); !slices.Equal(before, after) {
				t.Errorf("of %d files, %d are as they were", len(before), len(after))
			}
			// The folder is as it was, but for what was lost; that comes back.
			k.take(first, "data")
			s := k.serve()
			k.pulls(s, map[string]uint64{"lab/first": 1})
			k.stop(s)
		})
	}
}

// empty makes a file empty.
func (k *keeper) empty(name string) {
	k.t.Helper()
	if err := os.WriteFile(k.path(name), nil, 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// cp2 is cp to a folder that may be missing.
func (k *keeper) cp2(from, to string) {
	k.t.Helper()
	if err := os.MkdirAll(filepath.Dir(k.path(to)), 0o700); err != nil {
		k.t.Fatal(err)
	}
	k.cp(from, to)
}

// take copies a file or a folder from where another keeper has it.
func (k *keeper) take(from *keeper, name string) {
	k.t.Helper()
	text, err := os.ReadFile(from.path(name))
	if err == nil {
		if err := os.WriteFile(k.path(name), text, 0o600); err != nil {
			k.t.Fatal(err)
		}
		return
	}
	k.rm(name)
	if err := os.CopyFS(k.path(name), os.DirFS(from.path(name))); err != nil {
		k.t.Fatal(err)
	}
}

// A database that may not know all files is served, with a warning. For as long as it may be
// the wrong one, no sweep takes anything away, however old the files are; with the right one
// put back, every image is there.
func TestStrangeDatabaseSweepsNothing(t *testing.T) {
	t.Parallel()
	old := newKeeper(t)
	s := old.serve()
	old.push(s, "lab/second", 2)
	old.must("backup", "midway", "--data", "data")
	old.push(s, "lab/third", 3)
	old.stop(s)
	other := newKeeper(t)
	schema2, err := os.ReadFile("store/testdata/schema-2.sql")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		replace func(k *keeper)
		why     string
		flags   []string
	}{
		"a copy from before a stop": {func(k *keeper) { k.cp("before.db", dataBase) }, "an older copy", nil},
		"a copy that a backup made": {func(k *keeper) {
			found, err := filepath.Glob(old.path("midway/snapshots/*/sregistry.db"))
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			text, err := os.ReadFile(found[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(k.path(dataBase), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "an older copy", nil},
		"a snapshot of an older version": {func(k *keeper) {
			k.rm(dataBase)
			k.sqlite(dataBase, string(schema2)+"PRAGMA user_version = 2")
		}, "not the last one used here", nil},
		"another registry's, with its key": {func(k *keeper) { k.take(other, dataBase); k.take(other, "data/server.key") }, "not the last one used here", nil},
		"a new one, as asked for":          {func(k *keeper) { k.rm(dataBase) }, "it is new", []string{"--new-database"}},
		"a new one, with the log of the old": {func(k *keeper) {
			k.cp(dataBase, dataBase+"-wal")
			k.rm(dataBase)
		}, "it is new", []string{"--new-database"}},
		"a folder that says nothing": {func(k *keeper) { k.rm("data/sregistry.id") }, "does not say", nil},
		"a folder that is restored to": {func(k *keeper) {
			k.must("backup", "backups", "--data", "data")
			k.rm("data")
			k.must("restore", "backups", "--data", "data")
		}, "does not say", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := old.copy(t)
			k.cp(dataBase, "before.db")
			k.cp(dataBase, "right.db")
			k.cp("data/server.key", "right.key")
			if strings.HasPrefix(name, "a copy") {
				s := k.serve() // what was pushed since is what a copy does not know
				k.push(s, "lab/fourth", 4)
				k.stop(s)
				k.cp(dataBase, "right.db")
			}
			images := map[string]uint64{"lab/first": 1, "lab/second": 2, "lab/third": 3}
			k.age()
			c.replace(k)
			before := k.contents()
			for start := range 2 { // also at the next start
				flags := c.flags
				if start > 0 {
					flags = nil
				}
				s := k.serve(flags...)
				k.sweeps(2)
				k.stop(s)
				log := k.logged()
				if start == 0 && !strings.Contains(log, c.why) || !strings.Contains(log, "cleanup is paused") || !strings.Contains(log, `"level":"WARN"`) {
					t.Errorf("start %d: %s", start, log)
				}
			}
			if after := k.contents(); !slices.Equal(before, after) {
				t.Errorf("of %d files, %d are left", len(before), len(after))
			}
			k.cp("right.db", dataBase)
			k.cp("right.key", "data/server.key")
			s := k.serve()
			k.sweeps(2)
			k.pulls(s, images)
			k.stop(s)
			if out := k.must("check", "--data", "data"); !strings.Contains(out, "0 corrupt") {
				t.Error(out)
			}
		})
	}
}

// The log of a server that was killed belongs to its database. SQLite would write it into
// whatever lies there.
func TestDatabaseIsNotMixedWithTheLogOfAnother(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.cp(dataBase, "before.db")
	s := k.serve()
	k.push(s, "lab/second", 2)
	s.kill()
	k.cp(dataBase, "right.db")
	k.cp("before.db", dataBase)
	wal, err := os.ReadFile(k.path(dataBase + "-wal"))
	if err != nil || len(wal) == 0 {
		t.Fatalf("the killed server left no log: %v", err)
	}
	words := []string{"was replaced", "belongs to the old one", "sregistry.db-wal"}
	for _, args := range [][]string{{"user", "list"}, {"check"}, {"backup", "backups"}} {
		k.refused(words, append(args, "--data", "data")...)
	}
	if s, err := k.tryServe(); err == nil {
		s.kill()
		t.Fatal("a server started")
	}
	if !strings.Contains(k.logged(), "was replaced") {
		t.Error(k.logged())
	}
	if now, err := os.ReadFile(k.path(dataBase + "-wal")); err != nil || string(now) != string(wal) {
		t.Errorf("the log has changed: %v", err)
	}
	// The right one is put back, and takes the log up.
	k.cp("right.db", dataBase)
	s = k.serve()
	k.pulls(s, map[string]uint64{"lab/first": 1, "lab/second": 2})
	k.stop(s)
	// The log is moved away: an older copy.
	s = k.serve()
	s.kill()
	k.cp("before.db", dataBase)
	k.rm(dataBase+"-wal", dataBase+"-shm")
	s = k.serve()
	k.sweeps(1)
	k.stop(s)
	if !strings.Contains(k.logged(), "an older copy") {
		t.Error(k.logged())
	}
}

// The database is the right one, and the files are another registry's: they are moved to
// quarantine, and found again by the registry that knows them.
func TestStrangeFilesAreKeptInQuarantine(t *testing.T) {
	t.Parallel()
	k, other := newKeeper(t), newKeeper(t)
	s := other.serve()
	other.push(s, "lab/only-there", 7)
	other.stop(s)
	right := k.path("right")
	if err := os.Rename(k.path("data/blobs"), right); err != nil {
		t.Fatal(err)
	}
	k.take(other, "data/blobs")
	k.age()
	before := k.contents()
	s = k.serve()
	k.sweeps(2)
	k.stop(s)
	if after := k.contents(); !slices.Equal(before, after) {
		t.Errorf("of %d files, %d are left", len(before), len(after))
	}
	if log := k.logged(); !strings.Contains(log, "moved to quarantine") || !strings.Contains(log, `"level":"WARN"`) {
		t.Error(log)
	}
	kept, err := os.ReadDir(k.path("data/quarantine"))
	if err != nil || len(kept) == 0 {
		t.Fatalf("%v, %v", kept, err)
	}
	if out := k.must("check", "--data", "data"); !strings.Contains(out, fmt.Sprintf("In quarantine: %d files", len(kept))) {
		t.Error(out)
	}
	// With the other database, it all comes back; check finds it, too.
	theirs := other.copy(t)
	theirs.rm("data/blobs")
	theirs.take(k, "data/blobs")
	theirs.rm("data/quarantine")
	theirs.take(k, "data/quarantine")
	if out := theirs.must("check", "--data", "data"); !strings.Contains(out, "Restored") || !strings.Contains(out, "0 corrupt") {
		t.Error(out)
	}
	theirs.token = other.token
	s = theirs.serve()
	theirs.pulls(s, map[string]uint64{"lab/first": 1, "lab/only-there": 7})
	theirs.stop(s)
}

// What may be lost for good is made anew only where it is missing, and never by a setting that
// would stay.
func TestMakingAnewIsForWhatIsLost(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	for flag, says := range map[string]string{"--new-database": "has a database", "--new-key": "belongs to the database"} {
		if s, err := k.tryServe(flag); err == nil {
			s.kill()
			t.Errorf("%s: a server started", flag)
		}
		if !strings.Contains(k.logged(), says) {
			t.Errorf("%s: %s", flag, k.logged())
		}
	}
	if err := os.WriteFile(k.path("data/sregistry.conf"), []byte("new-database = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := k.tryServe(); err == nil {
		s.kill()
		t.Error("a server took it from its settings file")
	}
	if !strings.Contains(k.logged(), `Unknown setting "new-database"`) {
		t.Error(k.logged())
	}
	k.rm("data/sregistry.conf", "data/server.key")
	s := k.serve("--new-key")
	k.stop(s)
	if !strings.Contains(k.logged(), "all tokens") {
		t.Error(k.logged())
	}
	s = k.serve()
	k.must("login", s.url, "--username", "alice", "--password-stdin") // the password is good
	k.token = k.must("token", "create", "again", "--scope", "read")
	k.pulls(s, map[string]uint64{"lab/first": 1})
	k.stop(s)
}

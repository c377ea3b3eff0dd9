package store_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

var (
	upgradeKills = flag.Int("upgrade-kills", 4, "how often TestKilledUpgradeLeavesTheOldOrTheNewVersion kills at random")
	upgradeEvery = flag.Int("upgrade-every", 17, "after which statements it kills besides; 1 is all of them")
)

// upgradeIn names the folder that the test binary, run again, upgrades instead of testing;
// dieAt is the statement after which it kills itself, and roomFor a bound in bytes on the
// files that it writes, which is what a full disk comes to.
const (
	upgradeIn = "STORE_TEST_UPGRADE"
	dieAt     = "STORE_TEST_DIE_AT"
	roomFor   = "STORE_TEST_ROOM_FOR"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(upgradeIn); dir != "" {
		os.Exit(upgradeOrDie(dir))
	}
	os.Exit(m.Run())
}

func upgradeOrDie(dir string) int {
	if n, err := strconv.ParseUint(os.Getenv(roomFor), 10, 64); err == nil {
		limit := syscall.Rlimit{Cur: n, Max: n}
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			panic(err)
		}
	}
	schema, err := os.ReadFile(filepath.Join("..", "..", "schema.sql"))
	if err != nil {
		panic(err)
	}
	fmt.Println("begin") // so that the parent does not kill a program that has yet to start
	if n, err := strconv.Atoi(os.Getenv(dieAt)); err == nil {
		err = store.UpgradeDying(context.Background(), dir, string(schema), n)
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if _, err := store.Upgrade(context.Background(), dir, string(schema)); err != nil {
		fmt.Fprintln(os.Stderr, errs.Message(err))
		return 1
	}
	return 0
}

// upgradeElsewhere upgrades a folder in a process of its own, which is killed after a
// while, if that is not 0.
func upgradeElsewhere(t *testing.T, dir string, after time.Duration, env ...string) (stderr string, killed bool) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), append(env, upgradeIn+"="+dir)...)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		time.Sleep(after)
		c.Process.Kill()
	}
	_ = c.Wait() // how it ended is seen below
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	return said.String(), ok && status.Signaled()
}

// The process is killed (SIGKILL) between statements of the steps, and at random instants. What is left is wholly of the old or of the new version, with all its rows, and
// upgrades when it is tried again.
func TestKilledUpgradeLeavesTheOldOrTheNewVersion(t *testing.T) {
	t.Parallel()
	versionOf := func(dir string) (version int) {
		version, err := store.Version(t.Context(), dir)
		if err != nil || version < 1 {
			t.Errorf("version %d: %v", version, err)
		}
		again, err := store.Upgrade(t.Context(), dir, storetest.Schema(t))
		if err != nil || again.To != store.CurrentVersion() {
			t.Errorf("again: %+v, %v", again, err)
		}
		return version
	}
	kills, seen := 0, map[int]int{}
	one := func(after time.Duration, env ...string) bool {
		dir := firstRelease(t)
		before := rows(t, dir)
		_, killed := upgradeElsewhere(t, dir, after, env...)
		if !killed {
			return false
		}
		kills++
		seen[versionOf(dir)]++
		if diff := cmp.Diff(before, rows(t, dir)); diff != "" {
			t.Error(diff)
		}
		return true
	}
	at := 1
	for one(0, fmt.Sprintf("%s=%d", dieAt, at)) {
		at += *upgradeEvery
	}
	if at < 5 {
		t.Errorf("no statement after the %dth was found to die after", at)
	}
	began := time.Now()
	upgradeElsewhere(t, firstRelease(t), 0)
	whole := time.Since(began)
	r := rand.New(rand.NewPCG(uint64(*upgradeKills), 1))
	for range *upgradeKills {
		one(1 + time.Duration(r.Int64N(int64(whole))))
	}
	t.Logf("%d kills, after every %dth of %d statements and at random; left at version: %v; none lost a row", kills, *upgradeEvery, at, seen)
}

// A disk that is full while the snapshot is written stops the upgrade, and nothing else.
func TestFullDiskStopsAnUpgradeBeforeItBegins(t *testing.T) {
	t.Parallel()
	dir := firstRelease(t)
	before := rows(t, dir)
	said, killed := upgradeElsewhere(t, dir, 0, roomFor+"=50000")
	if killed || !strings.Contains(said, "nothing was changed") {
		t.Errorf("killed: %v, said %q", killed, said)
	}
	if n, err := store.Version(t.Context(), dir); n != 1 || err != nil {
		t.Errorf("the schema is %d: %v", n, err)
	}
	if diff := cmp.Diff(before, rows(t, dir)); diff != "" {
		t.Error(diff)
	}
	left, err := filepath.Glob(filepath.Join(dir, store.SnapshotFolder, "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := store.Upgrade(t.Context(), dir, storetest.Schema(t)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

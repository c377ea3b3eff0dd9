package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sregistry/app/store"
)

// frozen are the steps that were released, and what they are tested with, by their sha256. A
// step that was released never changes: whoever has it done already would never get the rest,
// and could not open his folder any more.
//
// The last step may be missing here as long as it is not released: until then everything new
// goes into it. A release closes it:
//   - its hash is added here;
//   - schema.sql, as it is in the release, is copied to testdata/schema-N.sql, N being the
//     step's number, and rows for its new tables are written to testdata/rows-N.sql; with
//     their hashes they are added here, too;
//   - the next change begins a step of its own.
var frozen = map[string]string{
	"testdata/schema-1.sql": "3138e16e9c84d954bfffdc80d7d0e2cd339a3eab83f1816ee1c302a2808b99c6",
	"testdata/rows-1.sql":   "c89013b1b65637a9e505a6e3f954198eb5a6154e25940de062affb218ee517f8",
	"steps/0002.sql":        "01f62db5a07b9b2e472352cfe4b07114fda31634a0558db57e0692bbbae62a53",
	"testdata/schema-2.sql": "13b97072ff2edea5781f05870d113cad7f2cdb714f0332b0f2259e427494c7f8",
	"testdata/rows-2.sql":   "a23ff0134e37c3d5aa2f7274d2ae92a5b2ad40a3fbc2e691483212b83341fa87",
}

func TestReleasedStepsNeverChange(t *testing.T) {
	t.Parallel()
	for name, want := range frozen {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%s was released, and is missing: %v", name, err)
			continue
		}
		sum := sha256.Sum256(text)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s was released and must not change: put what is new into the last step, or begin another one. Its sha256 is now %s.", name, got)
		}
	}
	steps, err := filepath.Glob("steps/*.sql")
	if err != nil || len(steps) != store.CurrentVersion()-1 {
		t.Fatalf("%d steps lead to schema %d: %v", len(steps), store.CurrentVersion(), err)
	}
	slices.Sort(steps)
	for _, name := range steps[:len(steps)-1] {
		if frozen[name] == "" {
			t.Errorf("%s is not the last step, so it was released: add its hash here", name)
		}
	}
}

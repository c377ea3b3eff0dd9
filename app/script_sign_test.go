package app_test

import (
	"os"
	"sync"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/rogpeppe/go-internal/testscript"

	"sregistry/app/pgp/pgptest"
)

// signingCmds are the verbs of stories about signatures.
func signingCmds(t *testing.T) (mkkey, sign func(*testscript.TestScript, bool, []string)) {
	var keys sync.Map // by the story's folder and the key's name
	// mkkey NAME makes a key, with the public part in the file NAME.asc; $NAME is its fingerprint.
	mkkey = func(ts *testscript.TestScript, _ bool, args []string) {
		e := pgptest.New(t, args[0])
		keys.Store(ts.MkAbs(args[0]), e)
		ts.Setenv(args[0], pgptest.Fingerprint(e))
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+".asc"), []byte(pgptest.Public(t, e)), 0o600))
	}
	// sign FILE NAME signs an image as "apptainer sign" does.
	sign = func(ts *testscript.TestScript, _ bool, args []string) {
		e, ok := keys.Load(ts.MkAbs(args[1]))
		if !ok {
			ts.Fatalf("there is no key %s", args[1])
		}
		signed := pgptest.SignSIF(t, e.(*openpgp.Entity), []byte(ts.ReadFile(args[0])))
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), signed, 0o600))
	}
	return mkkey, sign
}

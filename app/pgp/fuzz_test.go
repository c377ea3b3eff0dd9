package pgp_test

import (
	"bytes"
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/pgp"
	"sregistry/app/pgp/pgptest"
)

// FuzzParseKey holds that what a stranger sends never stops the program, is refused with a
// sentence or makes a key that reads back as the same.
func FuzzParseKey(f *testing.F) {
	e := pgptest.New(f, "alice")
	var b bytes.Buffer
	if err := e.Serialize(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Add([]byte{0xc6, 6, 4, 0, 0, 0, 0, 1, 0xcd, 1, 'x'})
	f.Add(bytes.Repeat([]byte{0xcd, 1, 'x'}, 3))
	f.Fuzz(func(t *testing.T, packets []byte) {
		keys, err := pgp.Parse(pgptest.Armor(t, "PGP PUBLIC KEY BLOCK", packets))
		if err != nil {
			if errs.Message(err) == "" {
				t.Errorf("no sentence for %v", err)
			}
			return
		}
		for _, k := range keys {
			again, err := pgp.Merge(k.Packets, k.Packets)
			if err != nil || !bytes.Equal(again.Packets, k.Packets) {
				t.Errorf("%s does not read back: %v", k.Fingerprint, err)
			}
			if strings.Contains(k.Fingerprint, " ") || len(k.Fingerprint) != 40 || len(k.Names) == 0 {
				t.Errorf("odd key %+v", k.Key)
			}
		}
	})
}

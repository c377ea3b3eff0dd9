package sif_test

import (
	"bytes"
	"context"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/pgp/pgptest"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// FuzzVerify holds that no file stops the program or makes it read more than there is,
// and that what is covered is no more than what the file has.
func FuzzVerify(f *testing.F) {
	image := siftest.SIF(f, siftest.Options{Payload: 50})
	signed := pgptest.SignSIF(f, pgptest.New(f, "alice"), image)
	f.Add(signed)
	f.Add(image)
	f.Add(siftest.SIF(f, siftest.Options{Signature: []byte(`{"payloadType":"x"}`)}))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := &counting{ReaderAt: bytes.NewReader(file)}
		claims, objects, err := sif.Verify(context.Background(), r, int64(len(file)))
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("a file is no failure of ours: %v", err)
		}
		for _, c := range claims {
			covers := map[uint32]bool{}
			for _, id := range c.Covers {
				covers[id] = true
			}
			if len(covers) > objects || c.Fault != "" && len(covers) > 0 {
				t.Errorf("claim %+v of %d objects", c, objects)
			}
		}
	})
}

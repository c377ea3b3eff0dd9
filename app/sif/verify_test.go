package sif_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/google/go-cmp/cmp"
	"github.com/sylabs/sif/v2/pkg/integrity"
	library "github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/errs"
	"sregistry/app/pgp"
	"sregistry/app/pgp/pgptest"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// verify gives the claims of an image in memory.
func verify(t *testing.T, image []byte) ([]sif.Claim, int) {
	t.Helper()
	claims, objects, err := sif.Verify(t.Context(), bytes.NewReader(image), int64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	return claims, objects
}

func TestSignedImageIsAsItWasSigned(t *testing.T) {
	t.Parallel()
	alice, bob := pgptest.New(t, "alice"), pgptest.New(t, "bob")
	image := siftest.SIF(t, siftest.Options{Payload: 100_000, Labels: map[string]string{"a": "b"}})
	signed := pgptest.SignSIF(t, bob, pgptest.SignSIF(t, alice, image))
	claims, objects := verify(t, signed)
	if objects != 4 || len(claims) != 2 {
		t.Fatalf("%d objects, %d claims", objects, len(claims))
	}
	for at, e := range []string{pgptest.Fingerprint(alice), pgptest.Fingerprint(bob)} {
		c := claims[at]
		if c.Fingerprint != e || c.Fault != "" || c.Unsupported != "" || len(c.Text) == 0 {
			t.Errorf("claim %+v", c)
		}
		if diff := cmp.Diff([]uint32{1, 2, 3, 4}, c.Covers); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSignatureOfSomeObjectsCoversThese(t *testing.T) {
	t.Parallel()
	image := siftest.SIF(t, siftest.Options{Payload: 100})
	claims, objects := verify(t, pgptest.SignSIF(t, pgptest.New(t, "alice"), image, integrity.OptSignObjects(2)))
	if diff := cmp.Diff([]uint32{2}, claims[0].Covers); diff != "" || objects != 3 {
		t.Errorf("%d objects; %s", objects, diff)
	}
}

// Bytes all over a signed image are changed, one at a time, and where the format's own
// library then finds a fault, so must we, and nowhere else.
func TestChangedBytesAreFoundAsTheLibraryFindsThem(t *testing.T) {
	t.Parallel()
	alice := pgptest.New(t, "alice")
	image := siftest.SIF(t, siftest.Options{Payload: 300, Definition: "Bootstrap: scratch\n"})
	signed := pgptest.SignSIF(t, alice, image)
	keys, err := pgp.Parse(pgptest.Public(t, alice))
	if err != nil {
		t.Fatal(err)
	}
	key := keys[0]
	for at := 0; at < len(signed); at += 1 + rand.IntN(len(signed)/150) {
		if 80 <= at && at < 128 { // the library allocates by the numbers that stand here, and dies
			continue
		}
		changed := bytes.Clone(signed)
		changed[at] ^= 0x41
		claims, objects, err := sif.Verify(t.Context(), bytes.NewReader(changed), int64(len(changed)))
		if errs.Is(err, errs.Invalid) {
			continue
		}
		library := libraryVerifies(changed, alice)
		ours := err == nil && len(claims) > 0 && claims[0].Fault == "" && claims[0].Unsupported == "" && len(claims[0].Covers) == objects &&
			claims[0].Fingerprint == pgptest.Fingerprint(alice)
		ours = ours && key.Verify(claims[0].Text, time.Now()) == nil
		if ours != library {
			t.Errorf("byte %d: by the library it verifies: %v, by us: %v", at, library, ours)
		}
	}
	if !libraryVerifies(signed, alice) {
		t.Error("the library finds a fault in what it signed")
	}
}

func libraryVerifies(image []byte, key *openpgp.Entity) bool {
	f, err := library.LoadContainer(library.NewBuffer(image))
	if err != nil {
		return false
	}
	v, err := integrity.NewVerifier(f, integrity.OptVerifyWithKeyRing(openpgp.EntityList{key}))
	return err == nil && v.Verify() == nil
}

func TestOtherSignaturesAreNotSupported(t *testing.T) {
	t.Parallel()
	legacy := pgptest.ClearSign(t, pgptest.New(t, "alice"), "SIFHASH:\nabcd", nil)
	for name, text := range map[string][]byte{
		"DSSE":    []byte(`{"payloadType":"application/vnd.sylabs.sif-metadata+json"}`),
		"legacy":  legacy,
		"large":   bytes.Repeat([]byte("x"), 70_000),
		"no JSON": pgptest.ClearSign(t, pgptest.New(t, "alice"), "hello", nil),
	} {
		claims, _ := verify(t, siftest.SIF(t, siftest.Options{Signature: text, Fingerprint: make([]byte, 20)}))
		if len(claims) != 1 || claims[0].Unsupported == "" || claims[0].Covers != nil {
			t.Errorf("%s: %+v", name, claims)
		}
	}
}

func TestUnsignedImageHasNoClaims(t *testing.T) {
	t.Parallel()
	for _, image := range [][]byte{siftest.SIF(t, siftest.Options{}), siftest.SIMG()} {
		if claims, _ := verify(t, image); claims != nil {
			t.Errorf("claims %v", claims)
		}
	}
}

// counting counts the bytes that are read.
type counting struct {
	io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

func TestObjectsAreReadOnceForAllSignatures(t *testing.T) {
	t.Parallel()
	signed := siftest.SIF(t, siftest.Options{Payload: 4 << 20})
	for range 5 {
		signed = pgptest.SignSIF(t, pgptest.New(t, "alice"), signed)
	}
	file := &counting{ReaderAt: bytes.NewReader(signed)}
	claims, _, err := sif.Verify(t.Context(), file, int64(len(signed)))
	if err != nil || len(claims) != 5 {
		t.Fatal(len(claims), err)
	}
	if file.n > int64(len(signed))+1<<20 {
		t.Errorf("%d bytes read of a file of %d", file.n, len(signed))
	}
}

func TestReadErrorIsNoFault(t *testing.T) {
	t.Parallel()
	signed := pgptest.SignSIF(t, pgptest.New(t, "alice"), siftest.SIF(t, siftest.Options{Payload: 1 << 20}))
	bad := &failing{bytes.NewReader(signed), int64(len(signed) / 2)}
	if claims, _, err := sif.Verify(t.Context(), bad, int64(len(signed))); !errs.Is(err, errs.Internal) {
		t.Errorf("claims %v, error %v", claims, err)
	}
}

// failing is a disk with a bad block.
type failing struct {
	io.ReaderAt
	bad int64
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if off <= f.bad && f.bad < off+int64(len(p)) {
		return 0, errors.New("I/O error")
	}
	return f.ReaderAt.ReadAt(p, off)
}

// Package pgptest makes OpenPGP keys for tests, and signs texts and image files by them.
//
// Entry points: New, Public and SignSIF, which signs as `apptainer sign` does. The trap:
// keys are drawn anew in every run.
package pgptest

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/sylabs/sif/v2/pkg/integrity"
	"github.com/sylabs/sif/v2/pkg/sif"
)

// Config makes keys that are small and quick, and an hour old so that clocks may differ.
func Config() *packet.Config {
	made := time.Now().Add(-time.Hour)
	return &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return made }}
}

// New makes a key for "NAME <NAME@example.org>".
func New(t testing.TB, name string) *openpgp.Entity { return NewWith(t, name, Config()) }

// NewWith is New for a key of another kind.
func NewWith(t testing.TB, name string, c *packet.Config) *openpgp.Entity {
	t.Helper()
	e, err := openpgp.NewEntity(name, "", name+"@example.org", c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Fingerprint gives a key's in the registry's form.
func Fingerprint(e *openpgp.Entity) string {
	return strings.ToUpper(hex.EncodeToString(e.PrimaryKey.Fingerprint))
}

// Public writes the public parts of keys as one armored block.
func Public(t testing.TB, keys ...*openpgp.Entity) string {
	t.Helper()
	var b bytes.Buffer
	for _, e := range keys {
		if err := e.Serialize(&b); err != nil {
			t.Fatal(err)
		}
	}
	return Armor(t, "PGP PUBLIC KEY BLOCK", b.Bytes())
}

// Private writes a whole key, armored.
func Private(t testing.TB, e *openpgp.Entity) string {
	t.Helper()
	var b bytes.Buffer
	if err := e.SerializePrivateWithoutSigning(&b, nil); err != nil {
		t.Fatal(err)
	}
	return Armor(t, "PGP PRIVATE KEY BLOCK", b.Bytes())
}

// Armor writes packets as an armored block.
func Armor(t testing.TB, kind string, packets []byte) string {
	t.Helper()
	var text strings.Builder
	w, err := armor.Encode(&text, kind, nil)
	if err == nil {
		_, err = w.Write(packets)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// ClearSign signs a text.
func ClearSign(t testing.TB, e *openpgp.Entity, text string, c *packet.Config) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := clearsign.Encode(&b, e.PrivateKey, c)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// SignSIF gives an image file with a signature of every group added, or as the options say.
func SignSIF(t testing.TB, e *openpgp.Entity, image []byte, options ...integrity.SignerOpt) []byte {
	t.Helper()
	b := sif.NewBuffer(bytes.Clone(image))
	f, err := sif.LoadContainer(b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := integrity.NewSigner(f, append([]integrity.SignerOpt{integrity.OptSignWithEntity(e)}, options...)...)
	if err == nil {
		err = s.Sign()
	}
	if err == nil {
		err = f.UnloadContainer()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

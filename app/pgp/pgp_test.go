package pgp_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/pgp"
	"sregistry/app/pgp/pgptest"
)

func parse(t *testing.T, text string) pgp.Key {
	t.Helper()
	keys, err := pgp.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 1 {
		t.Fatalf("%d keys, want 1", len(keys))
	}
	return keys[0]
}

func wants(t *testing.T, kind errs.Kind, err error) {
	t.Helper()
	if !errs.Is(err, kind) || errs.Message(err) == "" {
		t.Errorf("want %s with a sentence, got: %v", kind, err)
	}
}

func TestKeyIsDescribed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		algorithm packet.PublicKeyAlgorithm
		bits      int
	}{"EdDSA": {packet.PubKeyAlgoEdDSA, 255}, "RSA": {packet.PubKeyAlgoRSA, 2048}, "ECDSA": {packet.PubKeyAlgoECDSA, 256}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := pgptest.Config()
			config.Algorithm, config.KeyLifetimeSecs = c.algorithm, 86400
			if c.algorithm == packet.PubKeyAlgoECDSA {
				config.Curve = packet.CurveNistP256
			}
			e := pgptest.NewWith(t, "alice", config)
			k := parse(t, "Dear registry, this is my key:\n\n"+pgptest.Public(t, e))
			if k.Fingerprint != pgptest.Fingerprint(e) || k.Algorithm != int(c.algorithm) || k.Bits != c.bits || k.Revoked {
				t.Errorf("described as %+v", k.Key)
			}
			if !k.Expires.Equal(e.PrimaryKey.CreationTime.Add(24*time.Hour)) || !k.Created.Equal(e.PrimaryKey.CreationTime) {
				t.Errorf("lives from %v to %v", k.Created, k.Expires)
			}
			if k.Name() != "alice <alice@example.org>" || len(k.Parts) != 1+len(e.Subkeys) {
				t.Errorf("name %q, parts %v", k.Name(), k.Parts)
			}
		})
	}
}

func TestWhatIsNoPublicKeyIsRefused(t *testing.T) {
	t.Parallel()
	e := pgptest.New(t, "alice")
	text := pgptest.Public(t, e)
	var bare bytes.Buffer
	if err := e.PrimaryKey.Serialize(&bare); err != nil {
		t.Fatal(err)
	}
	secret := strings.ReplaceAll(pgptest.Private(t, e), "PRIVATE", "PUBLIC")
	for name, text := range map[string]string{
		"nothing":          "",
		"text":             "hello",
		"cut short":        text[:len(text)/2],
		"no end":           "-----BEGIN PGP PUBLIC KEY BLOCK-----",
		"base64":           "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\naGVsbG8=\n-----END PGP PUBLIC KEY BLOCK-----\n",
		"private":          pgptest.Private(t, e),
		"private, renamed": secret,
		"public, private":  text + pgptest.Private(t, e),
		"message":          pgptest.Armor(t, "PGP MESSAGE", []byte("x")),
		"no user id":       pgptest.Armor(t, "PGP PUBLIC KEY BLOCK", bare.Bytes()),
	} {
		_, err := pgp.Parse(text)
		if !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasPrefix(name, "private") && !strings.Contains(errs.Message(err), "private") {
			t.Errorf("%s: its sender is not warned: %v", name, err)
		}
	}
}

func TestOthersCertificationsAreDropped(t *testing.T) {
	t.Parallel()
	e := pgptest.New(t, "alice")
	clean := parse(t, pgptest.Public(t, e))
	for range 300 {
		if err := e.SignIdentity("alice <alice@example.org>", pgptest.New(t, "eve"), pgptest.Config()); err != nil {
			t.Fatal(err)
		}
	}
	flooded := parse(t, pgptest.Public(t, e))
	if diff := cmp.Diff(clean, flooded); diff != "" {
		t.Error(diff)
	}
}

func TestForeignUserIDsAreDropped(t *testing.T) {
	t.Parallel()
	alice, eve := pgptest.New(t, "alice"), pgptest.New(t, "eve")
	own := parse(t, pgptest.Public(t, alice))
	for name, identity := range eve.Identities { // Eve's name, which Alice's key never signed
		alice.Identities[name] = identity
	}
	if diff := cmp.Diff(own, parse(t, pgptest.Public(t, alice))); diff != "" {
		t.Error(diff)
	}
}

func TestMegabytesAreRefused(t *testing.T) {
	t.Parallel()
	text := pgptest.Public(t, pgptest.New(t, "alice"))
	for name, text := range map[string]string{
		"one text":  strings.Repeat(text, pgp.MaxText/len(text)+1),
		"many keys": keys(t, 17),
		"many uids": names(t, 65),
		"long uid":  pgptest.Public(t, pgptest.New(t, strings.Repeat("a", 2000))),
	} {
		_, err := pgp.Parse(text)
		if !errs.Is(err, errs.TooLarge) || errs.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func keys(t *testing.T, n int) string {
	var all []*openpgp.Entity
	for range n {
		all = append(all, pgptest.New(t, "alice"))
	}
	return pgptest.Public(t, all...)
}

func names(t *testing.T, n int) string {
	e := pgptest.New(t, "alice")
	for i := range n {
		if err := e.AddUserId(strings.Repeat("x", i+1), "", "", pgptest.Config()); err != nil {
			t.Fatal(err)
		}
	}
	return pgptest.Public(t, e)
}

func TestMergeHasWhatBothHad(t *testing.T) {
	t.Parallel()
	e := pgptest.New(t, "alice")
	first := parse(t, pgptest.Public(t, e))
	if err := e.AddUserId("alice", "", "alice@lab.example.org", pgptest.Config()); err != nil {
		t.Fatal(err)
	}
	if err := e.AddSigningSubkey(pgptest.Config()); err != nil {
		t.Fatal(err)
	}
	second := parse(t, pgptest.Public(t, e))
	for _, pair := range [][2]pgp.Key{{first, second}, {second, first}, {second, second}} {
		merged, err := pgp.Merge(pair[0].Packets, pair[1].Packets)
		if err != nil {
			t.Fatal(err)
		}
		if len(merged.Names) != 2 || len(merged.Parts) != 3 || len(merged.Packets) != len(second.Packets) {
			t.Errorf("merged to %+v", merged.Key)
		}
	}
}

func TestRevocationSurvivesAnOlderVersion(t *testing.T) {
	t.Parallel()
	e := pgptest.New(t, "alice")
	before := parse(t, pgptest.Public(t, e))
	if err := e.RevokeKey(packet.KeyCompromised, "stolen", pgptest.Config()); err != nil {
		t.Fatal(err)
	}
	after := parse(t, pgptest.Public(t, e))
	merged, err := pgp.Merge(after.Packets, before.Packets)
	if err != nil || !merged.Revoked || before.Revoked {
		t.Errorf("revoked: %v, before: %v, %v", merged.Revoked, before.Revoked, err)
	}
	wants(t, errs.Invalid, merged.Verify(pgptest.ClearSign(t, e, "x", nil), time.Now()))
}

func TestTwoKeysDoNotMerge(t *testing.T) {
	t.Parallel()
	a, b := parse(t, pgptest.Public(t, pgptest.New(t, "a"))), parse(t, pgptest.Public(t, pgptest.New(t, "b")))
	if _, err := pgp.Merge(a.Packets, b.Packets); err == nil {
		t.Error("two keys became one")
	}
}

func TestArmorReadsBack(t *testing.T) {
	t.Parallel()
	a, b := parse(t, pgptest.Public(t, pgptest.New(t, "a"))), parse(t, pgptest.Public(t, pgptest.New(t, "b")))
	text, err := pgp.Armor(a.Packets, b.Packets)
	if err != nil {
		t.Fatal(err)
	}
	back, err := pgp.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]pgp.Key{a, b}, back); diff != "" {
		t.Error(diff)
	}
	list, err := openpgp.ReadArmoredKeyRing(strings.NewReader(text)) // as the clients do
	if err != nil || len(list) != 2 {
		t.Errorf("%d keys, %v", len(list), err)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	config := pgptest.Config()
	config.KeyLifetimeSecs = 7200
	alice, eve := pgptest.NewWith(t, "alice", config), pgptest.New(t, "eve")
	k := parse(t, pgptest.Public(t, alice))
	text := pgptest.ClearSign(t, alice, `{"version":1}`, nil)
	if err := k.Verify(text, time.Now()); err != nil {
		t.Error(err)
	}
	wants(t, errs.Invalid, k.Verify(text, time.Now().Add(3*time.Hour)))
	wants(t, errs.Invalid, k.Verify(pgptest.ClearSign(t, eve, "x", nil), time.Now()))
	wants(t, errs.Invalid, k.Verify(bytes.Replace(text, []byte("version"), []byte("edition"), 1), time.Now()))
	wants(t, errs.Invalid, k.Verify([]byte("hello"), time.Now()))
	wants(t, errs.Invalid, k.Verify(append(bytes.Clone(text), text...), time.Now()))
}

func TestRenewalWinsOverOlderVersion(t *testing.T) {
	t.Parallel()
	config := pgptest.Config()
	config.KeyLifetimeSecs = 3600
	e := pgptest.NewWith(t, "alice", config)
	before := parse(t, pgptest.Public(t, e))
	i := e.PrimaryIdentity()
	renewed := *i.SelfSignature
	life := uint32(7200)
	renewed.KeyLifetimeSecs, renewed.CreationTime = &life, renewed.CreationTime.Add(time.Minute)
	if err := renewed.SignUserId(i.Name, e.PrimaryKey, e.PrivateKey, config); err != nil {
		t.Fatal(err)
	}
	i.SelfSignature, i.Signatures = &renewed, []*packet.Signature{&renewed}
	after := parse(t, pgptest.Public(t, e))
	for _, pair := range [][2]pgp.Key{{before, after}, {after, before}} {
		merged, err := pgp.Merge(pair[0].Packets, pair[1].Packets)
		if err != nil || !merged.Expires.Equal(before.Expires.Add(time.Hour)) {
			t.Errorf("expires %v, want an hour after %v; %v", merged.Expires, before.Expires, err)
		}
	}
}

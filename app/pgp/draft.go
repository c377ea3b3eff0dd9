package pgp

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// draft is a key whose packets are being gathered.
type draft struct {
	part    // the primary key itself
	primary *packet.PublicKey
	names   []*part
	subkeys []*part
}

// part is something of a key, with what the key says about it: the newest signature that
// binds it, and its revocations.
type part struct {
	kind        int               // tagPublicKey, tagUserID or tagPublicSubkey
	packet      []byte            // itself
	name        string            // of a user id
	subkey      *packet.PublicKey // of a subkey
	binding     []byte
	bound       time.Time // when binding was made
	revocations [][]byte
}

// good reports whether a signature about this part is of a fitting type and verifies.
func (p *part) good(primary *packet.PublicKey, s *packet.Signature) bool {
	var err error
	switch s.SigType {
	case packet.SigTypeKeyRevocation:
		err = primary.VerifyRevocationSignature(s)
		return err == nil && p.kind == tagPublicKey
	case packet.SigTypeDirectSignature:
		err = primary.VerifyDirectKeySignature(s)
		return err == nil && p.kind == tagPublicKey
	case packet.SigTypeGenericCert, packet.SigTypePersonaCert, packet.SigTypeCasualCert, packet.SigTypePositiveCert,
		packet.SigTypeCertificationRevocation:
		return p.kind == tagUserID && primary.VerifyUserIdSignature(p.name, primary, s) == nil
	case packet.SigTypeSubkeyBinding, packet.SigTypeSubkeyRevocation:
		return p.subkey != nil && primary.VerifyKeySignature(p.subkey, s) == nil
	}
	return false
}

// keep notes a good signature. Of two that bind and are equally old the first is kept, so
// that nobody can exchange one for the same with other unsigned bytes in it.
func (p *part) keep(raw []byte, s *packet.Signature) {
	switch s.SigType {
	case packet.SigTypeKeyRevocation, packet.SigTypeCertificationRevocation, packet.SigTypeSubkeyRevocation:
		for _, known := range p.revocations {
			if bytes.Equal(known, raw) {
				return
			}
		}
		if len(p.revocations) < maxRevocations {
			p.revocations = append(p.revocations, raw)
		}
		return
	}
	if p.binding == nil || s.CreationTime.After(p.bound) {
		p.binding, p.bound = raw, s.CreationTime
	}
}

// finish makes the key of its parts. What is not bound to it is left out.
func (d *draft) finish() (Key, error) {
	const op = "pgp.finish"
	if len(d.names) > maxNames || len(d.subkeys) > maxSubkeys {
		return Key{}, errs.E(op, errs.TooLarge, "The key has %d user ids and %d subkeys; at most %d and %d are taken.",
			len(d.names), len(d.subkeys), maxNames, maxSubkeys)
	}
	packets := d.part.write(nil)
	for _, p := range append(d.names, d.subkeys...) {
		if p.binding != nil {
			packets = p.write(packets)
		}
	}
	if len(packets) > maxKey {
		return Key{}, errs.E(op, errs.TooLarge, "The key has more than %d bytes, even without others' certifications.", maxKey)
	}
	list, err := openpgp.ReadKeyRing(bytes.NewReader(packets))
	if err != nil || len(list) != 1 {
		return Key{}, errs.Because(op, errs.Invalid, err, "The key %s is not complete: it needs a user id that it signed itself.", fingerprint(d.primary))
	}
	k := Key{Key: describe(list[0]), Packets: packets}
	k.Names = d.identities(list[0])
	return k, nil
}

// write adds a part's packets to others.
func (p *part) write(packets []byte) []byte {
	packets = append(packets, p.packet...)
	for _, r := range p.revocations {
		packets = append(packets, r...)
	}
	return append(packets, p.binding...)
}

// serialize writes a packet in the one form in which it is kept.
func serialize(p interface{ Serialize(io.Writer) error }) []byte {
	var b bytes.Buffer
	if err := p.Serialize(&b); err != nil {
		panic("pgp: a packet that was read cannot be written to memory: " + err.Error())
	}
	return b.Bytes()
}

// identities gives the user ids in the order in which they came, but the main one first.
func (d *draft) identities(e *openpgp.Entity) []model.KeyName {
	var names []model.KeyName
	main := e.PrimaryIdentity()
	for _, p := range d.names {
		i, ok := e.Identities[p.name]
		if !ok {
			continue
		}
		n := model.KeyName{Text: strings.ToValidUTF8(i.Name, "\uFFFD"), Created: i.SelfSignature.CreationTime.UTC(),
			Expires: after(i.SelfSignature.CreationTime, i.SelfSignature.SigLifetimeSecs), Revoked: len(i.Revocations) > 0}
		at := len(names)
		if i == main {
			at = 0
		}
		names = slices.Insert(names, at, n)
	}
	return names
}

// describe reads a whole key, but for its user ids.
func describe(e *openpgp.Entity) model.Key {
	k := model.Key{Fingerprint: fingerprint(e.PrimaryKey), Algorithm: int(e.PrimaryKey.PubKeyAlgo), Bits: bits(e.PrimaryKey),
		Created: e.PrimaryKey.CreationTime.UTC(), Revoked: len(e.Revocations) > 0, Parts: []string{fingerprint(e.PrimaryKey)}}
	self, _ := e.PrimarySelfSignature()
	k.Expires = after(k.Created, self.KeyLifetimeSecs)
	for _, s := range e.Subkeys {
		k.Parts = append(k.Parts, fingerprint(s.PublicKey))
	}
	return k
}

// after gives the end of a life in seconds; zero if it has none.
func after(from time.Time, life *uint32) time.Time {
	if life == nil || *life == 0 {
		return time.Time{}
	}
	return from.Add(time.Duration(*life) * time.Second).UTC()
}

func fingerprint(k *packet.PublicKey) string {
	return strings.ToUpper(hex.EncodeToString(k.Fingerprint))
}

// curveBits are the lengths by which keys on curves are commonly known.
var curveBits = map[packet.Curve]int{packet.Curve25519: 255, packet.Curve448: 448, packet.CurveNistP256: 256,
	packet.CurveNistP384: 384, packet.CurveNistP521: 521, packet.CurveSecP256k1: 256,
	packet.CurveBrainpoolP256: 256, packet.CurveBrainpoolP384: 384, packet.CurveBrainpoolP512: 512}

func bits(k *packet.PublicKey) int {
	if curve, err := k.Curve(); err == nil && curveBits[curve] > 0 {
		return curveBits[curve]
	}
	n, err := k.BitLength()
	if err != nil {
		return 0
	}
	return int(n)
}

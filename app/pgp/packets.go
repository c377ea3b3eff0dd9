package pgp

import (
	"bytes"
	"errors"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"sregistry/app/errs"
)

// The packets that a key may have (RFC 9580, section 5).
const (
	tagSignature     = 2
	tagSecretKey     = 5
	tagPublicKey     = 6
	tagSecretSubkey  = 7
	tagMarker        = 10
	tagTrust         = 12
	tagUserID        = 13
	tagPublicSubkey  = 14
	tagUserAttribute = 17
	tagPadding       = 21
)

// reading goes through packets and sorts them into drafts of keys.
type reading struct {
	drafts     []*draft
	key        *draft // at hand
	part       *part  // of it, to which signatures belong that come now; nil to drop them
	signatures int    // verified so far
}

// parsePackets reads the keys in a row of packets.
func parsePackets(packets []byte) ([]Key, error) {
	const op = "pgp.parsePackets"
	var r reading
	opaque := packet.NewOpaqueReader(bytes.NewReader(packets))
	for count := 0; ; count++ {
		p, err := opaque.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errs.Because(op, errs.Invalid, err, "The key is damaged; copy it again.")
		}
		if count == maxPackets {
			return nil, errs.E(op, errs.TooLarge, "The key has more than %d parts; send it without others' certifications (gpg --export-options export-clean).", maxPackets)
		}
		if err := r.take(p); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	if len(r.drafts) == 0 {
		return nil, errs.E(op, errs.Invalid, "There is no public key in this text.")
	}
	keys := make([]Key, len(r.drafts))
	for at, d := range r.drafts {
		var err error
		if keys[at], err = d.finish(); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	return keys, nil
}

// take sorts one packet in.
func (r *reading) take(p *packet.OpaquePacket) error {
	const op = "pgp.take"
	switch {
	case p.Tag == tagSecretKey || p.Tag == tagSecretSubkey:
		return private(op)
	case p.Tag == tagMarker || p.Tag == tagTrust || p.Tag == tagPadding:
		return nil
	case p.Tag == tagPublicKey:
		return r.begin(p)
	case r.key == nil:
		return errs.E(op, errs.Invalid, "The text does not begin with a public key.")
	}
	switch p.Tag {
	case tagUserID:
		return r.name(p)
	case tagPublicSubkey:
		return r.subkey(p)
	case tagUserAttribute: // a picture; programs do without, and it is large
		r.part = nil
		return nil
	case tagSignature:
		return r.sign(p)
	}
	return errs.E(op, errs.Invalid, "The text holds something (a packet of type %d) that is no part of a public key.", p.Tag)
}

// begin takes a primary key, a new one or one that came before.
func (r *reading) begin(p *packet.OpaquePacket) error {
	const op = "pgp.begin"
	public, err := publicKey(p)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !signs(public.PubKeyAlgo) {
		return errs.E(op, errs.Unsupported, "A key of algorithm %d cannot be used here; RSA, ECDSA and EdDSA keys can.", public.PubKeyAlgo)
	}
	for _, d := range r.drafts {
		if bytes.Equal(d.primary.Fingerprint, public.Fingerprint) {
			r.key, r.part = d, &d.part
			return nil
		}
	}
	if len(r.drafts) == maxKeys {
		return errs.E(op, errs.TooLarge, "There are more than %d keys in this text; send fewer at a time.", maxKeys)
	}
	r.key = &draft{primary: public, part: part{kind: tagPublicKey, packet: serialize(public)}}
	r.part = &r.key.part
	r.drafts = append(r.drafts, r.key)
	return nil
}

// publicKey reads a primary key or a subkey.
func publicKey(p *packet.OpaquePacket) (*packet.PublicKey, error) {
	const op = "pgp.publicKey"
	parsed, err := p.Parse()
	public, ok := parsed.(*packet.PublicKey)
	if err != nil || !ok {
		return nil, errs.Because(op, errs.Unsupported, err, "The key is of a kind that is not known here, or damaged.")
	}
	if public.Version != 4 {
		return nil, errs.E(op, errs.Unsupported, "The key has version %d; only version 4 keys are taken, which Singularity and Apptainer can use.", public.Version)
	}
	if bits, err := public.BitLength(); err != nil || bits > maxBits {
		return nil, errs.Because(op, errs.Unsupported, err, "The key has %d bits; at most %d are taken.", bits, maxBits)
	}
	return public, nil
}

// signs reports whether signatures by an algorithm are verified. DSA is obsolete, and the
// time that it takes is up to whoever chose its parameters.
func signs(a packet.PublicKeyAlgorithm) bool {
	switch a {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly, packet.PubKeyAlgoECDSA, packet.PubKeyAlgoEdDSA,
		packet.PubKeyAlgoEd25519, packet.PubKeyAlgoEd448:
		return true
	}
	return false
}

// name takes a user id.
func (r *reading) name(p *packet.OpaquePacket) error {
	if len(p.Contents) > maxName {
		return errs.E("pgp.name", errs.TooLarge, "A user id of the key has %d bytes; at most %d are taken.", len(p.Contents), maxName)
	}
	for _, n := range r.key.names {
		if n.name == string(p.Contents) {
			r.part = n
			return nil
		}
	}
	r.part = &part{kind: tagUserID, packet: serialize(p), name: string(p.Contents)}
	r.key.names = append(r.key.names, r.part)
	return nil
}

// subkey takes a subkey. One that could not be used here is left out, with its signatures.
func (r *reading) subkey(p *packet.OpaquePacket) error {
	public, err := publicKey(p)
	r.part = nil
	if err != nil || public.PubKeyAlgo == packet.PubKeyAlgoDSA {
		return nil
	}
	for _, s := range r.key.subkeys {
		if bytes.Equal(s.subkey.Fingerprint, public.Fingerprint) {
			r.part = s
			return nil
		}
	}
	r.part = &part{kind: tagPublicSubkey, packet: serialize(public), subkey: public}
	r.key.subkeys = append(r.key.subkeys, r.part)
	return nil
}

// sign takes a signature about the part at hand, if the key made it itself.
func (r *reading) sign(p *packet.OpaquePacket) error {
	parsed, err := p.Parse()
	s, ok := parsed.(*packet.Signature)
	if err != nil || !ok || r.part == nil || len(p.Contents) > maxSignature || !s.CheckKeyIdOrFingerprint(r.key.primary) {
		return nil // another's, or none that anybody could verify
	}
	if r.signatures++; r.signatures > maxSignatures {
		return errs.E("pgp.sign", errs.TooLarge, "The key has more than %d signatures; send it clean (gpg --export-options export-minimal).", maxSignatures)
	}
	if r.part.good(r.key.primary, s) {
		r.part.keep(serialize(p), s)
	}
	return nil
}

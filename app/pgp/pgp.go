// Package pgp reads OpenPGP public keys (RFC 9580, version 4 keys) from untrusted text,
// merges what several people sent of one key, and verifies clear-signed texts. It does
// no I/O and knows neither images nor the keyserver's protocol.
//
// Entry points: Parse, Merge, Armor and Key.Verify. Of a key only that is kept which its
// owner signed himself, and only the newest of each: what others certified is dropped,
// since anybody can make any amount of it. The trap: a key proves nothing about a person;
// its user ids are what its maker wrote.
package pgp

import (
	"bytes"
	"io"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/armor"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// publicBlock is the armor's type of public keys (RFC 9580, section 6.2.1).
const publicBlock = "PGP PUBLIC KEY BLOCK"

// Key is a public key with the packets by which others can use it.
type Key struct {
	model.Key
	Packets []byte
}

// Parse reads the keys in an armored text, which may have several blocks; each key comes
// once. Errors: Invalid for private keys, garbage and what nobody could verify by;
// Unsupported for kinds of keys that are not taken; TooLarge.
func Parse(armored string) ([]Key, error) {
	const op = "pgp.Parse"
	if len(armored) > MaxText {
		return nil, errs.E(op, errs.TooLarge, "The keys have more than %d bytes; send fewer at a time.", MaxText)
	}
	packets, err := dearmor(armored)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	keys, err := parsePackets(packets)
	return keys, errs.Wrap(op, err)
}

// Merge makes one key of what is known and what was sent of it. Errors: TooLarge.
func Merge(known, sent []byte) (Key, error) {
	const op = "pgp.Merge"
	keys, err := parsePackets(append(bytes.Clone(known), sent...))
	if err != nil {
		return Key{}, errs.Wrap(op, err)
	}
	if len(keys) != 1 {
		return Key{}, errs.E(op, errs.Internal, "two different keys cannot be merged")
	}
	return keys[0], nil
}

// Armor writes keys as one armored block.
func Armor(packets ...[]byte) (string, error) {
	const op = "pgp.Armor"
	var text strings.Builder
	w, err := armor.Encode(&text, publicBlock, nil)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	for _, p := range packets {
		if _, err := w.Write(p); err != nil {
			return "", errs.Wrap(op, err)
		}
	}
	if err := w.Close(); err != nil {
		return "", errs.Wrap(op, err)
	}
	text.WriteByte('\n')
	return text.String(), nil
}

// dearmor gives the packets of all blocks of an armored text.
func dearmor(text string) ([]byte, error) {
	const op = "pgp.dearmor"
	const begin = "-----BEGIN "
	var packets []byte
	_, rest, found := strings.Cut(text, begin)
	for found {
		var block string
		block, rest, found = strings.Cut(rest, begin)
		b, err := armor.Decode(strings.NewReader(begin + block))
		if err != nil {
			return nil, errs.Because(op, errs.Invalid, err, "The text is not a whole armored key; copy it again, from its BEGIN line to its END line.")
		}
		if strings.Contains(b.Type, "PRIVATE") {
			return nil, private(op)
		}
		if b.Type != publicBlock {
			return nil, errs.E(op, errs.Invalid, "The text is a %q, not a %q.", b.Type, publicBlock)
		}
		body, err := io.ReadAll(b.Body)
		if err != nil {
			return nil, errs.Because(op, errs.Invalid, err, "The armored key is damaged; copy it again.")
		}
		packets = append(packets, body...)
	}
	if len(packets) == 0 {
		return nil, errs.E(op, errs.Invalid, "There is no OpenPGP key in this text; send what begins with -----BEGIN %s-----.", publicBlock)
	}
	return packets, nil
}

func private(op string) error {
	return errs.E(op, errs.Invalid, "This is a private key! Nobody but its owner may have it; send the public one only (gpg --armor --export). If others could see it, revoke it.")
}

package pgp

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	wrong "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"sregistry/app/errs"
)

// hashes are the hash functions that a signature may be made with: those of
// `apptainer verify`.
var hashes = []crypto.Hash{crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512}

// Verify reports whether a clear-signed text (RFC 9580, section 7) was signed by this key,
// and the key is good at a time. Errors: Invalid, with a sentence why not.
func (k Key) Verify(text []byte, at time.Time) (err error) {
	const op = "pgp.Verify"
	defer func() { // what a stranger wrote must not stop the program
		if p := recover(); p != nil {
			err = errs.Because(op, errs.Invalid, fmt.Errorf("panic: %v", p), "The signature cannot be read.")
		}
	}()
	ring, err := openpgp.ReadKeyRing(bytes.NewReader(k.Packets))
	if err != nil {
		return errs.Because(op, errs.Internal, err, "The key %s cannot be read.", k.Fingerprint)
	}
	block, rest := clearsign.Decode(text)
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return errs.E(op, errs.Invalid, "It is not one clear-signed text.")
	}
	now := &packet.Config{Time: func() time.Time { return at }}
	_, err = openpgp.CheckDetachedSignatureAndHash(ring, bytes.NewReader(block.Bytes), block.ArmoredSignature.Body, hashes, now)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, wrong.ErrKeyRevoked):
		return errs.Because(op, errs.Invalid, err, "The key was revoked.")
	case errors.Is(err, wrong.ErrKeyExpired):
		return errs.Because(op, errs.Invalid, err, "The key has expired.")
	case errors.Is(err, wrong.ErrSignatureExpired):
		return errs.Because(op, errs.Invalid, err, "The signature has expired.")
	case errors.Is(err, wrong.ErrUnknownIssuer):
		return errs.Because(op, errs.Invalid, err, "The signature names this key, but was made by another, or by one that may not sign.")
	}
	return errs.Because(op, errs.Invalid, err, "The signature was not made by this key over this text.")
}

package identity

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// serverKey is the secret that is not in the database. It is never used itself: each
// purpose has a subkey of its own, by its label.
type serverKey []byte

// The sizes of the server key, and of a subkey that signs, in bytes.
const (
	serverKeySize = 32
	subkeySize    = 32
)

// The labels of the subkeys. Changing one voids all that was signed with it.
const (
	ticketLabel = "sregistry download ticket"
	uploadLabel = "sregistry upload ticket"
	passLabel   = "sregistry pass"
	flashLabel  = "sregistry flash cookie"
	tokenLabel  = "sregistry token " // followed by the token's id
	hookLabel   = "sregistry webhook "
)

// subkey derives n bytes for a purpose (RFC 5869).
func (k serverKey) subkey(salt []byte, label string, n int) ([]byte, error) {
	return hkdf.Key(sha256.New, k, salt, label, n)
}

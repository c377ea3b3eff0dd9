package registry

import (
	"crypto/rand"
	"crypto/sha256"
)

// newSecret draws the secret of a link, of which only the hash is kept.
func newSecret() (secret string, hash []byte) {
	secret = rand.Text()
	return secret, hashSecret(secret)
}

func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

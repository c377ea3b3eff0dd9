package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// seal writes bytes as one word, which fits into an address, with a sum that only the key can
// make. They are signed, and not hidden.
func seal(key, b []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(mac(key, b), b...))
}

// unseal gives the bytes that seal wrote with the same key; ok is false for anything else, and
// for a text longer than most bytes, which is not even decoded.
func unseal(key []byte, text string, most int) (b []byte, ok bool) {
	if len(text) > most {
		return nil, false
	}
	signed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(signed) < sha256.Size {
		return nil, false
	}
	sum, b := signed[:sha256.Size], signed[sha256.Size:]
	return b, hmac.Equal(sum, mac(key, b))
}

func mac(key, b []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(b)
	return m.Sum(nil)
}

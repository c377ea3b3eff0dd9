package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"

	"sregistry/app/model"
	"sregistry/app/store"
)

// The form of a token: "sregistry_", its id, "_", its secret. It is that long because
// Apptainer's --tokenfile takes only what has at least 200 characters, and of letters,
// digits and "_" only, so that a double click takes all of it.
const (
	tokenPrefix    = "sregistry_"
	tokenIDLength  = 16  // 80 random bits; not secret
	tokenSecret    = 110 // bytes of the secret
	tokenSaltSize  = 16
	maxTokenName   = 64
	maxTokens      = 100 // that have not expired, of one user
	maxHMACTokens  = 256 // of one user, tried as keys: those above and some that expired
	tokenTextLimit = 512 // longer ones are none of ours
)

var tokenAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newTokenID gives an id that nobody has used.
func newTokenID() string { return strings.ToLower(rand.Text()[:tokenIDLength]) }

// tokenText computes a token. The database holds id and salt, which without the server
// key are worth nothing, and still the text is at hand as the key of the hub clients'
// signatures.
func (s *Service) tokenText(id string, salt []byte) (string, error) {
	secret, err := s.key.subkey(salt, tokenLabel+id, tokenSecret)
	if err != nil {
		return "", fmt.Errorf("deriving a token: %w", err)
	}
	return tokenPrefix + id + "_" + tokenAlphabet.EncodeToString(secret), nil
}

// tokenID finds the id in a token's text; ok is false if it cannot be one of ours.
func tokenID(text string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(text) > tokenTextLimit {
		return "", false
	}
	id, _, ok = strings.Cut(rest, "_")
	return id, ok && len(id) == tokenIDLength
}

// isToken reports whether a text is a token's, taking the same time for all wrong ones.
func (s *Service) isToken(text string, k store.TokenRow) (bool, error) {
	right, err := s.tokenText(k.ID, k.Salt)
	return err == nil && subtle.ConstantTimeCompare([]byte(text), []byte(right)) == 1, err
}

// tokenActor is a token's owner, with what the token may be used for.
func tokenActor(k store.TokenRow, via model.Credential) model.Actor {
	a := actorOf(k.Owner, via)
	a.Token, a.TokenName, a.Scope, a.Only = k.ID, k.Name, k.Scope, k.Only
	return a
}

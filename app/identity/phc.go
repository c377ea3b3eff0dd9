package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what hashing a password takes: the least that OWASP's cheat sheet on password
// storage names for argon2id. Memory counts here, since hashings may be many at once.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint8
}

const (
	saltSize = 16
	hashSize = 32
)

var currentCost = cost{memory: 19 * 1024, time: 2, lanes: 1}

// maxCost bounds what a row of the database can make the server spend.
var maxCost = cost{memory: 64 * 1024, time: 8, lanes: 4}

// hashPassword gives the argon2id hash of a password in PHC form (RFC 9106).
func (c cost) hashPassword(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return phc{c, salt, c.hash(password, salt)}.String()
}

func (c cost) hash(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, hashSize)
}

// phc is a hash with all that is needed to compute it again.
type phc struct {
	cost
	salt, sum []byte
}

// String gives "$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>".
func (p phc) String() string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.lanes, encode(p.salt), encode(p.sum))
}

// parsePHC reads what String gives; ok is false for anything else, "" among it.
func parsePHC(text string) (p phc, ok bool) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes); n != 3 || err != nil {
		return phc{}, false
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	sane := p.memory > 0 && p.time > 0 && p.lanes > 0 &&
		p.memory <= maxCost.memory && p.time <= maxCost.time && p.lanes <= maxCost.lanes
	return p, err1 == nil && err2 == nil && sane && len(p.sum) == hashSize
}

// matches reports whether a password is the one. It takes as long as hashing it.
func (p phc) matches(password string) bool {
	return subtle.ConstantTimeCompare(p.cost.hash(password, p.salt), p.sum) == 1
}

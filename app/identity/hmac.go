package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// hmacScheme is the word that begins the hub clients' Authorization header.
const hmacScheme = "SREGISTRY-HMAC-SHA256"

// hourLayout is how the clients write the hour of signing, in UTC.
const hourLayout = "20060102T15Z"

// HMAC is what the hub clients' Authorization header says:
//
//	SREGISTRY-HMAC-SHA256 Credential=<kind>/<base64 of user>/<hour>,Signature=<hex>
type HMAC struct {
	Kind      string // what it was made for: "push", "upload", "pull" or "delete"
	User      string
	Hour      string // "20240131T09Z"
	Signature []byte
}

// ParseHMAC reads an Authorization header; ok is false if it is not of this scheme, or
// not whole.
func ParseHMAC(header string) (h HMAC, ok bool) {
	rest, ok := strings.CutPrefix(header, hmacScheme+" ")
	if !ok {
		return HMAC{}, false
	}
	var credential, signature string
	for piece := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(piece), "=")
		switch key {
		case "Credential":
			credential = value
		case "Signature":
			signature = value
		}
	}
	// The first and the last slash count: the base64 between them may hold more.
	first, last := strings.Index(credential, "/"), strings.LastIndex(credential, "/")
	if first < 0 || first == last {
		return HMAC{}, false
	}
	user, err := base64.StdEncoding.DecodeString(credential[first+1 : last])
	if err != nil || len(user) == 0 {
		return HMAC{}, false
	}
	sum, err := hex.DecodeString(signature)
	if err != nil || len(sum) != sha256.Size {
		return HMAC{}, false
	}
	return HMAC{credential[:first], string(user), credential[last+1:], sum}, true
}

// Signed are the words that a hub client puts under its signature, exactly as it sent
// them.
type Signed struct{ Kind, Collection, Name, Tag string }

// Signature computes what a hub client signs with its token in an hour, as hourLayout
// writes it. It covers neither the time within the hour, nor method, address and body: a
// header that somebody overheard can be sent again until its hour is over.
func Signature(token string, over Signed, hour string) []byte {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte(over.Kind + "|" + over.Collection + "|" + hour + "|" + over.Name + "|" + over.Tag + "|"))
	return m.Sum(nil)
}

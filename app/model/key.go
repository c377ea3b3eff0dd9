package model

import "time"

// Key is an OpenPGP public key, as far as lists and searches need to know it.
type Key struct {
	// Fingerprint is 40 hexadecimal digits in upper case.
	Fingerprint string
	Algorithm   int // RFC 9580, section 9.1
	Bits        int
	Created     time.Time
	Expires     time.Time // zero is never
	Revoked     bool
	Names       []KeyName // the main one first
	// Parts are the fingerprints of the key itself and of its subkeys.
	Parts []string
}

// KeyName is a user id of a key: by custom a name and a mail address. That it is there
// proves nothing but that the key's owner wrote it.
type KeyName struct {
	Text    string
	Created time.Time
	Expires time.Time // zero is never
	Revoked bool
}

// Name is the main user id.
func (k Key) Name() string {
	if len(k.Names) == 0 {
		return ""
	}
	return k.Names[0].Text
}

// Verdict is what the registry thinks of a signature in an image file.
type Verdict string

// The verdicts.
const (
	// Valid: made by the key, and the file is as it was signed.
	Valid Verdict = "valid"
	// NotValid: it is not, or the key has expired or was revoked.
	NotValid Verdict = "invalid"
	// UnknownKey: the registry does not have the key.
	UnknownKey Verdict = "unknown"
	// Unsupported: of a form that the registry cannot verify.
	Unsupported Verdict = "unsupported"
)

// Signature is a signature in an image file.
type Signature struct {
	Object      uint32 // the ID of the object that holds it
	Fingerprint string // of the key that it names; empty for none
	Name        string // the key's main user id; empty if the key is not known here
	// Covers are the IDs of the objects that were signed, and are as they were.
	Covers  []uint32
	Verdict Verdict
	Reason  string // a sentence about a verdict other than Valid
}

// SignatureStatus is what is known of an image file's signatures.
type SignatureStatus struct {
	// Pending says that they are still being verified.
	Pending    bool
	Signatures []Signature
	// Signers are the fingerprints of the keys by which every object of the file is
	// validly signed. An image counts as signed if there is one.
	Signers []string
}

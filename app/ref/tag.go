package ref

import (
	"encoding/hex"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// Latest is the tag that is meant where none is written.
const Latest = "latest"

// Reference names an image within a container, by tag or by digest: exactly one of the
// two is set. It is comparable; the zero value is none.
type Reference struct {
	Tag    string
	Digest digest.Digest
}

// String gives the reference as the library and hub clients write it: "latest" or
// "sha256.<hex>".
func (r Reference) String() string {
	if r.Digest != "" {
		return Dotted(r.Digest)
	}
	return r.Tag
}

// IsZero reports whether nothing is named.
func (r Reference) IsZero() bool { return r == Reference{} }

// ParseTag checks a tag against the OCI distribution specification: a letter, digit or
// "_", then up to 127 of those and ". -". Tags that look like a digest ("sha256.…") are
// refused, since the library and hub clients write digests that way. Errors are Invalid.
func ParseTag(s string) (string, error) {
	const op = "ref.ParseTag"
	if s == "" {
		return "", errs.E(op, errs.Invalid, "The tag is empty; write at least one letter or digit.")
	}
	if len(s) > MaxTag {
		return "", errs.E(op, errs.Invalid, "The tag has %d characters; at most %d are allowed.", len(s), MaxTag)
	}
	for i, r := range s {
		word := isAlnum(r) || r >= 'A' && r <= 'Z' || r == '_'
		if !word && (i == 0 || r != '.' && r != '-') {
			return "", errs.E(op, errs.Invalid, "The tag %q has %s at character %d; use letters, digits, _ and, not at the start, . and -.",
				s, show(r), i+1)
		}
	}
	for _, algorithm := range []string{"sha256", "sha512"} {
		if strings.HasPrefix(s, algorithm+".") {
			return "", errs.E(op, errs.Invalid, "The tag %q begins like a digest; choose another.", s)
		}
	}
	return s, nil
}

// ParseDigest reads a digest in any form that a client writes: "sha256:<hex>",
// "sha256.<hex>", the same with sha512, or 64 bare hexadecimal digits. Errors are Invalid.
func ParseDigest(s string) (digest.Digest, error) {
	text := s
	if algorithm, sum, ok := strings.Cut(s, "."); ok && !strings.Contains(algorithm, ":") {
		text = algorithm + ":" + sum
	} else if _, err := hex.DecodeString(s); err == nil && len(s) == 64 {
		text = "sha256:" + s
	}
	d, err := digest.Parse(text)
	if err != nil || d.Algorithm() == digest.SHA384 {
		return "", errs.E("ref.ParseDigest", errs.Invalid,
			"%q is not a digest. Write sha256: and 64, or sha512: and 128, lower case hexadecimal digits.", errs.Clip(s))
	}
	return d, nil
}

// ParseReference reads a tag or a digest: what begins with an algorithm's name and a "."
// or ":" is a digest, everything else a tag. Errors are Invalid.
func ParseReference(s string) (Reference, error) {
	for _, prefix := range []string{"sha256:", "sha512:", "sha256.", "sha512."} {
		if strings.HasPrefix(s, prefix) {
			d, err := ParseDigest(s)
			return Reference{Digest: d}, errs.Wrap("ref.ParseReference", err)
		}
	}
	tag, err := ParseTag(s)
	return Reference{Tag: tag}, errs.Wrap("ref.ParseReference", err)
}

// Dotted writes a digest as the library and hub clients do: "sha256.<hex>".
func Dotted(d digest.Digest) string { return strings.Replace(string(d), ":", ".", 1) }

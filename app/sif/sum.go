package sif

import (
	"context"
	"crypto"
	_ "crypto/sha256" // for crypto.SHA256 and its kin
	_ "crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"strings"

	"github.com/sylabs/sif/v2/pkg/sif"
)

// digests are the hash functions of the digests in a signature.
var digests = map[string]crypto.Hash{"sha224": crypto.SHA224, "sha256": crypto.SHA256, "sha384": crypto.SHA384,
	"sha512": crypto.SHA512, "sha512_224": crypto.SHA512_224, "sha512_256": crypto.SHA512_256}

// split takes a digest apart, "sha256:<hex>"; ok is false for one of an unknown function.
func split(digest string) (name, value string, ok bool) {
	name, value, _ = strings.Cut(digest, ":")
	_, ok = digests[name]
	return name, strings.ToLower(value), ok
}

// sum reports whether bytes have a digest.
func sum(digest string, content []byte) bool {
	name, value, ok := split(digest)
	if !ok {
		return false
	}
	h := digests[name].New()
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil)) == value
}

// sums are digests of an object's content, by the names of their hash functions.
type sums map[string]string

// has reports whether the content has a digest.
func (s sums) has(digest string) bool {
	name, value, ok := split(digest)
	return ok && s[name] != "" && s[name] == value
}

// hash finds the digests that the statements name, in one reading of each object. Objects
// that share bytes, which no tool writes, could make that take for ever; then there are
// none, and nothing compares equal.
func (v *verification) hash() error {
	wanted := map[uint32]map[string]bool{}
	for _, c := range v.claims {
		first, _ := v.first(c.group)
		for _, o := range c.statement.Objects {
			d, ok := v.member(c.group, first+o.RelativeID)
			name, _, known := split(o.Content)
			if !ok || !known {
				continue
			}
			if wanted[d.ID] == nil {
				wanted[d.ID] = map[string]bool{}
			}
			wanted[d.ID][name] = true
		}
	}
	var total int64
	for _, d := range v.used {
		if wanted[d.ID] != nil && sif.DataType(d.Type) != sif.DataSignature {
			total += d.Size
		}
	}
	if total > v.file.size || total < 0 {
		return nil
	}
	for _, d := range v.used {
		if wanted[d.ID] == nil {
			continue
		}
		var err error
		if v.sums[d.ID], err = v.hashObject(d, wanted[d.ID]); err != nil {
			v.file.failure = err // the object lies within the file, so it is no fault of the image
			return err
		}
	}
	return nil
}

// hashObject reads an object once, through several hash functions.
func (v *verification) hashObject(d descriptor, names map[string]bool) (sums, error) {
	hashes := map[string]hash.Hash{}
	var all []io.Writer
	for name := range names {
		hashes[name] = digests[name].New()
		all = append(all, hashes[name])
	}
	const buffer = 1 << 20
	content := &watched{v.file.ctx, io.NewSectionReader(v.file.r, d.Offset, d.Size)}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(all...)}, content, make([]byte, buffer))
	if err == nil && n != d.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	s := sums{}
	for name, h := range hashes {
		s[name] = hex.EncodeToString(h.Sum(nil))
	}
	return s, nil
}

// watched is a reader that ends with its context.
type watched struct {
	ctx context.Context
	io.Reader
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Reader.Read(p)
}

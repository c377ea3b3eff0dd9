package sif

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"

	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/errs"
)

// Claim is what a signature says about the file, checked against the file. Whether the
// signature itself is good is not asked here: that is up to the key.
type Claim struct {
	Object      uint32 // the ID of the object that holds the signature
	Fingerprint string // of the key that it names, in upper case hexadecimal; empty if none
	// Text is the signature as it stands in the file, to be verified by the key.
	Text []byte
	// Covers are the IDs of the objects that are as they were signed.
	Covers []uint32
	// Fault is a sentence about how the file differs from what was signed; empty if not.
	Fault string
	// Unsupported is a sentence about why nothing can be said; empty if something can.
	Unsupported string
}

// Verify checks a SIF against every signature in it. It reads each object that is signed
// once, however many signatures there are. It gives the claims, and how many objects the
// file has that a signature could cover.
//
// Errors: those of Inspect. A file that is no SIF has no signatures.
func Verify(ctx context.Context, r io.ReaderAt, size int64) ([]Claim, int, error) {
	const op = "sif.Verify"
	in := &inspection{file: &source{ctx: ctx, r: r, size: size, left: maxRead}, text: maxAllText, report: &Report{}}
	v := &verification{inspection: in, sums: map[uint32]sums{}}
	err := v.run()
	if in.file.failure != nil {
		return nil, 0, errs.Wrap(op, in.file.failure)
	}
	if err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	var claims []Claim
	for _, c := range v.claims {
		claims = append(claims, c.Claim)
	}
	return claims, v.objects, nil
}

// verification is one run of Verify.
type verification struct {
	*inspection
	header  header
	used    []descriptor
	objects int
	claims  []*claim
	sums    map[uint32]sums // of the objects that are signed
}

// claim is a Claim with the statement that was signed.
type claim struct {
	Claim
	group     uint32 // with the mask
	statement statement
}

// statement is what `apptainer sign` signs: a digest of the header's lasting fields, and
// for each object one of its descriptor's and one of its content.
type statement struct {
	Header struct {
		Digest string `json:"digest"`
	} `json:"header"`
	Objects []struct {
		// RelativeID counts from the group's smallest ID, so that objects can move along.
		RelativeID uint32 `json:"relativeId"`
		Descriptor string `json:"descriptorDigest"`
		Content    string `json:"objectDigest"`
	} `json:"objects"`
}

func (v *verification) run() error {
	head, err := v.head()
	if err != nil || !isSIF(head) {
		return err
	}
	if v.header, err = v.readHeader(head); err != nil {
		return err
	}
	if v.used, err = v.readDescriptors(v.header); err != nil {
		return err
	}
	for _, d := range v.used {
		if err := v.checkBounds(d); err != nil {
			return err
		}
		if sif.DataType(d.Type) == sif.DataSignature {
			v.read(d)
			continue
		}
		v.objects++
	}
	if v.header.DescriptorsTotal > maxObjects {
		v.objects = math.MaxInt32 // more than were looked at, so that nothing covers them all
	}
	if err := v.hash(); err != nil {
		return err
	}
	for _, c := range v.claims {
		if c.Unsupported == "" {
			v.compare(c)
		}
	}
	return nil
}

// read takes a signature in.
func (v *verification) read(d descriptor) {
	if len(v.claims) == maxSignatures {
		v.objects = math.MaxInt32
		return
	}
	hash, fingerprint := signer(d)
	c := &claim{Claim: Claim{Object: d.ID, Fingerprint: fingerprint}, group: d.Link}
	v.claims = append(v.claims, c)
	if hash == "" {
		c.Unsupported = "The signature names a hash function that is not known."
		return
	}
	if d.Size > maxSignature {
		c.Unsupported = "The signature is larger than any that are made."
		return
	}
	text := make([]byte, d.Size)
	if _, err := v.file.ReadAt(text, d.Offset); err != nil {
		c.Unsupported = "The signature cannot be read."
		return
	}
	block, _ := clearsign.Decode(text)
	switch {
	case block == nil:
		c.Unsupported = "It is not an OpenPGP signature; the registry verifies no others."
		return
	case bytes.HasPrefix(block.Plaintext, []byte("SIFHASH:")):
		c.Unsupported = "It is of the old form of Singularity 3.5 and before, which did not protect the whole image; sign again."
		return
	}
	c.Text = text
	if err := json.Unmarshal(block.Plaintext, &c.statement); err != nil || len(c.statement.Objects) > maxObjects {
		c.Unsupported = "What it signs cannot be read."
	}
}

// compare checks the file against one statement.
func (v *verification) compare(c *claim) {
	if !v.sameHeader(c.statement.Header.Digest) {
		c.Fault = "The image's header is not as it was signed."
		return
	}
	first, found := v.first(c.group)
	if !found || len(c.statement.Objects) == 0 {
		c.Fault = "The signature is about nothing in the image."
		return
	}
	var covers []uint32
	for _, o := range c.statement.Objects {
		d, ok := v.member(c.group, first+o.RelativeID)
		switch {
		case !ok:
			c.Fault = "An object that was signed is missing."
			return
		case !sum(o.Descriptor, integrity(d, o.RelativeID)), !v.sums[d.ID].has(o.Content):
			c.Fault = "An object is not as it was signed."
			return
		}
		covers = append(covers, d.ID)
	}
	c.Covers = covers
}

// sameHeader checks the header's lasting fields against a digest.
func (v *verification) sameHeader(digest string) bool {
	h := v.header
	return sum(digest, bytes.Join([][]byte{h.Launch[:], h.Magic[:], h.Version[:], h.ID[:]}, nil))
}

// first gives the smallest ID in a group.
func (v *verification) first(group uint32) (id uint32, found bool) {
	id = math.MaxUint32
	for _, d := range v.used {
		if d.Group == group && group&groupMask == groupMask && d.ID <= id {
			id, found = d.ID, true
		}
	}
	return id, found
}

// member gives the one object of a group with an ID. An ID that several objects have
// names none of them.
func (v *verification) member(group, id uint32) (descriptor, bool) {
	var object descriptor
	count := 0
	for _, d := range v.used {
		if d.ID == id {
			object = d
			count++
		}
	}
	return object, count == 1 && object.Group == group && sif.DataType(object.Type) != sif.DataSignature
}

// integrity gives the bytes of a descriptor that are signed: all but where the object is,
// and when it was changed.
func integrity(d descriptor, relative uint32) []byte {
	b := make([]byte, 0, descriptorSize)
	used := byte(0)
	if d.Used {
		used = 1
	}
	b = append(binary.LittleEndian.AppendUint32(b, uint32(d.Type)), used)
	b = binary.LittleEndian.AppendUint32(b, relative)
	b = binary.LittleEndian.AppendUint32(b, d.Link)
	for _, field := range []int64{d.Size, d.CreatedAt, d.UID, d.GID} {
		b = binary.LittleEndian.AppendUint64(b, uint64(field))
	}
	return append(append(b, d.Name[:]...), d.Extra[:]...)
}

package sif

import (
	"bytes"

	"github.com/sylabs/sif/v2/pkg/sif"
)

// readSignatures lists the signatures. Whether they verify is not asked here.
func (in *inspection) readSignatures(used []descriptor) {
	for _, d := range used {
		if sif.DataType(d.Type) != sif.DataSignature {
			continue
		}
		hash, fingerprint := signer(d)
		s := Signature{Object: d.ID, Fingerprint: fingerprint, Hash: hash, Format: in.signatureFormat(d)}
		if d.Link&groupMask == groupMask {
			s.Group = d.Link &^ groupMask
			s.Signs = members(used, d.Link)
		} else if d.Link != 0 {
			s.Signs = []uint32{d.Link}
		}
		in.report.Signatures = append(in.report.Signatures, s)
	}
}

// members lists the objects of a group. Its number is taken as it stands, with the mask.
func members(used []descriptor, group uint32) []uint32 {
	var ids []uint32
	for _, d := range used {
		if d.Group == group {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// signatureFormat tells the format of a signature by how it begins.
func (in *inspection) signatureFormat(d descriptor) string {
	b := make([]byte, min(d.Size, maxSignature))
	if _, err := in.file.ReadAt(b, d.Offset); err != nil {
		in.note("Signature %d cannot be read.", d.ID)
		return ""
	}
	switch b = bytes.TrimSpace(b); {
	case bytes.HasPrefix(b, []byte("-----BEGIN PGP SIGNED MESSAGE-----")):
		return "PGP"
	case bytes.HasPrefix(b, []byte("{")) && bytes.Contains(b, []byte(`"payloadType"`)):
		return "DSSE"
	}
	return ""
}

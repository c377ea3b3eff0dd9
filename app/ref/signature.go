package ref

import (
	"strings"

	"github.com/opencontainers/go-digest"
)

// signatureKinds are what cosign's older scheme keeps under tags, by how these end.
var signatureKinds = map[string]string{".sig": "signature", ".att": "attestation", ".sbom": "SBOM"}

// SignatureSubject gives the digest of the image to which a tag of cosign's older scheme
// belongs, "sha256-<hex>.sig"; empty for any other tag. Schema.sql says the same.
func SignatureSubject(tag string) digest.Digest {
	rest, ok := strings.CutPrefix(tag, "sha256-")
	if !ok {
		return ""
	}
	for suffix := range signatureKinds {
		if hex, ok := strings.CutSuffix(rest, suffix); ok {
			if d := digest.NewDigestFromEncoded(digest.SHA256, hex); d.Validate() == nil {
				return d
			}
		}
	}
	return ""
}

// SignatureKind says what a tag of cosign's older scheme names: "signature".
func SignatureKind(tag string) string {
	return signatureKinds[tag[max(strings.LastIndexByte(tag, '.'), 0):]]
}

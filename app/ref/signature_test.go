package ref_test

import (
	"strings"
	"testing"

	"sregistry/app/ref"
)

func TestSignatureTags(t *testing.T) {
	t.Parallel()
	for suffix, kind := range map[string]string{".sig": "signature", ".att": "attestation", ".sbom": "SBOM"} {
		tag := "sha256-" + sum + suffix
		if d := ref.SignatureSubject(tag); string(d) != "sha256:"+sum || ref.SignatureKind(tag) != kind {
			t.Errorf("%s belongs to %q, and is a %s", tag, d, ref.SignatureKind(tag))
		}
	}
	for _, tag := range []string{"", "latest", "sha256-" + sum, "sha256-" + sum[1:] + ".sig", "sha256-" + sum + "0.sig", "sha256-" + strings.ToUpper(sum) + ".sig",
		"sha512-" + sum + ".sig", "x-sha256-" + sum + ".sig", "sha256-" + sum + ".pub", "sha256-" + sum + ".sig.sig"} {
		if d := ref.SignatureSubject(tag); d != "" {
			t.Errorf("%s belongs to %s", tag, d)
		}
	}
}

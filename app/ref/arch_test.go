package ref_test

import (
	"testing"

	"sregistry/app/ref"
)

func TestArchitecturesHaveOtherNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "", "amd64": "amd64", "x86_64": "amd64", "X86_64": "amd64", "aarch64": "arm64", "arm64": "arm64",
		"i686": "386", "ppc64el": "ppc64le", "riscv64": "riscv64", " arm64 ": "arm64", "vax": "vax"} {
		if got := ref.Arch(name); got != want {
			t.Errorf("%q is %q, not %q", name, got, want)
		}
	}
}

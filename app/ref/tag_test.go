package ref_test

import (
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

const sum = "0da544ec00000000000000000000000000000000000000000000000000000000"

func TestReferences(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"latest", "v1.0-x_y", "_x", "V1", "1", strings.Repeat("a", 128)} {
		r, err := ref.ParseReference(s)
		if err != nil || r.Tag != s || r.Digest != "" {
			t.Errorf("%q: %+v, %v", s, r, err)
		}
	}
	for _, s := range []string{"sha256:" + sum, "sha256." + sum} {
		r, err := ref.ParseReference(s)
		if err != nil || r.Tag != "" || r.String() != "sha256."+sum {
			t.Errorf("%q: %+v, %v", s, r, err)
		}
	}
	if d, err := ref.ParseDigest(sum); err != nil || string(d) != "sha256:"+sum {
		t.Errorf("bare: %s, %v", d, err)
	}
	for _, s := range []string{"", ".x", "-x", "a/b", "a b", "é", strings.Repeat("a", 129), "sha256.x", "sha256:x", "sha512.", "sha256." + sum[1:],
		"sha256." + strings.ToUpper(sum)} {
		if r, err := ref.ParseReference(s); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %+v, %v", s, r, err)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, s := range []string{"latest", "sha256:" + sum, "sha256." + sum, "sha256.", "x:y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ref.ParseReference(s)
		if err != nil {
			return
		}
		if again, err := ref.ParseReference(r.String()); err != nil || again != r {
			t.Errorf("%q: %+v comes back as %+v, %v", s, r, again, err)
		}
	})
}

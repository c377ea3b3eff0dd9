package sif_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"sregistry/app/errs"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// FuzzInspect holds that no file makes Inspect panic, hang, or report beyond its bounds.
func FuzzInspect(f *testing.F) {
	for _, c := range siftest.Compressions {
		root, err := siftest.Squashfs(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(root)
	}
	f.Add(siftest.Tree(tree()))
	f.Add(siftest.SIMG())
	f.Add(siftest.Ext3())
	f.Add(siftest.SIF(f, siftest.Options{Labels: map[string]string{"a": "b"}, Files: tree(), Signature: []byte("{}")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := sif.Inspect(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > 32<<20 || !utf8.Valid(out) {
			t.Fatalf("a report of %d bytes from a file of %d", len(out), len(b))
		}
	})
}

// tree is a small root filesystem with all that Inspect looks for.
func tree() map[string]string {
	const amd64 = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00"
	return map[string]string{
		"/bin/sh":                               amd64,
		"/.singularity.d/labels.json":           `{"Author":"Ada Lovelace"}`,
		"/.singularity.d/runscript":             "echo hello\n",
		"/.singularity.d/env/90-environment.sh": "export LANG=C\n",
		"/scif/apps/greet/scif/runscript":       "echo greetings\n",
	}
}

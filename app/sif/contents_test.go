package sif_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	library "github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

func TestInspectListsSignatures(t *testing.T) {
	t.Parallel()
	fingerprint := []byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\xff")
	for _, test := range []struct {
		content     string
		fingerprint []byte
		want        sif.Signature
	}{
		{"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{}", fingerprint,
			sif.Signature{Format: "PGP", Fingerprint: "0102030405060708090A0B0C0D0E0F10111213FF"}},
		{`{"payloadType":"application/vnd.sylabs.sif-metadata+json","payload":""}`, nil, sif.Signature{Format: "DSSE"}},
		{"scribble", nil, sif.Signature{}},
	} {
		r := inspect(t, siftest.SIF(t, siftest.Options{Signature: []byte(test.content), Fingerprint: test.fingerprint}))
		test.want.Object, test.want.Hash, test.want.Group, test.want.Signs = 3, "SHA-256", 1, []uint32{1, 2}
		if d := cmp.Diff([]sif.Signature{test.want}, r.Signatures); d != "" {
			t.Errorf("of %.20q:\n%s", test.content, d)
		}
		want := sif.Object{ID: 3, Link: 1, LinkIsGroup: true, Type: "Signature", Hash: "SHA-256", Entity: test.want.Fingerprint}
		got := r.Objects[2]
		got.Offset, got.Size = 0, 0
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("of %.20q:\n%s", test.content, d)
		}
	}
}

func TestInspectDoesNotLookIntoAnEncryptedImage(t *testing.T) {
	t.Parallel()
	r := inspect(t, siftest.SIF(t, siftest.Options{Encrypted: true, Labels: map[string]string{"Author": "Ada"}}))
	if !r.Encrypted || r.Runscript != "" || r.Objects[2].Filesystem != "Encrypted squashfs" {
		t.Errorf("got %+v", r)
	}
	if d := cmp.Diff(map[string]string{"Author": "Ada"}, r.Labels); d != "" {
		t.Errorf("what the SIF itself says must be read all the same:\n%s", d)
	}
	if !noted(r, "The filesystem of the image is encrypted, so that it was not looked into.") {
		t.Errorf("notes are %q", r.Notes)
	}
}

func TestInspectPrefersTheObjectsOfTheSIF(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"Author": "Grace Hopper"}
	r := inspect(t, siftest.SIF(t, siftest.Options{Labels: labels, Definition: "Bootstrap: scratch\n"}))
	if d := cmp.Diff(labels, r.Labels); d != "" {
		t.Error(d)
	}
	if r.Definition != "Bootstrap: scratch\n" {
		t.Errorf("definition is %q", r.Definition)
	}
	if r.Runscript == "" {
		t.Error("what the objects do not say must come from the filesystem")
	}
}

func TestInspectHoldsTheArchitectureAgainstThePrograms(t *testing.T) {
	t.Parallel()
	r := inspect(t, siftest.SIF(t, siftest.Options{Arch: "amd64", Files: tree()}))
	if r.Arch != "amd64" || len(r.Notes) != 0 {
		t.Errorf("got %s, %q", r.Arch, r.Notes)
	}
	r = inspect(t, siftest.SIF(t, siftest.Options{Arch: "arm64", Files: tree()}))
	if r.Arch != "arm64" || !noted(r, "The image says that it is for arm64, but its program /bin/sh is for amd64.") {
		t.Errorf("got %s, %q", r.Arch, r.Notes)
	}
	if r = inspect(t, siftest.Tree(tree())); r.Arch != "amd64" {
		t.Errorf("an image that declares nothing: got %q", r.Arch)
	}
}

func TestInspectKeepsLabelsAsTheyAreSpelled(t *testing.T) {
	t.Parallel()
	r := inspect(t, siftest.Tree(map[string]string{
		"/.singularity.d/labels.json": `{"a":"b\u0000c","n":7,"list":[1,2],"none":null," ":"no name","bad\ud800":"x"}`,
	}))
	want := map[string]string{"a": "bc", "n": "7", "list": "[1,2]", "none": "", "bad\uFFFD": "x"}
	if d := cmp.Diff(want, r.Labels); d != "" {
		t.Error(d)
	}
	if !noted(r, "A label of the image is left out: its name is empty or longer than 256 bytes.") {
		t.Errorf("notes are %q", r.Notes)
	}
	for _, bad := range []string{"[]", "{", `"text"`, strings.Repeat("[", 100000)} {
		r := inspect(t, siftest.Tree(map[string]string{"/.singularity.d/labels.json": bad}))
		if !noted(r, "The labels of the image are not a JSON object.") {
			t.Errorf("of %.10s: notes are %q", bad, r.Notes)
		}
	}
}

func TestInspectBoundsLabels(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"0000": strings.Repeat("x", 20<<10)}
	for i := range 1500 {
		labels[fmt.Sprintf("key%04d", i)] = "value"
	}
	r := inspect(t, siftest.SIF(t, siftest.Options{Labels: labels}))
	if len(r.Labels) != 1000 || len(r.Labels["0000"]) != 16<<10 {
		t.Errorf("%d labels, the long one of %d bytes", len(r.Labels), len(r.Labels["0000"]))
	}
	for _, note := range []string{
		"Of the 1501 labels of the image only the first 1000 are kept.",
		"The text of label 0000 of the image is cut after 16384 bytes.",
	} {
		if !noted(r, note) {
			t.Errorf("notes are %q", r.Notes)
		}
	}
}

func TestInspectCutsLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\u20ac", 100<<10) // three bytes each, so that the bound is within one
	r := inspect(t, siftest.SIF(t, siftest.Options{
		Definition: long,
		Files:      map[string]string{"/.singularity.d/runscript": long, "/.singularity.d/labels.json": long},
	}))
	for name, text := range map[string]string{"definition": r.Definition, "runscript": r.Runscript} {
		if len(text) > 256<<10 || len(text) < 256<<10-3 || !strings.HasPrefix(long, text) {
			t.Errorf("%s has %d bytes", name, len(text))
		}
	}
	for _, note := range []string{
		"The text of the definition file is cut after 262143 bytes.",
		"The text of the runscript of the image is cut after 262143 bytes.",
		"The labels of the image are longer than 262144 bytes and were not read.",
	} {
		if !noted(r, note) {
			t.Errorf("notes are %q", r.Notes)
		}
	}
}

func TestInspectBoundsAllTextTogether(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 60 {
		files[fmt.Sprintf("/scif/apps/app%02d/scif/runscript", i)] = strings.Repeat("x", 200<<10)
	}
	r := inspect(t, siftest.Tree(files))
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) > 5<<18 {
		t.Errorf("the report has %d bytes", len(out))
	}
	if len(r.Apps) != 6 || len(r.Apps[4].Runscript) != 200<<10 || len(r.Apps[5].Runscript) >= 200<<10 {
		t.Errorf("texts must be kept in order until the bound is reached, but %d apps are", len(r.Apps))
	}
	if !noted(r, "The image has more than 1048576 bytes of text; the rest is left out.") {
		t.Errorf("notes are %q", r.Notes)
	}
}

func TestInspectBoundsAppsAndScripts(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	scripts := map[string]string{}
	apps := map[string]any{}
	for i := range 70 {
		files[fmt.Sprintf("/.singularity.d/env/9%02d-environment.sh", i)] = "x"
		scripts[fmt.Sprintf("/.singularity.d/env/9%02d-environment.sh", i)] = "x"
	}
	for i := range 250 {
		apps[fmt.Sprintf("app%03d", i)] = map[string]string{"runscript": "x"}
	}
	r := inspect(t, siftest.Tree(files))
	if len(r.Environment) != 64 || !noted(r, "The folder /.singularity.d/env in the image has more than 64 entries; the rest is left out.") {
		t.Errorf("%d scripts, notes are %q", len(r.Environment), r.Notes)
	}
	metadata, err := json.Marshal(map[string]any{"data": map[string]any{"attributes": map[string]any{"environment": scripts, "apps": apps}}})
	if err != nil {
		t.Fatal(err)
	}
	r = inspect(t, assemble(t, object{library.DataGenericJSON, "inspect-metadata.json", string(metadata)}))
	if len(r.Environment) != 64 || !noted(r, "The image has more than 64 environment scripts; the rest is left out.") {
		t.Errorf("%d scripts, notes are %q", len(r.Environment), r.Notes)
	}
	if len(r.Apps) != 200 || !noted(r, "Not all apps are listed: there are more than 200, or one has no proper name.") {
		t.Errorf("%d apps, notes are %q", len(r.Apps), r.Notes)
	}
}

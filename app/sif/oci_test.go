package sif_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	library "github.com/sylabs/sif/v2/pkg/sif"
)

// object is a data object of a SIF that a test puts together by hand.
type object struct {
	kind    library.DataType
	name    string
	content string
}

// assemble makes a SIF of objects.
func assemble(t *testing.T, objects ...object) []byte {
	t.Helper()
	var inputs []library.DescriptorInput
	for _, o := range objects {
		d, err := library.NewDescriptorInput(o.kind, strings.NewReader(o.content), library.OptObjectName(o.name))
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, d)
	}
	b := library.NewBuffer(nil)
	if _, err := library.CreateContainer(b, library.OptCreateDeterministic(), library.OptCreateWithDescriptors(inputs...)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestInspectReadsTheConfigurationOfAnOCISIF(t *testing.T) {
	t.Parallel()
	const config = `{"architecture":"arm64","os":"linux","config":{"Labels":{"Author":"Ada"}}}`
	manifest := fmt.Sprintf(`{"config":{"digest":%q}}`, digest.FromString(config))
	index := fmt.Sprintf(`{"manifests":[{"digest":%q}]}`, digest.FromString(manifest))
	r := inspect(t, assemble(t,
		object{library.DataOCIBlob, "", config},
		object{library.DataOCIBlob, "", manifest},
		object{library.DataOCIRootIndex, "", index},
	))
	if r.Arch != "arm64" || r.Labels["Author"] != "Ada" {
		t.Errorf("got %+v", r)
	}
	if got := r.Objects[0].Digest; got != string(digest.FromString(config)) {
		t.Errorf("the digest of the first object is %q", got)
	}
	if d := cmp.Diff([]string{"The image is an OCI-SIF; its layers are not looked into."}, r.Notes); d != "" {
		t.Error(d)
	}
	r = inspect(t, assemble(t, object{library.DataOCIRootIndex, "", index}))
	if !noted(r, fmt.Sprintf("The image refers to the OCI blob %q, which is not in it.", digest.FromString(manifest))) {
		t.Errorf("notes are %q", r.Notes)
	}
}

func TestInspectReadsTextsThatAreObjects(t *testing.T) {
	t.Parallel()
	const metadata = `{"type":"container","data":{"attributes":{
		"deffile":"Bootstrap: scratch","runscript":"run","startscript":"start","test":"test","helpfile":"help",
		"labels":{"Author":"Ada"},"environment":{"/.singularity.d/env/90-environment.sh":"env"},
		"apps":{"greet":{"runscript":"greet","labels":{"Greeting":"hi"}}}}}}`
	r := inspect(t, assemble(t,
		object{library.DataGenericJSON, "oci-config.json", `{"architecture":"riscv64","config":{"Labels":{"Author":"not she"}}}`},
		object{library.DataGenericJSON, "inspect-metadata.json", metadata},
		object{library.DataGenericJSON, "other.json", "not JSON at all"},
		object{library.DataSBOM, "sbom", "{}"},
	))
	golden(t, "metadata.json", r)
	r = inspect(t, assemble(t, object{library.DataLabels, "", `{"Author":"Ada"}`}))
	if r.Labels["Author"] != "Ada" {
		t.Errorf("a labels object: got %+v", r)
	}
	r = inspect(t, assemble(t,
		object{library.DataGenericJSON, "inspect-metadata.json", "not JSON"},
		object{library.DataGenericJSON, "inspect-metadata.json", strings.Repeat(" ", 1<<20+1)},
	))
	for _, note := range []string{
		"Object 1 (inspect-metadata.json) is not valid JSON of the expected form.",
		"Object 2 (inspect-metadata.json) is larger than 1048576 bytes and was not read.",
	} {
		if !noted(r, note) {
			t.Errorf("notes are %q", r.Notes)
		}
	}
}

// Tools write labels objects without a name, and empty ones.
func TestNothingIsSaidOfAnEmptyObject(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"": "", " \n\t": "", "{}": "", "null": "",
		"[1]": "Object 1 (JSON.Labels) is not valid JSON of the expected form.", "{": "Object 1 (JSON.Labels) is not valid JSON of the expected form.",
	} {
		for _, name := range []string{"", "  "} {
			r := inspect(t, assemble(t, object{library.DataLabels, name, content}))
			for _, note := range r.Notes {
				if strings.Contains(note, ", ,") || strings.Contains(note, "()") || strings.Contains(note, "Object 1") && note != want {
					t.Errorf("%q: %q", content, note)
				}
			}
			if want != "" && !noted(r, want) {
				t.Errorf("%q: notes are %q", content, r.Notes)
			}
		}
	}
}

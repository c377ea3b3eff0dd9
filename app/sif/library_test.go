package sif_test

import (
	"bytes"
	"testing"

	library "github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/sif/siftest"
)

// The records are parsed here and by the field's own library; both must read the same.

func TestInspectAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	image := siftest.SIF(t, siftest.Options{
		Arch: "s390x", Labels: map[string]string{"a": "b"}, Payload: 10,
		Signature: []byte("{}"), Fingerprint: bytes.Repeat([]byte{7}, 20),
	})
	f, err := library.LoadContainer(library.NewBuffer(image))
	if err != nil {
		t.Fatal(err)
	}
	r := inspect(t, image)
	if r.ID != f.ID() || r.Version != f.Version() || r.Arch != f.PrimaryArch() || r.Launch+"\n" != f.LaunchScript() ||
		!r.Created.Equal(f.CreatedAt()) || !r.Modified.Equal(f.ModifiedAt()) {
		t.Errorf("the header differs: %+v", r)
	}
	i := 0
	f.WithDescriptors(func(d library.Descriptor) bool {
		o := r.Objects[i]
		i++
		link, isGroup := d.LinkedID()
		if o.ID != d.ID() || o.Group != d.GroupID() || o.Link != link || o.LinkIsGroup != isGroup || o.Type != d.DataType().String() ||
			o.Name != d.Name() || o.Offset != d.Offset() || o.Size != d.Size() {
			t.Errorf("object %d differs: %+v", d.ID(), o)
		}
		if fs, kind, arch, err := d.PartitionMetadata(); err == nil && (o.Filesystem != fs.String() || o.Partition != kind.String() || o.Arch != arch) {
			t.Errorf("partition %d differs: %+v", d.ID(), o)
		}
		if hash, _, err := d.SignatureMetadata(); err == nil && o.Hash != hash.String() {
			t.Errorf("signature %d differs: %+v", d.ID(), o)
		}
		return false
	})
	if i != len(r.Objects) || i != 5 {
		t.Errorf("the library finds %d objects, and Inspect %d", i, len(r.Objects))
	}
}

func TestInspectKnowsEveryArchitecture(t *testing.T) {
	t.Parallel()
	for _, arch := range []string{"386", "amd64", "arm", "arm64", "ppc64", "ppc64le", "mips", "mipsle", "mips64", "mips64le", "s390x",
		"riscv64", "loong64"} {
		if r := inspect(t, siftest.SIF(t, siftest.Options{Arch: arch})); r.Arch != arch || r.Objects[1].Arch != arch {
			t.Errorf("%s: got %q", arch, r.Arch)
		}
	}
}

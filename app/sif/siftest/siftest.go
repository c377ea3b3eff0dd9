// Package siftest makes image files for tests: small ones in memory, and SIFs of any size
// on disk for benchmarks. The same options give the same bytes, always.
//
// Entry points: SIF in a test, Bytes and Write elsewhere; SIMG and Ext3 for the images of
// Singularity 2; Squashfs for a filesystem alone. The trap: all images hold the same tiny
// root filesystem (testdata/make.sh) unless Files says otherwise, so that two which must
// differ in content need different Labels, or a Payload and a Seed.
package siftest

import (
	"bytes"
	"crypto"
	"embed"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/sif/smallfs"
)

//go:embed testdata/*.squashfs
var testdata embed.FS

// Compressions are those that a squashfs filesystem may have, and Squashfs knows.
var Compressions = []string{"gzip", "lzma", "lzo", "xz", "lz4", "zstd"}

// ID is the UUID of every SIF that is made here, and Created its time, in Unix seconds.
const (
	ID      = "5ab1e5e7-0000-4000-8000-000000000001"
	Created = 1700000000
)

// Definition is the definition file of a SIF for which no other is given.
const Definition = "Bootstrap: docker\nFrom: alpine:3.20\n\n%runscript\n    echo hello\n"

// Launch is the first line of an image that can be run as a program.
const Launch = "#!/usr/bin/env run-singularity\n"

// Options say what a SIF holds. The zero value is a small, whole SIF for amd64.
type Options struct {
	Arch        string // Go's name; default "amd64"
	Compression string // of the root filesystem; default "gzip"
	Definition  string // default Definition
	// Files, if any, are the root filesystem, as Tree makes it, in place of the tiny one.
	Files map[string]string
	// Labels, if any, are stored in the object that Apptainer calls
	// inspect-metadata.json; they then hide those of the root filesystem.
	Labels map[string]string
	// Signature, if any, is stored as the content of a signature of the first group.
	Signature []byte
	// Fingerprint is the signer's, 20 bytes, or none.
	Fingerprint []byte
	// Encrypted marks the root filesystem as encrypted, though it is not.
	Encrypted bool
	// Payload is how many bytes that cannot be compressed are added as a further object,
	// made from Seed.
	Payload int64
	Seed    uint64
}

// SIF makes a SIF in memory, and fails the test if it cannot.
func SIF(t testing.TB, o Options) []byte {
	t.Helper()
	b, err := Bytes(o)
	if err != nil {
		t.Fatalf("making a SIF: %v", err)
	}
	return b
}

// Bytes makes a SIF in memory.
func Bytes(o Options) ([]byte, error) {
	b := sif.NewBuffer(nil)
	create, err := o.create()
	if err != nil {
		return nil, err
	}
	if _, err := sif.CreateContainer(b, create...); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Write makes a SIF at a path, in memory that does not grow with its size.
func Write(path string, o Options) error {
	create, err := o.create()
	if err != nil {
		return err
	}
	f, err := sif.CreateContainerAtPath(path, create...)
	if err != nil {
		return err
	}
	return f.UnloadContainer()
}

// create spells the options for the library.
func (o Options) create() ([]sif.CreateOpt, error) {
	objects, err := o.objects()
	return []sif.CreateOpt{
		sif.OptCreateWithLaunchScript(Launch),
		sif.OptCreateWithID(ID),
		sif.OptCreateWithTime(time.Unix(Created, 0)),
		sif.OptCreateWithDescriptors(objects...),
	}, err
}

// objects lists what the SIF holds, in the order in which Apptainer writes it.
func (o Options) objects() ([]sif.DescriptorInput, error) {
	var list []sif.DescriptorInput
	var failed error
	add := func(t sif.DataType, r io.Reader, opts ...sif.DescriptorInputOpt) {
		d, err := sif.NewDescriptorInput(t, r, opts...)
		if err != nil && failed == nil {
			failed = err
		}
		list = append(list, d)
	}
	root, err := Squashfs(or(o.Compression, "gzip"))
	if err != nil {
		return nil, err
	}
	if o.Files != nil {
		root = Tree(o.Files)
	}
	filesystem := sif.FsSquash
	if o.Encrypted {
		filesystem = sif.FsEncryptedSquashfs
	}
	add(sif.DataDeffile, bytes.NewReader([]byte(or(o.Definition, Definition))))
	if o.Labels != nil {
		add(sif.DataGenericJSON, bytes.NewReader(metadata(o.Labels)), sif.OptObjectName("inspect-metadata.json"))
	}
	add(sif.DataPartition, bytes.NewReader(root), sif.OptPartitionMetadata(filesystem, sif.PartPrimSys, or(o.Arch, "amd64")))
	if o.Payload > 0 {
		add(sif.DataGeneric, io.LimitReader(noise(o.Seed), o.Payload), sif.OptObjectName("payload"))
	}
	if o.Signature != nil {
		add(sif.DataSignature, bytes.NewReader(o.Signature), sif.OptNoGroup(), sif.OptLinkedGroupID(1),
			sif.OptSignatureMetadata(crypto.SHA256, o.Fingerprint))
	}
	return list, failed
}

// Tree makes an uncompressed squashfs filesystem of files, named by absolute path: nothing
// in it is hidden by compression, so that a test can damage what it likes.
func Tree(files map[string]string) []byte { return smallfs.Tree(files) }

// metadata is the object in which Apptainer keeps what `apptainer inspect` shows.
func metadata(labels map[string]string) []byte {
	type object map[string]any
	b, err := json.Marshal(object{"type": "container", "data": object{"attributes": object{"labels": labels}}})
	if err != nil {
		panic(err) // a map of strings can always be written
	}
	return b
}

// noise gives bytes that cannot be compressed, the same for the same seed.
func noise(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

// or gives text, or what stands in for it if it is empty.
func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

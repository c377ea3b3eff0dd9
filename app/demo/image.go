package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/sylabs/sif/v2/pkg/integrity"
	"github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/errs"
	"sregistry/app/sif/smallfs"
)

// image says what is in one of the demonstration's images.
type image struct {
	name, version, arch string
	// says is the line that the image prints when it is run.
	says   string
	signer *openpgp.Entity // nil for one without a signature
}

// file makes the image, a SIF that Apptainer can run.
func (i image) file() ([]byte, error) {
	const op = "demo.image.file"
	definition := fmt.Sprintf("Bootstrap: scratch\n\n%%files\n    %s /bin/%[1]s\n\n%%labels\n    org.opencontainers.image.title %[1]s\n    version %s\n\n%%runscript\n    exec /bin/%[1]s \"$@\"\n\n%%help\n    Prints one line, for the demonstration of Sregistry.\n", i.name, i.version)
	labels, err := json.Marshal(map[string]string{"org.opencontainers.image.title": i.name, "version": i.version, "maintainer": "The Sregistry demonstration"})
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	root := smallfs.Tree(map[string]string{
		"/bin/" + i.name:              string(program(i.arch, i.says+"\n")),
		"/etc/passwd":                 "root:x:0:0:root:/:/bin/" + i.name + "\n",
		"/.singularity.d/Singularity": definition,
		"/.singularity.d/labels.json": string(labels),
		// There is no shell in the image: the kernel runs the program by the first line.
		"/.singularity.d/runscript":      "#!/bin/" + i.name + "\n",
		"/.singularity.d/runscript.help": "Prints one line, for the demonstration of Sregistry.\n",
	})
	recipe, err := sif.NewDescriptorInput(sif.DataDeffile, bytes.NewReader([]byte(definition)))
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	filesystem, err := sif.NewDescriptorInput(sif.DataPartition, bytes.NewReader(root),
		sif.OptPartitionMetadata(sif.FsSquash, sif.PartPrimSys, i.arch))
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	b := sif.NewBuffer(nil)
	f, err := sif.CreateContainer(b, sif.OptCreateWithLaunchScript("#!/usr/bin/env run-singularity\n"), sif.OptCreateWithDescriptors(recipe, filesystem))
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if i.signer != nil {
		s, err := integrity.NewSigner(f, integrity.OptSignWithEntity(i.signer))
		if err == nil {
			err = s.Sign()
		}
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	return b.Bytes(), errs.Wrap(op, f.UnloadContainer())
}

// Arches are the architectures that Image makes images for.
var Arches = []string{"amd64", "arm64"}

// Image makes a small image that prints one line, for whoever has none to try a registry
// with. It needs neither Apptainer nor a network. The architecture is one of Arches; another
// is an error of kind Invalid.
func Image(arch string) ([]byte, error) {
	const op = "demo.Image"
	if !slices.Contains(Arches, arch) {
		return nil, errs.E(op, errs.Invalid, "Demonstration images exist for %s, not for %q. Choose one of these with --arch.", strings.Join(Arches, " and "), errs.Clip(arch))
	}
	file, err := image{name: "hello", version: "1.0", arch: arch, says: "Hello from Sregistry!"}.file()
	return file, errs.Wrap(op, err)
}

// newKey makes somebody's signing key, which is never written anywhere, and the armored
// text of its public part.
func newKey(name string) (*openpgp.Entity, string, error) {
	const op = "demo.newKey"
	key, err := openpgp.NewEntity(name, "", "alice@example.org", nil)
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	var text bytes.Buffer
	w, err := armor.Encode(&text, openpgp.PublicKeyType, nil)
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	if err := errors.Join(key.Serialize(w), w.Close()); err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	return key, text.String(), nil
}

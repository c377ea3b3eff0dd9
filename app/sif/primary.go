package sif

import (
	"github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
)

// readPrimary reads the partition with the root filesystem. headerArch is the
// architecture that the header claims for the whole file.
func (in *inspection) readPrimary(used []descriptor, headerArch string) {
	in.report.Arch = headerArch
	d, ok := in.primary(used)
	if !ok {
		return
	}
	p := partitionOf(d)
	if p.arch != "" {
		in.report.Arch = p.arch
		if headerArch != "" && headerArch != p.arch {
			in.note("The header says that the image is for %s, its primary partition that it is for %s.", headerArch, p.arch)
		}
	}
	switch {
	case p.encrypted():
		in.report.Encrypted = true
		in.note("The filesystem of the image is encrypted, so that it was not looked into.")
	case p.fs == sif.FsSquash:
		in.readTree(d.Offset, d.Size)
	default:
		in.note("The filesystem of the image is of type %s, which is not looked into.", p.filesystem())
	}
}

// primary finds the partition with the root filesystem, and notes if there is not one.
func (in *inspection) primary(used []descriptor) (descriptor, bool) {
	var found []descriptor
	oci := false
	for _, d := range used {
		switch sif.DataType(d.Type) {
		case sif.DataPartition:
			if partitionOf(d).kind == sif.PartPrimSys {
				found = append(found, d)
			}
		case sif.DataOCIRootIndex:
			oci = true
		}
	}
	switch {
	case len(found) > 1:
		in.note("The image has %d primary partitions; only the first is looked into.", len(found))
	case len(found) == 0 && oci:
		in.readOCI(used)
	case len(found) == 0:
		in.note("The image has no primary partition, so that it cannot be run.")
	}
	if len(found) == 0 {
		return descriptor{}, false
	}
	return found[0], true
}

// readSquashfs reads an image of Singularity 2.4 to 2.6, or a bare squashfs.
func (in *inspection) readSquashfs(head []byte, start int64) error {
	const op = "sif.readSquashfs"
	in.report.Format = FormatSquashfs
	size := in.file.size - start
	switch length := squash.Length(head); {
	case length == 0:
		return errs.E(op, errs.Invalid, "This image is cut short within its header. Copy it again.")
	case length > uint64(size):
		return errs.E(op, errs.Invalid, "This image is cut short: its squashfs filesystem has %d bytes, of which %d are there. Copy it again.", length, size)
	}
	in.readTree(start, size)
	return nil
}

package sif

import (
	"github.com/sylabs/sif/v2/pkg/sif"
)

// readPrimary reads the partition with the root filesystem. headerArch is the
// architecture that the header claims for the whole file.
func (in *inspection) readPrimary(used []descriptor, headerArch string) {
	for _, d := range used {
		if sif.DataType(d.Type) == sif.DataPartition {
			in.report.Arch = partitionOf(d).arch
		}
	}
}

// readSquashfs reads an image of Singularity 2.4 to 2.6.
func (in *inspection) readSquashfs(start int64) error {
	in.report.Format = FormatSquashfs
	return nil
}

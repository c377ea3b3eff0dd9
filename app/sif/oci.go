package sif

import (
	"encoding/json"

	"github.com/sylabs/sif/v2/pkg/sif"
)

// reference is how an OCI document names another (image-spec, descriptor.md).
type reference struct {
	Digest string `json:"digest"`
}

// readOCI reads the configuration of the first image in an OCI-SIF, which has OCI blobs in
// place of a primary partition: it holds the architecture and the labels. The layers are
// not looked into.
func (in *inspection) readOCI(used []descriptor) {
	in.note("The image is an OCI-SIF; its layers are not looked into.")
	var index struct {
		Manifests []reference `json:"manifests"`
	}
	for _, d := range used {
		if sif.DataType(d.Type) == sif.DataOCIRootIndex {
			in.jsonObject(d, func(b []byte) error { return json.Unmarshal(b, &index) })
			break
		}
	}
	if len(index.Manifests) == 0 {
		return
	}
	var manifest struct {
		Config reference `json:"config"`
	}
	in.ociBlob(used, index.Manifests[0], func(b []byte) error { return json.Unmarshal(b, &manifest) })
	if manifest.Config.Digest != "" {
		in.ociBlob(used, manifest.Config, in.setOCIConfig)
	}
}

// ociBlob hands the JSON of a blob to set; a blob that is not there is noted.
func (in *inspection) ociBlob(used []descriptor, ref reference, set func([]byte) error) {
	for _, d := range used {
		if sif.DataType(d.Type) == sif.DataOCIBlob && field(d.Extra[:]) == ref.Digest {
			in.jsonObject(d, set)
			return
		}
	}
	in.note("The image refers to the OCI blob %.80q, which is not in it.", ref.Digest)
}

// setOCIConfig takes the architecture and the labels of an OCI image's configuration
// (image-spec, config.md), unless something nearer to the image has said them.
func (in *inspection) setOCIConfig(b []byte) error {
	var doc struct {
		Architecture string `json:"architecture"`
		Config       struct {
			Labels json.RawMessage
		} `json:"config"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return err
	}
	for _, arch := range arches {
		if in.report.Arch == "" && arch == doc.Architecture {
			in.report.Arch = arch
		}
	}
	if in.report.Labels != nil || doc.Config.Labels == nil {
		return nil
	}
	return in.setLabels(&in.report.Metadata, doc.Config.Labels, "the image")
}

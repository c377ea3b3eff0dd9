package sif

import (
	"bytes"
	"strings"

	"github.com/sylabs/sif/v2/pkg/sif"

	"sregistry/app/errs"
)

// The names of the JSON objects that Apptainer adds to a SIF: what its `inspect` shows, and
// the configuration of the OCI image that the SIF was built from.
const (
	metadataObject  = "inspect-metadata.json"
	ociConfigObject = "oci-config.json"
)

// readTexts reads the texts that are objects of their own. They win over what the
// filesystem says, as they do in `apptainer inspect`.
func (in *inspection) readTexts(used []descriptor) {
	for _, d := range used {
		name := field(d.Name[:])
		switch t := sif.DataType(d.Type); {
		case t == sif.DataDeffile && in.report.Definition == "":
			if b := in.objectBytes(d, maxText+1, "the definition file"); b != nil {
				in.report.Definition = in.take(b, maxText, "the definition file")
			}
		case t == sif.DataLabels && in.report.Labels == nil:
			in.jsonObject(d, func(b []byte) error { return in.setLabels(&in.report.Metadata, b, "the image") })
		case t == sif.DataGenericJSON && name == metadataObject:
			in.jsonObject(d, in.setInspectMetadata)
		}
	}
}

// readOCIConfig reads the configuration of the OCI image that the SIF was built from. It
// comes last, for what neither the objects nor the filesystem of the SIF said.
func (in *inspection) readOCIConfig(used []descriptor) {
	for _, d := range used {
		if sif.DataType(d.Type) == sif.DataGenericJSON && field(d.Name[:]) == ociConfigObject {
			in.jsonObject(d, in.setOCIConfig)
			return
		}
	}
}

// objectBytes reads the beginning of an object; nil, and a note, if that fails.
func (in *inspection) objectBytes(d descriptor, most int64, what string) []byte {
	b := make([]byte, min(d.Size, most))
	if _, err := in.file.ReadAt(b, d.Offset); err != nil {
		in.note("Object %d (%s) cannot be read: %s.", d.ID, what, errs.Message(err))
		return nil
	}
	return b
}

// jsonObject hands the JSON of an object to set, and notes what goes wrong. An empty object
// says nothing, and nothing is said of it.
func (in *inspection) jsonObject(d descriptor, set func([]byte) error) {
	if d.Size > maxJSON {
		in.note("Object %d (%s) is larger than %d bytes and was not read.", d.ID, objectName(d), maxJSON)
		return
	}
	b := in.objectBytes(d, maxJSON, objectName(d))
	if len(bytes.TrimSpace(b)) > 0 && set(b) != nil {
		in.note("Object %d (%s) is not valid JSON of the expected form.", d.ID, objectName(d))
	}
}

// objectName is what an object is called, or what it is if it has no name.
func objectName(d descriptor) string {
	if name := strings.TrimSpace(field(d.Name[:])); name != "" {
		return name
	}
	return typeName(d.Type)
}

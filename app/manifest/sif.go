// Package manifest reads and writes OCI manifests. It is pure: the core and the client
// both use it, so that an image file has one manifest, and one digest, whichever door it
// comes in by.
package manifest

import (
	"encoding/json"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// The media types by which Apptainer and SingularityCE store an image file in an OCI
// registry (their oras:// transport).
const (
	SIFConfig = "application/vnd.sylabs.sif.config.v1+json"
	SIFLayer  = "application/vnd.sylabs.sif.layer.v1.sif"
	// SIFLayerProto is what Singularity 3.0 to 3.5 wrote.
	SIFLayerProto = "appliciation/vnd.sylabs.sif.layer.tar"
)

// The media types of manifests. Docker's are served as they were pushed.
const (
	OCIManifest    = v1.MediaTypeImageManifest
	OCIIndex       = v1.MediaTypeImageIndex
	DockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	DockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// EmptyConfig is the config of an image file's manifest.
var EmptyConfig = []byte("{}")

// fileTitle is the name that generic OCI clients store the layer under. It is the same
// for all images, since the manifest must not depend on what a file was called.
const fileTitle = "image.sif"

// ForFile builds the manifest of an image file: one layer, an empty config, nothing that
// depends on time, place or the door it came by. The result is the same for the same
// file, always; it is what oras:// clients of Apptainer write, less the file's name.
func ForFile(content digest.Digest, size int64) []byte {
	m := v1.Manifest{
		MediaType: OCIManifest,
		Config: v1.Descriptor{
			MediaType: SIFConfig,
			Digest:    digest.FromBytes(EmptyConfig),
			Size:      int64(len(EmptyConfig)),
			Data:      EmptyConfig,
		},
		Layers: []v1.Descriptor{{
			MediaType:   SIFLayer,
			Digest:      content,
			Size:        size,
			Annotations: map[string]string{v1.AnnotationTitle: fileTitle},
		}},
	}
	m.SchemaVersion = 2
	body, err := json.Marshal(m)
	if err != nil {
		panic("manifest: a struct of strings and numbers did not marshal: " + err.Error())
	}
	return body
}

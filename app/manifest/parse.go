package manifest

import (
	"encoding/json"
	"errors"
	"mime"
	"slices"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/errs"
)

// MaxSize is the largest manifest that is taken, in bytes: what the OCI distribution
// specification asks a registry to allow at least.
const MaxSize = 4 << 20

// MemoryFactor is how many times its length a manifest takes in memory at most while it is
// read and kept: its bytes, what they are parsed into, and the database's copies of both.
const MemoryFactor = 4

// maxDescriptors bounds what one manifest may name.
const maxDescriptors = 4096

// maxType bounds the types that stand in lists of many images, in bytes: two names of 127
// (RFC 6838, section 4.2) with a slash between them.
const maxType = 255

// maxBytes bounds the size of what a manifest names: a pebibyte, of which thousands can
// still be added up. What need not be here is not held to the size that is said of it.
const maxBytes = 1 << 50

// Manifest is what the core needs to know of a manifest: an image's or an index's.
type Manifest struct {
	MediaType    string
	ArtifactType string
	IsIndex      bool
	Config       v1.Descriptor
	Layers       []v1.Descriptor
	Manifests    []v1.Descriptor // of an index
	Subject      *v1.Descriptor
	// Annotations are the first of its annotations, and MoreAnnotations how many more there
	// are; AllAnnotations are all of them as they were sent, a part of the manifest's bytes.
	Annotations     map[string]string
	MoreAnnotations int
	AllAnnotations  []byte
}

// Parse reads a manifest as the client named and sent it. Errors: Invalid if it is none,
// or contradicts its media type; Unsupported for Docker's schema 1.
func Parse(mediaType string, body []byte) (Manifest, error) {
	const op = "manifest.Parse"
	var wire struct {
		SchemaVersion int             `json:"schemaVersion"`
		MediaType     string          `json:"mediaType"`
		ArtifactType  string          `json:"artifactType"`
		Config        descriptor      `json:"config"`
		Layers        descriptors     `json:"layers"`
		Manifests     descriptors     `json:"manifests"`
		Subject       *descriptor     `json:"subject"`
		Annotations   annotations     `json:"annotations"`
		FSLayers      json.RawMessage `json:"fsLayers"`
	}
	err := json.Unmarshal(body, &wire)
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return Manifest{}, errs.Wrap(op, err)
	}
	if err != nil {
		return Manifest{}, errs.Because(op, errs.Invalid, err, "The manifest is not valid JSON of a manifest's form.")
	}
	if wire.SchemaVersion == 1 || wire.FSLayers != nil {
		return Manifest{}, errs.E(op, errs.Unsupported, "Docker's schema 1 is not supported; push with a client of this decade.")
	}
	if wire.SchemaVersion != 2 {
		return Manifest{}, errs.E(op, errs.Invalid, "The manifest has the schemaVersion %d; it must be 2.", wire.SchemaVersion)
	}
	named, _, err := mime.ParseMediaType(mediaType)
	if err != nil || named == "application/octet-stream" || named == "application/json" {
		named = wire.MediaType // the client did not say
	}
	m := Manifest{MediaType: named, ArtifactType: wire.ArtifactType, Config: wire.Config.plain(), Layers: wire.Layers,
		Manifests: wire.Manifests, Annotations: wire.Annotations.few, MoreAnnotations: wire.Annotations.left, AllAnnotations: wire.Annotations.all}
	if wire.Subject != nil {
		subject := wire.Subject.plain()
		m.Subject = &subject
	}
	if wire.MediaType != "" && wire.MediaType != named {
		return Manifest{}, errs.E(op, errs.Invalid, "The manifest says it is a %s, but was sent as a %s.", wire.MediaType, named)
	}
	switch named {
	case OCIManifest, DockerManifest:
		if wire.Manifests != nil {
			return Manifest{}, errs.E(op, errs.Invalid, "The manifest lists manifests, as only an index does, but was sent as a %s.", named)
		}
	case OCIIndex, DockerList:
		m.IsIndex = true
		if wire.Layers != nil || wire.Config.Digest != "" {
			return Manifest{}, errs.E(op, errs.Invalid, "The index has a config or layers, as only an image does, but was sent as a %s.", named)
		}
	default:
		return Manifest{}, errs.E(op, errs.Unsupported, "Manifests of media type %q are not supported; push an OCI or Docker (schema 2) manifest.", named)
	}
	return m, m.check()
}

// check holds the descriptors to what everybody relies on: a valid digest and a size.
func (m Manifest) check() error {
	const op = "manifest.check"
	if len(m.ArtifactType) > maxType || len(m.Config.MediaType) > maxType {
		return errs.E(op, errs.Invalid, "The manifest has a media type of more than %d bytes.", maxType)
	}
	named := slices.Concat(m.Layers, m.Manifests)
	if !m.IsIndex {
		named = append(named, m.Config)
	}
	if m.Subject != nil {
		named = append(named, *m.Subject)
	}
	if len(named) > maxDescriptors {
		return errs.E(op, errs.Invalid, "The manifest names %d things; at most %d are allowed.", len(named), maxDescriptors)
	}
	for _, d := range named {
		if d.Digest.Validate() != nil {
			return errs.E(op, errs.Invalid, "The manifest names %q, which is not a digest.", errs.Clip(string(d.Digest)))
		}
		if d.Size < 0 {
			return errs.E(op, errs.Invalid, "The manifest gives %s a negative size.", d.Digest)
		}
		if d.Size > maxBytes {
			return errs.E(op, errs.Invalid, "The manifest gives %s a size of %d bytes; at most %d are allowed.", d.Digest, d.Size, int64(maxBytes))
		}
	}
	return nil
}

// Blobs gives the digests of all blobs that the manifest names and that have to be where
// it is, each once.
func (m Manifest) Blobs() []digest.Digest {
	var list []digest.Digest
	seen := map[digest.Digest]bool{}
	for _, d := range m.Held() {
		if !seen[d.Digest] {
			seen[d.Digest] = true
			list = append(list, d.Digest)
		}
	}
	return list
}

// Held gives the descriptors of those blobs, all of them.
func (m Manifest) Held() []v1.Descriptor {
	if m.IsIndex {
		return nil
	}
	list := []v1.Descriptor{m.Config}
	for _, l := range m.Layers {
		if !elsewhere[l.MediaType] {
			list = append(list, l)
		}
	}
	return list
}

// Elsewhere gives the digests of the layers which nobody may hand on, each once: clients
// fetch them from the addresses that the manifest gives, and mostly do not push them.
func (m Manifest) Elsewhere() []digest.Digest {
	var list []digest.Digest
	for _, l := range m.Layers {
		if elsewhere[l.MediaType] && !slices.Contains(list, l.Digest) {
			list = append(list, l.Digest)
		}
	}
	return list
}

// elsewhere are the media types of such layers.
var elsewhere = map[string]bool{
	"application/vnd.oci.image.layer.nondistributable.v1.tar":      true,
	"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": true,
	"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": true,
	"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip":    true,
}

// RefersAs is the artifact type by which the manifest is listed among what refers to its
// subject: its own or, for an image without one, its config's media type (OCI distribution
// specification 1.1, "Listing Referrers").
func (m Manifest) RefersAs() string {
	if m.ArtifactType == "" && !m.IsIndex {
		return m.Config.MediaType
	}
	return m.ArtifactType
}

// Size gives how many bytes a pull of the blobs transfers, as the manifest says.
func (m Manifest) Size() int64 {
	size := m.Config.Size
	for _, l := range m.Layers {
		size += l.Size
	}
	return size
}

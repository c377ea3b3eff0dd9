package manifest

import (
	"slices"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// dockerConfig is the config of an image in Docker's manifests.
const dockerConfig = "application/vnd.docker.container.image.v1+json"

// The layers of an OCI-SIF, SingularityCE's: each is a filesystem.
const (
	squashfsLayer = "application/vnd.sylabs.image.layer.v1.squashfs"
	ext3Layer     = "application/vnd.sylabs.image.layer.v1.ext3"
)

// plainType gives a media type without what clients overlook in it: case, blanks and
// parameters.
func plainType(mediaType string) string {
	first, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(first))
}

// IsManifestType reports whether a media type is that of a manifest or an index which is
// understood here.
func IsManifestType(mediaType string) bool {
	switch plainType(mediaType) {
	case OCIManifest, OCIIndex, DockerManifest, DockerList:
		return true
	}
	return false
}

// IsImage reports whether the manifest is that of a container image which runs, of OCI or
// of Docker. Docker wrote images whose config has no type of its own.
func (m Manifest) IsImage() bool {
	switch plainType(m.Config.MediaType) {
	case v1.MediaTypeImageConfig, dockerConfig:
		return true
	case "", "application/octet-stream", "application/json", "text/plain":
		return m.MediaType == DockerManifest
	}
	return false
}

// What SingularityCE calls a data container: the artifact type of now, and the config of the
// first ones.
const (
	dataContainer       = "application/vnd.sylabs.data-container.v1"
	dataContainerConfig = "application/vnd.sylabs.data-container.config.v1+json"
)

// IsOCISIF reports whether the manifest is that of an OCI-SIF.
func (m Manifest) IsOCISIF() bool { return m.IsImage() && m.ofFilesystems() }

// IsDataContainer reports whether the manifest is that of an OCI-SIF which has no program in
// it, but files for the containers beside which it is mounted.
func (m Manifest) IsDataContainer() bool {
	return !m.IsIndex && m.ofFilesystems() && (m.ArtifactType == dataContainer || plainType(m.Config.MediaType) == dataContainerConfig)
}

// ofFilesystems reports whether all layers are filesystems, and there are some.
func (m Manifest) ofFilesystems() bool {
	return len(m.Layers) > 0 && !slices.ContainsFunc(m.Layers, func(l v1.Descriptor) bool {
		return l.MediaType != squashfsLayer && l.MediaType != ext3Layer
	})
}

// File gives the layer which is an image file by its media type, if the manifest is that of
// one: a single layer of Apptainer's media types.
func (m Manifest) File() (v1.Descriptor, bool) {
	if len(m.Layers) != 1 {
		return v1.Descriptor{}, false
	}
	l := m.Layers[0]
	return l, l.MediaType == SIFLayer || l.MediaType == SIFLayerProto
}

// LoneLayer gives the only layer of a manifest which is neither that of a container image nor
// of a data container, whose filesystem would be taken for an old image file. What
// it is can only be found out by looking into it: oras gives all files one media type.
func (m Manifest) LoneLayer() (v1.Descriptor, bool) {
	if m.IsIndex || m.IsImage() || m.IsDataContainer() || len(m.Layers) != 1 || elsewhere[m.Layers[0].MediaType] {
		return v1.Descriptor{}, false
	}
	return m.Layers[0], true
}

// NoContainer reports whether no container engine takes the manifest for an image which it
// can run, whatever its layers hold: it has to be an OCI manifest that says to be something
// else. As an image file it may have Apptainer's config, which no engine runs; as anything
// else the empty config, or an artifact type beside a config of its own. A config that only
// might be an image's is one: engines are lenient.
func (m Manifest) NoContainer(file bool) bool {
	if m.MediaType != OCIManifest || m.IsIndex {
		return false
	}
	switch config := plainType(m.Config.MediaType); {
	case config == v1.MediaTypeEmptyJSON:
		return m.Config.Digest == m.Config.Digest.Algorithm().FromBytes(EmptyConfig)
	case config == SIFConfig:
		return file
	case m.ArtifactType == "" || strings.Contains(config, "image.config") || strings.Contains(config, "container.image"):
		return false
	default:
		return mediaName(config)
	}
}

// mediaName reports whether a media type is one that can be a config's own: a full name
// (RFC 6838, section 4.2) that does not stand for just any content.
func mediaName(t string) bool {
	top, sub, ok := strings.Cut(t, "/")
	if !ok || top == "" || sub == "" || t == "application/octet-stream" || t == "application/json" || top == "text" {
		return false
	}
	return strings.Trim(top+sub, "abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+") == ""
}

package model

import (
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/howto"
	"sregistry/app/ref"
)

// ImageKind tells what an image is made of.
type ImageKind string

// The kinds of image. A SIF or an old .simg is one file behind a one-layer manifest.
const (
	SIF      ImageKind = "sif"
	SIMG     ImageKind = "simg"     // Singularity 2.x: squashfs or ext3
	OCIImage ImageKind = "oci"      // config and layers
	Index    ImageKind = "index"    // a list of manifests
	Artifact ImageKind = "artifact" // anything else that is pushed as a manifest
)

// IsFile reports whether the image is one file that a hub or library client can pull.
func (k ImageKind) IsFile() bool { return k == SIF || k == SIMG }

// Container is a named thing in a collection that holds images.
type Container struct {
	ID      int64
	Name    ref.Container
	Public  bool
	Frozen  bool
	Created time.Time
	Updated time.Time // the last push
	Tags    int
	Pulls   int64 // of all images that are or were in it
	Stars   int64
}

// Image is one immutable piece of content in a container.
type Image struct {
	ID           int64
	CollectionID int64
	ContainerID  int64
	Container    ref.Container
	Kind         ImageKind
	// Digest is the manifest's, by which OCI clients know the image.
	Digest    digest.Digest
	MediaType string
	// Content is the digest of the file itself, by which everybody else knows it; empty
	// for an image that is not one file.
	Content digest.Digest
	// Subject is the manifest that the image says something about; empty if none.
	Subject digest.Digest
	// Runnable tells that a container engine may run it, by what is in it; a SIF that is not
	// runs all the same, as a SIF.
	Runnable bool
	// OCISIF tells that its layers are filesystems, as SingularityCE packs them: it is an
	// OCI-SIF or, if it is an artifact, a data container.
	OCISIF bool
	// Damaged tells that a blob of it was found damaged: it cannot be pulled until it is
	// pushed again.
	Damaged bool
	// Size is what a pull transfers, in bytes.
	Size     int64
	Arch     string // Go's name, such as "amd64"; empty if unknown
	Pushed   time.Time
	PushedBy string // empty if the account is gone
	// PusherFullName is what people call him; empty if he did not say.
	PusherFullName string
	// Description is in the words of whoever pushed it first.
	Description string
	Pulls       int64
	LastPulled  time.Time // zero is never; a few seconds late
	// Tag is the one that the image was asked by or listed under; empty if by digest.
	Tag    string
	Frozen bool     // the tag or its container
	Tags   []string // all its tags, where the call says so
	// Labels are those that its maker wrote into it, where the call says so.
	Labels map[string]string
	// Signers are the keys by which all of the file is validly signed; see Signing.
	Signers []string
	// Signing tells of all its signatures, where the call says so.
	Signing *SignatureStatus
}

// TagArch is the architecture for which the image takes a tag; empty if it takes it whole.
func (i Image) TagArch() string {
	if i.Kind.IsFile() || i.OCISIF {
		return i.Arch
	}
	return ""
}

// Title is how the image is pulled: "lab/hello:latest", or "lab/hello@sha256:<hex>" if it
// was not asked by a tag.
func (i Image) Title() string {
	if i.Tag != "" {
		return i.Container.String() + ":" + i.Tag
	}
	return i.Container.String() + "@" + string(i.Known())
}

// OCIName is how OCI clients name the image after the registry's host: "lab/hello:latest", or
// "lab/hello@sha256:<hex>" by the manifest's digest if it was not asked by a tag.
func (i Image) OCIName() string {
	if i.Tag != "" {
		return i.Container.String() + ":" + i.Tag
	}
	return i.Container.String() + "@" + string(i.Digest)
}

// Howto is what decides which client can pull the image.
func (i Image) Howto() howto.Image { return howto.Image{Kind: string(i.Kind), OCISIF: i.OCISIF} }

// Known is the digest by which people know the image: the file's, or else the manifest's.
func (i Image) Known() digest.Digest {
	if i.Content != "" {
		return i.Content
	}
	return i.Digest
}

// FileName is the name a downloaded file gets where nobody chose one: "hello_latest.sif".
func (i Image) FileName() string {
	name := strings.ReplaceAll(i.Container.Container, "/", "-")
	suffix := i.Tag
	if suffix == "" {
		suffix = ref.Dotted(i.Known())
	}
	extension := ".sif"
	if i.Kind == SIMG {
		extension = ".simg"
	}
	return name + "_" + suffix + extension
}

// Tag is a movable name for one image per architecture.
type Tag struct {
	Name    string
	Frozen  bool
	Updated time.Time
	Images  []Image // one per architecture
}

// Label is a key and a value which an image's maker wrote into it, and the images that
// bear it where a call lists them.
type Label struct {
	Key, Value string
	Images     []string // "lab/hello:latest"
}

// Share is an expiring link to one image. Its secret is known only when it is made.
type Share struct {
	ID    int64
	Image string // "lab/hello:latest"
	By    string
	// ByFullName is what people call him; empty if he did not say, and just after it was made.
	ByFullName string
	Created    time.Time
	Expires    time.Time
}

package model

import (
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// Contents is what an image is made of as its manifest and its config say, and what refers
// to it. It is for people: whatever was not understood is left out.
type Contents struct {
	MediaType    string
	ArtifactType string
	// Platforms are those of the index by which the image was asked for, or its own.
	Platforms []Platform
	Layers    []Layer
	Config    Config
	History   []Step
	// Annotations are those of the manifest.
	Annotations map[string]string
	Referrers   []Referrer
	// Truncated tells that the manifest or the config has more than this.
	Truncated bool
}

// Platform is what an image runs on.
type Platform struct {
	OS, Arch, Variant string
	Digest            digest.Digest // of the manifest
}

// String writes a platform as container engines do: "linux/arm/v7".
func (p Platform) String() string { return strings.TrimSuffix(p.OS+"/"+p.Arch+"/"+p.Variant, "/") }

// Layer is one blob of an image.
type Layer struct {
	MediaType string
	Digest    digest.Digest
	Size      int64 // in bytes, as it is transferred
}

// Config is how an OCI image runs.
type Config struct {
	Created    time.Time
	Author     string
	User       string
	WorkingDir string
	Entrypoint []string
	Cmd        []string
	Env        []string
}

// Step is one in the making of an OCI image. An empty one made no layer.
type Step struct {
	Created time.Time
	By      string
	Comment string
	Empty   bool
}

// Referrer is something that was attached to an image: a signature, a list of contents.
type Referrer struct {
	ArtifactType string
	// Platform is that of the image in an index to which it was attached: "linux/amd64".
	Platform string
	Digest   digest.Digest
}

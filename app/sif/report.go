package sif

import "time"

// The formats of an image file.
const (
	FormatSIF      = "sif"
	FormatSquashfs = "squashfs" // Singularity 2.4 to 2.6, and bare squashfs
	FormatExt3     = "ext3"     // Singularity 2.0 to 2.3
)

// Report is what an image says about itself. All text is valid UTF-8 and within the
// bounds of limits.go; all of it is the sender's word, and none of it is verified.
type Report struct {
	Format string `json:"format"`
	// Arch is Go's name of the architecture, such as "amd64"; empty if unknown.
	Arch string `json:"arch,omitempty"`
	// ID is the SIF's UUID.
	ID string `json:"id,omitempty"`
	// Version is the SIF's specification version, such as "01".
	Version string `json:"version,omitempty"`
	// Launch is the first line, by which the image runs as a program.
	Launch   string    `json:"launch,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	// Encrypted tells that the root filesystem is encrypted; it is then not read.
	Encrypted bool `json:"encrypted,omitempty"`
	// Compression is that of the root filesystem: gzip, lzma, lzo, xz, lz4 or zstd.
	Compression string      `json:"compression,omitempty"`
	Objects     []Object    `json:"objects,omitempty"`
	Signatures  []Signature `json:"signatures,omitempty"`
	// Definition is the recipe that the image was built from.
	Definition string `json:"definition,omitempty"`
	Metadata
	Apps []App `json:"apps,omitempty"`
	// Notes are sentences for people: which text was cut at its bound, what could not be
	// read and why, what in the image contradicts itself. Nothing is missing silently.
	Notes []string `json:"notes,omitempty"`
}

// Metadata is what an image, or one app in it, says about how it is used.
type Metadata struct {
	Labels map[string]string `json:"labels,omitempty"`
	// Environment holds the scripts which set the environment, in the order they run.
	Environment []Script `json:"environment,omitempty"`
	Runscript   string   `json:"runscript,omitempty"`
	Startscript string   `json:"startscript,omitempty"`
	Test        string   `json:"test,omitempty"`
	Help        string   `json:"help,omitempty"`
}

// App is one app of the Scientific Filesystem (SCIF).
type App struct {
	Name string `json:"name"`
	Metadata
}

// Script is a file with a text that a shell reads.
type Script struct {
	Path string `json:"path"` // within the image: "/.singularity.d/env/90-environment.sh"
	Text string `json:"text"`
}

// Object is one data object of a SIF, in the words of `apptainer sif list`.
type Object struct {
	ID    uint32 `json:"id"`
	Group uint32 `json:"group,omitempty"`
	// Link is the object, or with LinkIsGroup the group, that this one is about; 0 is none.
	Link        uint32 `json:"link,omitempty"`
	LinkIsGroup bool   `json:"link_is_group,omitempty"`
	// Type is "Def.FILE", "FS", "Signature", "JSON.Generic" and so on.
	Type   string `json:"type"`
	Name   string `json:"name,omitempty"`
	Offset int64  `json:"offset"` // from the start of the file, in bytes
	Size   int64  `json:"size"`   // in bytes
	// Filesystem ("Squashfs"), Partition ("*System") and Arch ("amd64") are a partition's.
	Filesystem string `json:"filesystem,omitempty"`
	Partition  string `json:"partition,omitempty"`
	Arch       string `json:"arch,omitempty"`
	// Hash ("SHA-256") and Entity, the signer's fingerprint in hexadecimal, are a signature's.
	Hash   string `json:"hash,omitempty"`
	Entity string `json:"entity,omitempty"`
	// Digest is that of an object which holds an OCI blob.
	Digest string `json:"digest,omitempty"`
}

// Signature is a signature in the image. That it is listed says nothing about whether
// it verifies.
type Signature struct {
	Object uint32 `json:"object"` // the ID of the object that holds the signature
	// Fingerprint is the one that the signature names, in upper case hexadecimal; empty if none.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Format is "PGP" (clear-signed), "DSSE" or empty if it is neither.
	Format string `json:"format,omitempty"`
	Hash   string `json:"hash,omitempty"`
	// Group is the group that it signs, and Signs the IDs of the objects that it covers if
	// all is as it should be; a signature that covers one object has no group.
	Group uint32   `json:"group,omitempty"`
	Signs []uint32 `json:"signs,omitempty"`
}

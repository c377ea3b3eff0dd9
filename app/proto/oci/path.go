package oci

import (
	"strings"

	"sregistry/app/ref"
)

// noun is what a path under /v2/ is the address of.
type noun uint8

const (
	nothing   noun = iota
	base           // /v2/
	blob           // /v2/<name>/blobs/<digest>
	uploads        // /v2/<name>/blobs/uploads/
	upload         // /v2/<name>/blobs/uploads/<id>
	manifest       // /v2/<name>/manifests/<reference>
	tags           // /v2/<name>/tags/list
	referrers      // /v2/<name>/referrers/<digest>
	catalog        // /v2/_catalog
	token          // /v2/_token: not the specification's; see token.go
)

// named reports whether an address of the noun has a repository's name in it.
func (n noun) named() bool { return n != base && n != catalog && n != token }

// target is what a request is about.
type target struct {
	name ref.Path // as the client wrote it
	last string   // the digest, reference or id; not checked yet
}

// locate takes a path apart, from its end: a name may have any word in it, even "blobs".
func locate(path string) (n noun, name, last string) {
	rest := strings.TrimPrefix(path, prefix)
	switch rest { // no name begins with "_"
	case "":
		return base, "", ""
	case "_catalog":
		return catalog, "", ""
	case "_token":
		return token, "", ""
	}
	if name, ok := strings.CutSuffix(strings.TrimSuffix(rest, "/"), "/blobs/uploads"); ok {
		return uploads, name, ""
	}
	slash := strings.LastIndexByte(rest, '/')
	if slash < 0 {
		return nothing, "", ""
	}
	rest, last = rest[:slash], rest[slash+1:]
	if name, ok := strings.CutSuffix(rest, "/blobs/uploads"); ok {
		return upload, name, last
	}
	if name, ok := strings.CutSuffix(rest, "/blobs"); ok {
		return blob, name, last
	}
	if name, ok := strings.CutSuffix(rest, "/manifests"); ok {
		return manifest, name, last
	}
	if name, ok := strings.CutSuffix(rest, "/referrers"); ok {
		return referrers, name, last
	}
	if name, ok := strings.CutSuffix(rest, "/tags"); ok && last == "list" {
		return tags, name, ""
	}
	return nothing, "", ""
}

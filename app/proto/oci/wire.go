package oci

import (
	"encoding/json"

	"github.com/opencontainers/go-digest"
)

// tagList is the answer of end-8.
type tagList struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

// repositoryList is the answer of /v2/_catalog.
type repositoryList struct {
	Repositories []string `json:"repositories"`
}

// tokenAnswer is the answer of the token service; older clients read token, and newer ones
// access_token.
type tokenAnswer struct {
	Token       string `json:"token"`
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	IssuedAt    string `json:"issued_at"`  // RFC 3339
}

// referrerIndex is the answer of end-12: an index of the image specification.
type referrerIndex struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

// descriptor is the image specification's, with the annotations as they are kept.
type descriptor struct {
	MediaType    string          `json:"mediaType"`
	Digest       digest.Digest   `json:"digest"`
	Size         int64           `json:"size"`
	ArtifactType string          `json:"artifactType,omitempty"`
	Annotations  json.RawMessage `json:"annotations,omitempty"`
}

// failure is the specification's form of an error.
type failure struct {
	Errors []problem `json:"errors"`
}

type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Detail  detail `json:"detail"`
}

// detail is what the specification leaves to the registry: its own name for the kind of
// an error, which says more than the code.
type detail struct {
	Kind string `json:"kind"`
}

package hub

import "encoding/json"

// announcement is the first step of a push.
type announcement struct {
	Collection string `json:"collection"`
	Name       string `json:"name"`
	Tag        string `json:"tag"`
}

// announced is its answer: what to send as "collection" with the file.
type announced struct {
	CID string `json:"cid"`
}

// uploaded is the answer to the second step.
type uploaded struct {
	Message string `json:"message"` // the client prints it
	Version string `json:"version"`
}

// failure is the body of every answer that is not a success.
type failure struct {
	Detail  string `json:"detail"`
	Message string `json:"message,omitempty"`
}

// container is an image under a tag; alone it is called its manifest, and has an address
// to download it from.
type container struct {
	ID         int64           `json:"id"`
	Name       string          `json:"name"`
	Image      string          `json:"image,omitempty"`
	Tag        string          `json:"tag"`
	AddDate    string          `json:"add_date"`
	Metrics    struct{}        `json:"metrics"`
	Version    string          `json:"version"` // "sha256.<hex>" of the file
	Frozen     bool            `json:"frozen"`
	Metadata   json.RawMessage `json:"metadata"` // what is inside the image
	Collection string          `json:"collection"`
	// Commit is the version again. The shub:// clients file images in their cache by it,
	// and throw the whole cache away if it is empty.
	Commit string `json:"commit"`
	Size   int64  `json:"size"`
	Arch   string `json:"arch"`
	Digest string `json:"digest"` // of the OCI manifest
}

// collection is a collection with what is in it.
type collection struct {
	ID         int64           `json:"id"`
	Name       string          `json:"name"`
	AddDate    string          `json:"add_date"`
	ModifyDate string          `json:"modify_date"`
	Metadata   struct{}        `json:"metadata"`
	Containers []containerLink `json:"containers"`
}

// containerLink leads to a container. URI is what to pull it by.
type containerLink struct {
	Name   string `json:"name"`
	Tag    string `json:"tag"`
	URI    string `json:"uri"`
	Detail string `json:"detail"` // the address of its page
}

// label is a key and a value, and the images that bear it.
type label struct {
	Key        string   `json:"key"`
	Value      string   `json:"value"`
	Containers []string `json:"containers"`
}

// results is a part of a list.
type results[T any] struct {
	Count    int     `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  []T     `json:"results"`
}

// registryIdentity says what registry this is.
type registryIdentity struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	URL  string `json:"url"`
}

package templates

import (
	"net/url"

	"sregistry/app/ref"
)

// CollectionPath is the path of a collection's page:
// "/collections/{namespace}/{collection}".
func CollectionPath(c ref.Collection) string { return "/collections/" + c.Full() }

// ImagePath is the path of an image's page, by a tag or a dotted digest:
// "/containers/{namespace}/{collection}/{container}:{reference}". The container may hold
// further slashes; names and references have no character that a path would escape.
func ImagePath(c ref.Container, reference string) string {
	return "/containers/" + c.Full() + ":" + reference
}

// query writes one parameter of a URL's query.
func query(key, value string) string { return url.Values{key: {value}}.Encode() }

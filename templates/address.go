package templates

import (
	"net/url"
	"strconv"

	"sregistry/app/ref"
)

// CollectionPath is the path of a collection's page:
// "/collections/{namespace}/{collection}".
func CollectionPath(c ref.Collection) string { return "/collections/" + c.Full() }

// ContainerPath is the path of a container's page:
// "/containers/{namespace}/{collection}/{container}".
func ContainerPath(c ref.Container) string { return "/containers/" + c.Full() }

// ImagePath is the path of an image's page, by a tag or a dotted digest:
// "/containers/{namespace}/{collection}/{container}:{reference}". The container may hold
// further slashes; names and references have no character that a path would escape.
func ImagePath(c ref.Container, reference string) string { return ContainerPath(c) + ":" + reference }

// query writes the parameters of a URL's query, names and values in turn; what is empty is
// left out.
func query(words ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(words); i += 2 {
		if words[i+1] != "" {
			values.Set(words[i], words[i+1])
		}
	}
	return values.Encode()
}

// withQuery writes a path and its query.
func withQuery(path string, words ...string) string {
	if q := query(words...); q != "" {
		return path + "?" + q
	}
	return path
}

// number writes a number of a query; 0 is left out.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

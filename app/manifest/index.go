package manifest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Member is one image of an index that the registry makes itself.
type Member struct {
	MediaType string
	Digest    digest.Digest
	Size      int64 // of the manifest, in bytes
	Arch      string
}

// ForTag builds the index by which OCI clients see a tag that names image files for
// several architectures. The same members always give the same bytes.
func ForTag(members []Member) []byte {
	members = slices.SortedFunc(slices.Values(members), func(a, b Member) int { return strings.Compare(a.Arch, b.Arch) })
	index := v1.Index{MediaType: OCIIndex, Manifests: make([]v1.Descriptor, 0, len(members))}
	index.SchemaVersion = 2
	for _, m := range members {
		index.Manifests = append(index.Manifests, v1.Descriptor{
			MediaType: m.MediaType, Digest: m.Digest, Size: m.Size,
			Platform: &v1.Platform{Architecture: m.Arch, OS: "linux"},
		})
	}
	body, err := json.Marshal(index)
	if err != nil {
		panic("manifest: a struct of strings and numbers did not marshal: " + err.Error())
	}
	return body
}

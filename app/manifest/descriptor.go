package manifest

import (
	"bytes"
	"encoding/json"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/errs"
)

// The bounds of the annotations that are parsed: in text of four bytes one can be written that
// takes a hundred in memory. The others stay in the manifest, which is served as it was sent.
const (
	maxAnnotations     = 500
	maxAnnotationBytes = 128 << 10 // of all names and values
	// Those of one descriptor. Builders write some.
	maxMarks     = 16
	maxMarkBytes = 4 << 10
)

// annotations are those of a manifest.
type annotations struct {
	few  map[string]string // the first of them
	left int               // how many more there are
	all  []byte            // as they were sent
}

// UnmarshalJSON is json.Unmarshaler's.
func (a *annotations) UnmarshalJSON(text []byte) (err error) {
	a.few, a.left, err = fewAnnotations(text, maxAnnotations, maxAnnotationBytes)
	if len(a.few) > 0 || a.left > 0 {
		a.all = bytes.Clone(text)
	}
	return err
}

// marks are the annotations of a descriptor.
type marks map[string]string

// UnmarshalJSON is json.Unmarshaler's.
func (m *marks) UnmarshalJSON(text []byte) error {
	few, _, err := fewAnnotations(text, maxMarks, maxMarkBytes)
	*m = few
	return err
}

// fewAnnotations reads the first annotations of an object, as far as bounds go, and tells how
// many more there are. Errors: Invalid for anything but names and texts.
func fewAnnotations(text []byte, most, size int) (few map[string]string, left int, err error) {
	bad := errs.E("manifest.fewAnnotations", errs.Invalid, "The manifest has annotations that are not names with texts.")
	from := json.NewDecoder(bytes.NewReader(text))
	first, err := from.Token()
	if err != nil || first == nil {
		return nil, 0, err
	}
	if first != json.Delim('{') {
		return nil, 0, bad
	}
	few = map[string]string{}
	for from.More() {
		name, err := from.Token()
		if err != nil {
			return nil, 0, err
		}
		value, err := from.Token()
		if err != nil {
			return nil, 0, err
		}
		n, okName := name.(string)
		v, okValue := value.(string)
		if !okName || !okValue && value != nil {
			return nil, 0, bad
		}
		if size -= len(n) + len(v); size < 0 || len(few) == most {
			size = -1 // or a short one would come after a long one that was left out
			left++
			continue
		}
		few[n] = v
	}
	return few, left, nil
}

// descriptor is as much of a descriptor as anybody here asks for.
type descriptor struct {
	MediaType    string        `json:"mediaType"`
	Digest       digest.Digest `json:"digest"`
	Size         int64         `json:"size"`
	ArtifactType string        `json:"artifactType"`
	Annotations  marks         `json:"annotations"`
	Platform     *struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
	} `json:"platform"`
}

func (d descriptor) plain() v1.Descriptor {
	p := v1.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, ArtifactType: d.ArtifactType, Annotations: d.Annotations}
	if d.Platform != nil {
		p.Platform = &v1.Platform{OS: d.Platform.OS, Architecture: d.Platform.Architecture, Variant: d.Platform.Variant}
	}
	return p
}

// descriptors is a list of no more than may be: a short text can be a long list, each of
// whose elements takes two hundred bytes.
type descriptors []v1.Descriptor

// UnmarshalJSON is json.Unmarshaler's. Errors: Invalid for too long a list.
func (l *descriptors) UnmarshalJSON(text []byte) error {
	const op = "manifest.descriptors"
	from := json.NewDecoder(bytes.NewReader(text))
	first, err := from.Token()
	if err != nil || first == nil {
		return err
	}
	if first != json.Delim('[') {
		return errs.E(op, errs.Invalid, "The manifest has something else where a list belongs.")
	}
	*l = descriptors{}
	for from.More() {
		if len(*l) == maxDescriptors {
			return errs.E(op, errs.Invalid, "The manifest names too many things; at most %d are allowed.", maxDescriptors)
		}
		var d descriptor
		if err := from.Decode(&d); err != nil {
			return err
		}
		*l = append(*l, d.plain())
	}
	return nil
}

package manifest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"sregistry/app/errs"
)

// fields are the names by which clients read a manifest. Some clients take the first of two
// fields with one name and some the last, and Go's take "Layers" for "layers": a manifest in
// which a name stands twice is one image to one client and another to the next.
var fields = []string{"schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations", "fsLayers",
	"digest", "size", "urls", "data", "platform", "architecture", "os", "variant"}

// CheckFields refuses a manifest with a field that stands twice in one object; Parse was
// able to read it. Annotations may have any names. Errors: Invalid.
func CheckFields(body []byte) error {
	const op = "manifest.CheckFields"
	type object struct {
		seen  uint32 // bits, in the order of fields
		list  bool   // it is a list
		value bool   // a value comes next, not a name
		free  bool   // it is within annotations
	}
	var open []object
	var name string
	for from := json.NewDecoder(bytes.NewReader(body)); ; {
		token, err := from.Token()
		if err != nil {
			return nil // the end: it was decoded before
		}
		last := len(open) - 1
		if last >= 0 && !open[last].list && !open[last].value {
			if text, ok := token.(string); ok {
				at := slices.IndexFunc(fields, func(f string) bool { return strings.EqualFold(f, text) })
				if at >= 0 && !open[last].free {
					if open[last].seen&(1<<at) != 0 {
						return errs.E(op, errs.Invalid, "The manifest has the field %q more than once in one object.", fields[at])
					}
					open[last].seen |= 1 << at
				}
				open[last].value, name = true, text
				continue
			}
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			free := last >= 0 && (open[last].free || !open[last].list && strings.EqualFold(name, "annotations"))
			open = append(open, object{list: token == json.Delim('['), free: free})
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:last]
		}
		if last = len(open) - 1; last >= 0 {
			open[last].value = false
		}
	}
}

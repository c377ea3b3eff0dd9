package templates

import "sregistry/app/model"

// Labels is the page of all keys of labels: GET /labels.
type Labels struct {
	Page
	// Keys are those in images that the viewer may see, with the number of those images.
	Keys []model.LabelCount
	// More is the address of the list's next part; empty at its end.
	More string
}

// Label is the page of the values that a key has: GET /labels/{key}.
type Label struct {
	Page
	// Key is what is shown.
	Key string
	// Values are those in images that the viewer may see, with the number of those images.
	Values []model.LabelCount
	// More is the address of the list's next part; empty at its end.
	More string
}

package oci

// tagList is the answer of end-8.
type tagList struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
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

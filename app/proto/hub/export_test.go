package hub

import (
	"io"
	"net/http"
)

// The parsers, for fuzzing.
var (
	NormalPath      = normalPath
	NormalTag       = normalTag
	ParseLabelQuery = parseLabelQuery
)

// ParseName gives the parts of a name.
func ParseName(text string) (collection, container, tag, version string) {
	n := parseName(text)
	return n.collection, n.container, n.tag, n.version
}

// ReadForm gives the fields of a form, and its file once it has ended well.
func ReadForm(r *http.Request) (fields map[string]string, file []byte, err error) {
	f, err := readForm(r)
	if err != nil {
		return nil, nil, err
	}
	file, err = io.ReadAll(f)
	return f.fields, file, err
}

// DiscardForm reads a form to its end and gives the length of its file.
func DiscardForm(r *http.Request) (int64, error) {
	f, err := readForm(r)
	if err != nil {
		return 0, err
	}
	return io.CopyBuffer(io.Discard, struct{ io.Reader }{f}, make([]byte, readAhead))
}

package templates

import (
	"sregistry/app/ref"
)

// Upload is the page to send image files from: GET /upload, with the query's collection
// and container filled in.
//
// Without script it is one form with one file: POST /uploads/file with the fields
// collection, container, tag and file, the file last. With it, files go in parts, several
// at once, and can be resumed after a break; see static/js/upload.js.
type Upload struct {
	Page
	// Collections are those to which the viewer may push, to be suggested.
	Collections []ref.Collection
	// Form is what the form shows.
	Form UploadForm
	// Problems are about collection, container, tag, or the whole.
	Problems Problems
}

// UploadForm is what the upload form holds besides the file.
type UploadForm struct{ Collection, Container, Tag string }

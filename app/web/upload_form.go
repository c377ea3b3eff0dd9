package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/ref"
	"sregistry/templates"
)

// maxFormField bounds a field of the upload form other than the file, in bytes.
const maxFormField = 1024

// uploadFile is POST /uploads/file: the form of the upload page as browsers without script
// send it (RFC 7578), one file in one go. The fields come before the file, which streams.
func (s *Site) uploadFile(c echo.Context) error {
	const op = "web.uploadFile"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	form, file, err := readUploadForm(c.Request())
	if err != nil {
		return errs.Wrap(op, err)
	}
	want := uploadTarget{Container: form.Collection + "/" + form.Container, Tag: form.Tag}
	path, tag, err := want.name()
	if isAbout(err) {
		field := "container"
		if _, wrong := ref.ParseTag(form.Tag); wrong != nil {
			field = "tag"
		}
		return s.showUpload(c, http.StatusUnprocessableEntity, actor, form, templates.Problems{field: errs.Message(err)})
	}
	i, err := s.registry.Push(c.Request().Context(), actor, path, tag, file)
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Frozen, errs.Forbidden, errs.Conflict:
		return s.showUpload(c, http.StatusUnprocessableEntity, actor, form, templates.Problems{"": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, templates.ImagePath(i.Container, i.Tag), "Image "+i.Title()+" uploaded.")
}

// readUploadForm reads the fields before the file, and stops at the file. Errors: Invalid.
func readUploadForm(r *http.Request) (templates.UploadForm, io.Reader, error) {
	const op = "web.readUploadForm"
	var form templates.UploadForm
	parts, err := r.MultipartReader()
	if err != nil {
		return form, nil, errs.Because(op, errs.Invalid, err, "The form arrived incomplete. Send it again.")
	}
	fields := map[string]*string{"collection": &form.Collection, "container": &form.Container, "tag": &form.Tag}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, nil, errs.E(op, errs.Invalid, "No file was sent. Choose a file.")
		}
		if err != nil {
			return form, nil, errs.Because(op, errs.Invalid, err, "The form arrived incomplete. Send it again.")
		}
		if part.FormName() == "file" {
			return form, part, nil
		}
		text, err := readField(part)
		if err != nil {
			return form, nil, err
		}
		if into := fields[part.FormName()]; into != nil {
			*into = strings.TrimSpace(text)
		}
	}
}

func readField(part *multipart.Part) (string, error) {
	const op = "web.readField"
	text, err := io.ReadAll(io.LimitReader(part, maxFormField+1))
	if err != nil {
		return "", errs.Because(op, errs.Invalid, err, "The form arrived incomplete. Send it again.")
	}
	if len(text) > maxFormField {
		return "", errs.E(op, errs.TooLarge, "The field %q is longer than %d bytes. Shorten it.", part.FormName(), maxFormField)
	}
	return string(text), nil
}

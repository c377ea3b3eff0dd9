package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// Uploads are the addresses to which the script of the upload page sends files, in parts
// that can be resumed. They are to be mounted as Pages are, but with UploadErrors.
//
// An upload is begun by a POST, which gives its address; PATCH sends a part, which begins
// where the header Upload-Offset says; GET tells how far it is; POST to its address makes
// an image of it, and DELETE gives it up. The server finds the digest: a browser has no
// way to hash a large file as it reads it.
func (s *Site) Uploads() []httpx.Route {
	return withHead([]httpx.Route{
		{Method: http.MethodPost, Path: "/uploads", Action: "begin upload", Handler: s.beginUpload},
		{Method: http.MethodGet, Path: "/uploads/:id", Action: "upload", Handler: s.uploadState},
		{Method: http.MethodPatch, Path: "/uploads/:id", Action: "upload", Handler: s.appendUpload},
		{Method: http.MethodPost, Path: "/uploads/:id", Action: "push", Handler: s.finishUpload},
		{Method: http.MethodDelete, Path: "/uploads/:id", Action: "cancel upload", Handler: s.cancelUpload},
	})
}

// offsetHeader tells where in the file a part begins.
const offsetHeader = "Upload-Offset"

type (
	// uploadTarget is what is to become of an upload.
	uploadTarget struct {
		Container string `json:"container"` // as somebody typed it: "lab/hello"
		Tag       string `json:"tag"`
		Size      int64  `json:"size"` // of the whole file, in bytes
	}
	// uploadStep is how far an upload is.
	uploadStep struct {
		Address string `json:"address"`
		Offset  int64  `json:"offset"`
	}
	// uploadEnd is the image that came of an upload.
	uploadEnd struct {
		Image  string `json:"image"`  // "lab/hello:latest"
		Page   string `json:"page"`   // its address
		Digest string `json:"digest"` // of the file
	}
)

// beginUpload is POST /uploads. All that can be refused by name is refused here, before a
// byte is sent.
func (s *Site) beginUpload(c echo.Context) error {
	const op = "web.beginUpload"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var want uploadTarget
	if err := httpx.ReadJSON(c, &want); err != nil {
		return errs.Wrap(op, err)
	}
	path, tag, err := want.name()
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx := c.Request().Context()
	if err := s.registry.AuthorizePush(ctx, actor, path, tag); err != nil {
		return errs.Wrap(op, err)
	}
	up, err := s.registry.BeginUpload(ctx, actor, path, registry.Announcement{Bytes: max(want.Size, 0)})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return step(c, http.StatusCreated, path, up)
}

// uploadState is GET /uploads/{id}.
func (s *Site) uploadState(c echo.Context) error {
	const op = "web.uploadState"
	path, err := ref.ParsePath(c.QueryParam("container"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	up, err := s.registry.Upload(c.Request().Context(), httpx.Actor(c), path, c.Param("id"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return step(c, http.StatusOK, path, up)
}

// appendUpload is PATCH /uploads/{id}. What has come is kept even if the line breaks.
func (s *Site) appendUpload(c echo.Context) error {
	const op = "web.appendUpload"
	path, err := ref.ParsePath(c.QueryParam("container"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	offset, err := strconv.ParseInt(c.Request().Header.Get(offsetHeader), 10, 64)
	if err != nil || offset < 0 {
		return errs.E(op, errs.Invalid, "The header %s must give the offset of this part in the file.", offsetHeader)
	}
	up, err := s.registry.AppendUpload(c.Request().Context(), httpx.Actor(c), path, c.Param("id"), offset, c.Request().Body)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return step(c, http.StatusOK, path, up)
}

// finishUpload is POST /uploads/{id}.
func (s *Site) finishUpload(c echo.Context) error {
	const op = "web.finishUpload"
	var want uploadTarget
	if err := httpx.ReadJSON(c, &want); err != nil {
		return errs.Wrap(op, err)
	}
	path, tag, err := want.name()
	if err != nil {
		return errs.Wrap(op, err)
	}
	i, err := s.registry.FinishPush(c.Request().Context(), httpx.Actor(c), path, c.Param("id"), want.Size, tag)
	if err != nil {
		return errs.Wrap(op, err)
	}
	httpx.Set(c, "digest", i.Content)
	return unstored(c, http.StatusOK, uploadEnd{i.Title(), templates.ImagePath(i.Container, i.Tag), string(i.Content)})
}

// cancelUpload is DELETE /uploads/{id}.
func (s *Site) cancelUpload(c echo.Context) error {
	const op = "web.cancelUpload"
	path, err := ref.ParsePath(c.QueryParam("container"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.registry.CancelUpload(c.Request().Context(), httpx.Actor(c), path, c.Param("id")); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// name reads where an upload is to go.
func (t uploadTarget) name() (ref.Path, string, error) {
	const op = "web.uploadTarget"
	path, err := ref.ParsePath(t.Container)
	if err != nil {
		return path, "", errs.Wrap(op, err)
	}
	tag, err := ref.ParseTag(t.Tag)
	return path, tag, errs.Wrap(op, err)
}

// step answers with how far an upload is.
func step(c echo.Context, status int, path ref.Path, up registry.Upload) error {
	address := "/uploads/" + up.ID + "?" + url.Values{"container": {path.String()}}.Encode()
	return unstored(c, status, uploadStep{address, up.Offset})
}

// unstored answers with JSON that no cache may keep.
func unstored(c echo.Context, status int, answer any) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.JSON(c, status, answer)
}

// uploadProblem is the answer to an upload that cannot go on so.
type uploadProblem struct {
	Kind    string `json:"kind"`    // by which the script knows what to do
	Message string `json:"message"` // a sentence for the person before it
}

// UploadErrors is the httpx.ErrorRenderer of Uploads.
func (s *Site) UploadErrors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	message := httpx.Message(c, err)
	if kind == errs.Unauthenticated {
		message = "Your session has ended. Sign in again in another tab, then resume here. Uploaded data is kept."
	}
	return unstored(c, httpx.Status(kind), uploadProblem{kind.String(), message})
}

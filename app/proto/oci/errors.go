package oci

import (
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// codes are the specification's codes for kinds that have one whatever was asked for.
var codes = map[errs.Kind]string{
	errs.Internal:        "UNKNOWN",
	errs.DigestInvalid:   "DIGEST_INVALID",
	errs.RangeInvalid:    "BLOB_UPLOAD_INVALID",
	errs.Unauthenticated: "UNAUTHORIZED",
	errs.Forbidden:       "DENIED",
	errs.Frozen:          "DENIED",
	errs.Conflict:        "DENIED",
	errs.TooLarge:        "SIZE_INVALID",
	errs.RateLimited:     "TOOMANYREQUESTS",
	errs.Unsupported:     "UNSUPPORTED",
	errs.BlobUnknown:     "MANIFEST_BLOB_UNKNOWN",
	errs.OverQuota:       "DENIED",
}

// invalid and unknown are its codes for the kinds Invalid and NotFound. A repository that
// is missing and a thing that is missing in it have the same code, since one must not be
// told from the other by those who may see neither.
var (
	invalid = map[noun]string{blob: "DIGEST_INVALID", uploads: "BLOB_UPLOAD_INVALID", upload: "BLOB_UPLOAD_INVALID",
		manifest: "MANIFEST_INVALID", tags: "NAME_INVALID", referrers: "DIGEST_INVALID", catalog: "NAME_INVALID", token: "UNSUPPORTED"}
	unknown = map[noun]string{nothing: "UNSUPPORTED", blob: "BLOB_UNKNOWN", uploads: "NAME_UNKNOWN", upload: "BLOB_UPLOAD_UNKNOWN",
		manifest: "MANIFEST_UNKNOWN", tags: "NAME_UNKNOWN", referrers: "NAME_UNKNOWN"}
)

// codedError is an error with a code of its own.
type codedError struct {
	error
	code string
}

func (e *codedError) Unwrap() error { return e.error }

// coded gives an error another code than that of its kind.
func coded(code string, err error) error { return &codedError{err, code} }

// Errors answers a request that failed as the specification has it.
func Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	if kind == errs.Unauthenticated {
		if challenge, ok := c.Get(challengeKey).(func() string); ok {
			c.Response().Header().Set(echo.HeaderWWWAuthenticate, challenge())
		}
	}
	return httpx.JSON(c, httpx.Status(kind), failure{[]problem{{
		Code: codeOf(c.Request().URL.Path, kind, err), Message: httpx.Message(c, err), Detail: detail{kind.String()}}}})
}

func codeOf(path string, kind errs.Kind, err error) string {
	if e, ok := errors.AsType[*codedError](err); ok {
		return e.code
	}
	noun, _, _ := locate(path)
	code := codes[kind]
	switch {
	case kind == errs.RangeInvalid && noun == blob:
		code = "RANGE_INVALID" // Docker's: of a download, and not of an upload
	case kind == errs.Invalid:
		code = invalid[noun]
	case kind == errs.NotFound:
		code = unknown[noun]
	}
	if code == "" {
		return strings.ToUpper(kind.String())
	}
	return code
}

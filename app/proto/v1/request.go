package v1

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
)

// param gives a segment of the path as it was meant. Echo matches against the path as it
// was sent if it has an escape that matters, such as "%2F", and does not unescape then.
// The last parameter of a route would swallow further segments too.
func param(c echo.Context, name string) (string, error) {
	text := c.Param(name)
	if strings.Contains(text, "/") {
		return "", errs.E("v1.param", errs.NotFound, "There is nothing at this address; write the slashes of a name as %%2F.")
	}
	if c.Request().URL.RawPath == "" {
		return text, nil
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return "", errs.E("v1.param", errs.Invalid, "The address has a broken escape in its %s.", name)
	}
	return plain, nil
}

// pathParam reads the name of a collection or container.
func pathParam(c echo.Context, name string) (ref.Path, error) {
	text, err := param(c, name)
	if err != nil {
		return ref.Path{}, err
	}
	return ref.ParsePath(text)
}

// numberParam reads the id of something that is known by a number only.
func numberParam(c echo.Context, name string) (int64, error) {
	text, err := param(c, name)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errs.E("v1.numberParam", errs.Invalid, "A %s is named by its id, a number.", name)
	}
	return id, nil
}

// tagParam reads the name of a container and a tag in it.
func tagParam(c echo.Context) (ref.Path, string, error) {
	path, err := pathParam(c, "container")
	if err != nil {
		return path, "", err
	}
	text, err := param(c, "tag")
	if err != nil {
		return path, "", err
	}
	tag, err := ref.ParseTag(text)
	return path, tag, err
}

// imageParam reads the name of a container and a tag or digest in it.
func imageParam(c echo.Context) (ref.Path, ref.Reference, error) {
	path, err := pathParam(c, "container")
	if err != nil {
		return path, ref.Reference{}, err
	}
	text, err := param(c, "reference")
	if err != nil {
		return path, ref.Reference{}, err
	}
	r, err := ref.ParseReference(text)
	return path, r, err
}

// digestParam reads the name of a container and a digest in it.
func digestParam(c echo.Context) (ref.Path, digest.Digest, error) {
	path, err := pathParam(c, "container")
	if err != nil {
		return path, "", err
	}
	text, err := param(c, "reference")
	if err != nil {
		return path, "", err
	}
	d, err := ref.ParseDigest(text)
	return path, d, err
}

// pathQuery reads a name of the query; absent is the empty path.
func pathQuery(c echo.Context, name string) (ref.Path, error) {
	text := c.QueryParam(name)
	if text == "" {
		return ref.Path{}, nil
	}
	return ref.ParsePath(text)
}

// timeQuery reads a moment of the query; absent is the zero time.
func timeQuery(c echo.Context, name string) (time.Time, error) {
	text := c.QueryParam(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, errs.E("v1.timeQuery", errs.Invalid, "%s is a time such as 2026-01-31T12:00:00Z.", name)
	}
	return at, nil
}

// flagQuery reads a yes or no of the query; absent is no.
func flagQuery(c echo.Context, name string) (bool, error) {
	text := c.QueryParam(name)
	if text == "" {
		return false, nil
	}
	yes, err := strconv.ParseBool(text)
	if err != nil {
		return false, errs.E("v1.flagQuery", errs.Invalid, "%s is true or false.", name)
	}
	return yes, nil
}

// maxLife bounds what may be asked for as a time to live, far beyond what the core
// allows, so that the seconds fit into a Duration.
const maxLife = 100 * 365 * 24 * time.Hour

// life reads an expires_in.
func life(seconds int64) (time.Duration, error) {
	if seconds < 0 || seconds > int64(maxLife/time.Second) {
		return 0, errs.E("v1.life", errs.Invalid, "expires_in is a number of seconds, from 0 to %d.", int64(maxLife/time.Second))
	}
	return time.Duration(seconds) * time.Second, nil
}

// readExpiry reads how long a link shall live. Without a body it is 0, which leaves it to
// the core.
func readExpiry(c echo.Context) (time.Duration, error) {
	if c.Request().ContentLength == 0 {
		return 0, nil
	}
	var in api.Expiry
	if err := httpx.ReadJSON(c, &in); err != nil {
		return 0, err
	}
	return life(in.ExpiresIn)
}

// missing refuses a body without a field that has no sensible default.
func missing(field string) error {
	return errs.E("v1.missing", errs.Invalid, "The field %s is missing.", field)
}

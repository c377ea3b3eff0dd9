package hub

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// dateLayout is ISO 8601 with microseconds, as the clients' own models read it.
const dateLayout = "2006-01-02T15:04:05.000000Z07:00"

func date(at time.Time) string { return at.Format(dateLayout) }

// describe answers GET /api/registry/identity.
func (d *door) describe(c echo.Context) error {
	at := d.Address.Public
	return httpx.JSON(c, http.StatusOK, registryIdentity{Name: d.Registry.Settings().Name, ID: at.Hostname(), URL: at.String()})
}

// address gives the absolute address of something of this registry.
func (d *door) address(parts ...string) string {
	return d.Address.Public.JoinPath(parts...).String()
}

// container writes an image down.
func (d *door) container(i model.Image) container {
	version := ref.Dotted(i.Known())
	return container{
		ID: i.ID, Name: i.Container.Container, Collection: collectionOf(i.Container), Tag: i.Tag,
		AddDate: date(i.Pushed), Frozen: i.Frozen, Version: version, Commit: version, Metadata: json.RawMessage("{}"),
		Size: i.Size, Arch: i.Arch, Digest: i.Digest.String(),
	}
}

// link writes down where an image is. A frozen one is named by its version, as it was by
// the original, where nothing could be pulled by that.
func (d *door) link(t model.ListedTag) containerLink {
	reference := t.Tag
	if t.Frozen != "" {
		reference = ref.Dotted(t.Frozen)
	}
	return containerLink{
		Name: t.Container.Container, Tag: t.Tag, URI: t.Container.String() + ":" + reference,
		Detail: d.address("containers", t.Container.Full()+":"+t.Tag),
	}
}

// collectionOf gives the collection's part of a container's shortest name, so that the
// two with a "/" between them name the container.
func collectionOf(c ref.Container) string {
	return strings.TrimSuffix(c.String(), "/"+c.Container)
}

package library

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// maxFound bounds what a search finds, the newest: the clients ask for no second page.
const maxFound = 300

// search is GET /v1/search?value=&arch=A,B&signed=. Only images are shown by the clients,
// each once with all its tags. With ?q= it is docker that asks.
func (d *door) search(c echo.Context) error {
	const op = "library.search"
	if asksAsDocker(c) {
		return d.searchForDocker(c)
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	if err := d.Registry.AuthorizeSearch(actor); err != nil {
		return errs.Wrap(op, err)
	}
	found, err := d.Registry.NewestImages(ctx, actor, searched(c.QueryParam("value")), c.QueryParam("signed") == "true", maxFound)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var arches []string
	if list := arch(c); list != "" {
		for _, name := range strings.Split(list, ",") {
			arches = append(arches, ref.Arch(name))
		}
	}
	results := searchResults{Entity: []entity{}, Collection: []collection{}, Container: []container{}, Image: []*image{}}
	once := map[string]*image{}
	for _, i := range found {
		if !listed(i) || arches != nil && i.Arch != "" && !slices.Contains(arches, i.Arch) {
			continue
		}
		if known := once[imageID(i)]; known != nil {
			known.Tags = append(known.Tags, i.Tag)
			continue
		}
		w := wireImage(i)
		if i.OCISIF && w.Description == "" {
			w.Description = "OCI-SIF" // to tell what not all clients can pull
		}
		once[w.ID] = w
		results.Image = append(results.Image, w)
	}
	return answer(c, results)
}

// listed reports whether a search shows an image: what is offered here, and OCI-SIFs, for
// which SingularityCE goes to the OCI door.
func listed(i model.Image) bool {
	return offered(i) || i.OCISIF && i.Digest.Algorithm() == digest.SHA256
}

// searched gives the words of a search. Who types "library://img" sends that, or "//img".
func searched(value string) string {
	return strings.TrimPrefix(strings.TrimPrefix(value, "library:"), "//")
}

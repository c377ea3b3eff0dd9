package library

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
)

// maxFound bounds what a search finds, the newest: the clients ask for no second page.
const maxFound = 300

// search is GET /v1/search?value=&arch=A,B&signed=. Only images are shown by the clients,
// each once with all its tags.
func (d *door) search(c echo.Context) error {
	const op = "library.search"
	found, err := d.Registry.NewestImages(c.Request().Context(), httpx.Actor(c), searched(c.QueryParam("value")), c.QueryParam("signed") == "true", maxFound)
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
		if !offered(i) || arches != nil && i.Arch != "" && !slices.Contains(arches, i.Arch) {
			continue
		}
		if known := once[imageID(i)]; known != nil {
			known.Tags = append(known.Tags, i.Tag)
			continue
		}
		w := wireImage(i)
		once[w.ID] = w
		results.Image = append(results.Image, w)
	}
	return answer(c, results)
}

// searched gives the words of a search. Who types "library://img" sends that, or "//img".
func searched(value string) string {
	return strings.TrimPrefix(strings.TrimPrefix(value, "library:"), "//")
}

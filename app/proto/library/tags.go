package library

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// maxTags bounds a list of tags, which the clients only read to say what they replace.
const maxTags = 5000

// archTags is GET /v2/tags/CONTAINER: an image's id for every architecture and tag. Where
// there is no tag yet, it is an empty object.
func (d *door) archTags(c echo.Context) error {
	const op = "library.archTags"
	list, err := d.listTags(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	byArch := map[string]map[string]string{}
	for _, t := range list {
		for _, i := range t.Images {
			if !offered(i) {
				continue
			}
			if byArch[i.Arch] == nil {
				byArch[i.Arch] = map[string]string{}
			}
			byArch[i.Arch][t.Name] = imageID(i)
		}
	}
	return answer(c, byArch)
}

// tags is GET /v1/tags/CONTAINER, of clients which know nothing of architectures: of
// several, they see the first.
func (d *door) tags(c echo.Context) error {
	const op = "library.tags"
	list, err := d.listTags(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	byTag := map[string]string{}
	for _, t := range list {
		if len(t.Images) > 0 && offered(t.Images[0]) {
			byTag[t.Name] = imageID(t.Images[0])
		}
	}
	return answer(c, byTag)
}

func (d *door) listTags(c echo.Context) ([]model.Tag, error) {
	container, err := parseContainerID(c.Param("container"))
	if err != nil {
		return nil, err
	}
	return model.Gather(maxTags, func(p model.Page) ([]model.Tag, string, error) {
		return d.Registry.Tags(c.Request().Context(), httpx.Actor(c), container.Path(), p)
	})
}

// setTag is POST /v1/tags/CONTAINER and POST /v2/tags/CONTAINER. The architecture is what
// the image says; a client that says another is mistaken.
func (d *door) setTag(c echo.Context) error {
	const op = "library.setTag"
	container, err := parseContainerID(c.Param("container"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	var body newTag
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return errs.Wrap(op, err)
	}
	tag, err := ref.ParseTag(body.Tag)
	if err != nil {
		return errs.Wrap(op, err)
	}
	u, err := parseImageID(body.ImageID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if u.container != container {
		return errs.E(op, errs.Invalid, "The image is in %s, not in %s; push it there.", u.container, container)
	}
	ctx, actor, path, reference := c.Request().Context(), httpx.Actor(c), container.Path(), ref.Reference{Digest: u.file}
	i, err := d.Registry.Image(ctx, actor, path, reference, "")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if body.Arch != "" && i.Arch != "" && ref.Arch(body.Arch) != i.Arch {
		return errs.E(op, errs.Invalid, "The image is for %s, not for %s.", i.Arch, errs.Clip(body.Arch))
	}
	if _, err := d.Registry.SetTag(ctx, actor, path, tag, reference); err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, struct{}{}) // 201 and 204 would be failures to the client
}

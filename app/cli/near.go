package cli

import (
	"context"
	"strings"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// maxNear is how many tags are named to somebody who asked for one that there is not.
const maxNear = 5

// near adds to the error of an image that was not found what there is beside it, as far as
// the user may see that. What is hidden from him stays so: the registry is asked as he
// would ask it.
func near(ctx context.Context, c *client.Client, name ref.URI, err error) error {
	if !errs.Is(err, errs.NotFound) || name.Reference.Tag == "" {
		return err
	}
	if there := beside(ctx, c, name); there != "" {
		return errs.E("cli.near", errs.NotFound, "%s %s", errs.Message(err), there)
	}
	return err
}

// beside tells in a sentence which tags a container has, or else where to look for the
// container.
func beside(ctx context.Context, c *client.Client, name ref.URI) string {
	container := name.Path.String()
	var tags []string
	for tag, err := range c.Tags(ctx, name.Path) {
		if err != nil || len(tags) > maxNear {
			break
		}
		if tag.Name == name.Reference.Tag {
			return "" // so it is about something else, such as the architecture
		}
		tags = append(tags, tag.Name)
	}
	switch {
	case len(tags) == 1:
		return container + " has the tag " + tags[0] + "."
	case len(tags) > maxNear:
		return "sregistry tags " + container + " lists those that there are."
	case len(tags) > 1:
		return container + " has the tags " + strings.Join(tags, ", ") + "."
	}
	if _, err := c.Collection(ctx, name.Path); err == nil {
		return container + " is a collection; sregistry list " + container + " shows what is in it."
	}
	at := strings.LastIndexByte(container, '/')
	if at < 0 {
		return ""
	}
	collection, err := ref.ParsePath(container[:at])
	if err == nil {
		_, err = c.Collection(ctx, collection)
	}
	if err != nil {
		return ""
	}
	return "sregistry list " + collection.String() + " shows what is in " + collection.String() + "."
}

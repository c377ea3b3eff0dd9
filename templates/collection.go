package templates

import "sregistry/app/model"

// Collection is the page of a collection: GET /collections/{namespace}/{collection}.
type Collection struct {
	Page
	// Collection is what is shown.
	Collection model.Collection
	// Containers are the collection's, with their tags, in the order to show.
	Containers []ContainerItem
	// More is the address of the list's next part; empty at its end.
	More string
	// Push is the line that pushes the first image here; empty if the viewer may not push.
	Push string
	// Manage says that the viewer may manage the collection, and so sees Grants.
	Manage bool
	// Grants are the roles that were given.
	Grants []model.Grant
}

// ContainerItem is a container in a list, with its tags, newest first. If they are fewer
// than the container has, the rest is counted.
type ContainerItem struct {
	Container model.Container
	Tags      []model.Tag
}

package templates

import "sregistry/app/model"

// Collection is the page of a collection: GET /collections/{namespace}/{collection}.
type Collection struct {
	Page
	// Collection is what is shown.
	Collection model.Collection
	// Containers are the collection's, with their tags, in the order to show.
	Containers []ContainerItem
	// Filter is what the names in the list have to hold, and Order how it is sorted.
	Filter string
	Order  model.Order
	// More is the address of the list's next part; empty at its end.
	More string
	// Push is the line that pushes the first image here; empty if the viewer may not push.
	Push string
	// Manage says that the viewer may manage the collection, and so sees Grants.
	Manage bool
	// Roles are the roles that were given.
	Roles []model.RoleAssignment
}

// ContainerItem is a container in a list, with its tags, newest first. If they are fewer
// than the container has, the rest is counted.
type ContainerItem struct {
	Container model.Container
	Tags      []model.Tag
}

// CollectionList is the path of a collection's page with its list filtered and sorted.
func CollectionList(c model.Collection, filter string, order model.Order) string {
	sorted := string(order)
	if order == model.ByName {
		sorted = ""
	}
	return withQuery(CollectionPath(c.Name), "filter", filter, "sort", sorted)
}

// longList is from how many containers a list can be filtered.
const longList = 10

// sorts reports whether there is anything to sort.
func (p Collection) sorts() bool { return p.Collection.Containers > 1 }

// filters reports whether the list is long enough to be filtered, or is already.
func (p Collection) filters() bool { return p.Collection.Containers >= longList || p.Filter != "" }

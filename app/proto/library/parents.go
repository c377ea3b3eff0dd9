package library

import (
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// Before a push, clients look for the entity, the collection and the container, and create
// what they do not find. To look is to read, with 404 for what is hidden and for what is
// not there; to create makes nothing, but asks whether the push may come, and is where a
// stranger is refused with a sentence.

// entity is GET /v1/entities/ENTITY: a user, a team or "library". Whether there is one is
// not told here: it is part of what the collection's answer says.
func (d *door) entity(c echo.Context) error {
	name := after(c, "/v1/entities/")
	if name == "" {
		name = ref.Library
	}
	return answerEntity(c, name)
}

// createEntity is POST /v1/entities. Users and teams do not come to be by a push; a client
// that asks all the same is refused when it comes to the collection.
func (d *door) createEntity(c echo.Context) error {
	var body newEntity
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return errs.Wrap("library.createEntity", err)
	}
	return answerEntity(c, body.Name)
}

func answerEntity(c echo.Context, name string) error {
	name, err := ref.ParseName(strings.ToLower(name))
	if err != nil {
		return errs.Wrap("library.answerEntity", err)
	}
	return answer(c, entity{ID: id(name), Name: name})
}

// collection is GET /v1/collections/ENTITY/COLLECTION.
func (d *door) collection(c echo.Context) error {
	const op = "library.collection"
	path, err := parseCollection(after(c, "/v1/collections/"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	found, err := d.Registry.Collection(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, wireCollection(found))
}

// createCollection is POST /v1/collections.
func (d *door) createCollection(c echo.Context) error {
	const op = "library.createCollection"
	var body newCollection
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return errs.Wrap(op, err)
	}
	entity, err := parseEntityID(body.Entity)
	if err != nil {
		return errs.Wrap(op, err)
	}
	name, err := ref.ParseName(strings.ToLower(body.Name))
	if err != nil {
		return errs.Wrap(op, err)
	}
	made := ref.Collection{Namespace: entity, Name: name}
	if err := d.Registry.AuthorizeCollectionPush(c.Request().Context(), httpx.Actor(c), made); err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, wireCollection(model.Collection{Name: made}))
}

// container is GET /v1/containers/ENTITY/COLLECTION/CONTAINER.
func (d *door) container(c echo.Context) error {
	const op = "library.container"
	path, err := parseName(after(c, "/v1/containers/"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	found, err := d.Registry.Container(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, wireContainer(found))
}

// createContainer is POST /v1/containers.
func (d *door) createContainer(c echo.Context) error {
	const op = "library.createContainer"
	var body newContainer
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return errs.Wrap(op, err)
	}
	parent, err := parseCollectionID(body.Collection)
	if err != nil {
		return errs.Wrap(op, err)
	}
	name, err := fullContainer(parent.Full() + "/" + strings.ToLower(body.Name))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.Registry.AuthorizeCollectionPush(c.Request().Context(), httpx.Actor(c), parent); err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, wireContainer(model.Container{Name: name}))
}

func wireCollection(c model.Collection) collection {
	return collection{ID: id(c.Name.Full()), Name: c.Name.Name, Description: c.Description, Entity: id(c.Name.Namespace),
		EntityName: c.Name.Namespace, Private: !c.Public, CreatedAt: c.Created, UpdatedAt: c.Updated}
}

func wireContainer(k model.Container) container {
	return container{ID: id(k.Name.Full()), Name: k.Name.Container, Collection: id(k.Name.Collection.Full()), CollectionName: k.Name.Name,
		Entity: id(k.Name.Namespace), EntityName: k.Name.Namespace, Private: !k.Public, ReadOnly: k.Frozen, DownloadCount: k.Pulls, CreatedAt: k.Created, UpdatedAt: k.Updated}
}

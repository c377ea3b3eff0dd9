package web

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/ref"
)

// namedCollection reads the collection that an address names, {namespace}/{collection}.
// Errors: Invalid.
func namedCollection(c echo.Context) (ref.Path, error) {
	return ref.ParsePath(c.Param("namespace") + "/" + c.Param("collection"))
}

// namedContainer reads a container of that collection, of which the handler has found the
// name in the rest of the address. Errors: Invalid.
func namedContainer(c echo.Context, name string) (ref.Path, error) {
	return ref.ParsePath(c.Param("namespace") + "/" + c.Param("collection") + "/" + name)
}

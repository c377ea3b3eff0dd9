// Package ref holds the names of things, parsed once at a door and values thereafter:
// Path (a name as it was written), Collection and Container (a name resolved), Tag, and
// digests. The grammar of a part is that of the OCI distribution specification.
//
// A written name may leave its namespace or collection out, and only the registry knows
// which first parts are namespaces; so a Path is resolved by the core, with Container
// or Collection, and nowhere else. The package may import errs only, and does no I/O.
package ref

import (
	"strings"

	"sregistry/app/errs"
)

// Library is the namespace of the registry itself, and Default the collection that
// every namespace has.
const (
	Library = "library"
	Default = "default"
)

// Path is the name of a container or a collection as somebody wrote it: one part or
// more. It is comparable; the zero value is not a name.
type Path struct{ text string }

// ParsePath reads a name without tag or digest, such as "lab/hello". Errors are Invalid
// and say which character is wrong, and where.
func ParsePath(s string) (Path, error) {
	const op = "ref.ParsePath"
	if len(s) > MaxPath {
		return Path{}, errs.E(op, errs.Invalid, "The name has %d characters; at most %d are allowed.", len(s), MaxPath)
	}
	for _, part := range strings.Split(s, "/") {
		if err := checkPart(op, "The name", part); err != nil {
			return Path{}, err
		}
	}
	return Path{s}, nil
}

// String gives the name as it was written.
func (p Path) String() string { return p.text }

// First gives the first part, by which the core decides how the rest is read.
func (p Path) First() string {
	first, _, _ := strings.Cut(p.text, "/")
	return first
}

// Container resolves the path of a container; namespace reports whether its first part is
// a namespace. One part is in library/default; X/Y is Y in the default collection of the
// namespace X, or else in the registry's collection X; whatever follows the collection is
// the container's name, so that deep OCI repositories have a place.
func (p Path) Container(namespace bool) Container {
	first, rest, more := strings.Cut(p.text, "/")
	if !more {
		return Container{Collection{Library, Default}, first}
	}
	if !namespace {
		return Container{Collection{Library, first}, rest}
	}
	second, third, more := strings.Cut(rest, "/")
	if !more {
		return Container{Collection{first, Default}, second}
	}
	return Container{Collection{first, second}, third}
}

// Collection resolves the path of a collection. One part is the default collection of a
// namespace, or else a collection of the registry; two parts are namespace and collection.
// Errors: Invalid for more than two parts.
func (p Path) Collection(namespace bool) (Collection, error) {
	first, second, more := strings.Cut(p.text, "/")
	switch {
	case strings.Contains(second, "/"):
		return Collection{}, errs.E("ref.Collection", errs.Invalid,
			"%q is not the name of a collection; write COLLECTION or NAMESPACE/COLLECTION.", p.text)
	case more:
		return Collection{first, second}, nil
	case namespace:
		return Collection{first, Default}, nil
	}
	return Collection{Library, first}, nil
}

// Collection is the full name of a collection. It is comparable; the zero value is none.
type Collection struct{ Namespace, Name string }

// String gives the shortest name that every door understands: "gromacs" for a collection
// of the registry, "alice/tools" for another's.
func (c Collection) String() string {
	switch {
	case c.Name == Default:
		return c.Namespace
	case c.Namespace == Library:
		return c.Name
	}
	return c.Full()
}

// Full gives both parts: "library/gromacs".
func (c Collection) Full() string { return c.Namespace + "/" + c.Name }

// Path gives the full name as a path, which resolves to c again.
func (c Collection) Path() Path { return Path{c.Full()} }

// Container is the full name of a container. It is comparable; the zero value is none.
type Container struct {
	Collection
	Container string
}

// String gives the shortest name that every door understands: "lab/hello",
// "alice/samtools", "alice/tools/samtools", "library/samtools".
func (c Container) String() string {
	if c.Container == "" {
		return c.Collection.String()
	}
	deep := strings.Contains(c.Container, "/")
	switch {
	case c.Name == Default && !deep:
		return c.Namespace + "/" + c.Container
	case c.Namespace == Library && c.Name != Default:
		return c.Name + "/" + c.Container
	}
	return c.Full()
}

// Full gives all parts: "library/lab/hello".
func (c Container) Full() string {
	if c.Container == "" {
		return c.Collection.Full()
	}
	return c.Collection.Full() + "/" + c.Container
}

// Path gives the full name as a path, which resolves to c again.
func (c Container) Path() Path { return Path{c.Full()} }

package library

import (
	"encoding/base64"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// An id is the full name of what it stands for, in letters that may stand in an address:
// of an entity, a collection, a container, or "CONTAINER@HEX" of an image file, with its
// description behind a blank if it has one. So a client can be told the id of what does not
// exist yet, and nothing need be kept of a push that never comes. An id gives no right;
// the core is asked each time.

func id(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

func imageID(i model.Image) string {
	return upload{i.Container, i.Known(), i.Description}.id()
}

// upload is an image as its id names it: a file that is, or is to be, in a container.
type upload struct {
	container   ref.Container
	file        digest.Digest
	description string
}

func (u upload) id() string {
	name := u.container.Full() + "@" + u.file.Encoded()
	if u.description != "" {
		name += " " + u.description
	}
	return id(name)
}

func parseEntityID(text string) (string, error) {
	const op = "library.parseEntityID"
	name, err := decode(text)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	name, err = ref.ParseName(name)
	return name, errs.Wrap(op, err)
}

func parseCollectionID(text string) (ref.Collection, error) {
	const op = "library.parseCollectionID"
	name, err := decode(text)
	if err != nil {
		return ref.Collection{}, errs.Wrap(op, err)
	}
	return fullCollection(name)
}

func parseContainerID(text string) (ref.Container, error) {
	const op = "library.parseContainerID"
	name, err := decode(text)
	if err != nil {
		return ref.Container{}, errs.Wrap(op, err)
	}
	return fullContainer(name)
}

func parseImageID(text string) (upload, error) {
	const op = "library.parseImageID"
	name, err := decode(text)
	if err != nil {
		return upload{}, errs.Wrap(op, err)
	}
	name, sum, _ := strings.Cut(name, "@")
	sum, description, _ := strings.Cut(sum, " ")
	container, err := fullContainer(name)
	if err != nil {
		return upload{}, errs.Wrap(op, err)
	}
	file := digest.NewDigestFromEncoded(digest.SHA256, sum)
	if file.Validate() != nil {
		return upload{}, foreign(op)
	}
	return upload{container, file, description}, nil
}

func decode(text string) (string, error) {
	const op = "library.decode"
	name, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(name) == 0 {
		return "", foreign(op)
	}
	return string(name), nil
}

// fullCollection reads a name with both its parts.
func fullCollection(name string) (ref.Collection, error) {
	const op = "library.fullCollection"
	path, err := ref.ParsePath(name)
	if err != nil {
		return ref.Collection{}, errs.Wrap(op, err)
	}
	if strings.Count(name, "/") != 1 {
		return ref.Collection{}, foreign(op)
	}
	c, err := path.Collection(true)
	return c, errs.Wrap(op, err)
}

// fullContainer reads a name with all its parts.
func fullContainer(name string) (ref.Container, error) {
	const op = "library.fullContainer"
	path, err := ref.ParsePath(name)
	if err != nil {
		return ref.Container{}, errs.Wrap(op, err)
	}
	if strings.Count(name, "/") < 2 {
		return ref.Container{}, foreign(op)
	}
	return path.Container(true), nil
}

// foreign refuses an id that nobody got here.
func foreign(op string) error {
	return errs.E(op, errs.Invalid, "The id is not one of this registry's; begin the push anew.")
}

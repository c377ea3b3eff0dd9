package doortest

import (
	"bytes"
	"testing"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// Path reads a name that the test itself wrote.
func Path(t testing.TB, name string) ref.Path {
	t.Helper()
	path, err := ref.ParsePath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Push puts a small SIF into the registry; a collection that is new becomes the pusher's.
func (s *Site) Push(t testing.TB, by model.Actor, name, tag string, o siftest.Options) model.Image {
	t.Helper()
	image, err := s.Registry.Push(t.Context(), by, Path(t, name), tag, bytes.NewReader(siftest.SIF(t, o)))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// Publish makes a collection public.
func (s *Site) Publish(t testing.TB, by model.Actor, collection string) {
	t.Helper()
	public := true
	if _, err := s.Registry.ChangeCollection(t.Context(), by, Path(t, collection), registry.CollectionChange{Public: &public}); err != nil {
		t.Fatal(err)
	}
}

// SetRole gives a user a role in a collection.
func (s *Site) SetRole(t testing.TB, by model.Actor, collection, user string, role model.Role) {
	t.Helper()
	if err := s.Registry.SetRole(t.Context(), by, Path(t, collection), model.RoleAssignment{User: user, Role: role}); err != nil {
		t.Fatal(err)
	}
}

package registry_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sregistry/app/model"
	"sregistry/app/registry"
)

// TestEveryUseCaseTakesTheActor holds that what somebody asks of Service is asked by an
// actor. What has none is named here, with what stands for permission instead.
func TestEveryUseCaseTakesTheActor(t *testing.T) {
	t.Parallel()
	without := map[string]string{
		"ApplySettings": "the program that starts, before the first request",
		"RunSettings":   "the program that starts",
		"Settings":      "what is in force is no secret",
		"OpenFile":      "an image that the core gave to an actor",
		"Files":         "an image that the core gave to an actor",
		"IsTagged":      "an image that the core gave to an actor",
		"ReadManifest":  "a manifest that the core gave to an actor",
		"CompareFiles":  "images that the core gave to an actor",
		"Invitation":    "its secret",
		"SharedImage":   "its secret",
	}
	unseen := maps.Clone(without)
	actor := reflect.TypeFor[model.Actor]()
	service := reflect.TypeFor[*registry.Service]()
	for i := range service.NumMethod() {
		m := service.Method(i)
		takes := false
		for at := 1; at < min(m.Type.NumIn(), 3); at++ {
			takes = takes || m.Type.In(at) == actor
		}
		if _, known := without[m.Name]; takes == known {
			t.Errorf("%s: takes an actor: %v; without one are %s", m.Name, takes, strings.Join(slices.Sorted(maps.Keys(without)), ", "))
		}
		delete(unseen, m.Name)
	}
	if len(unseen) > 0 {
		t.Errorf("not there any more: %v", unseen)
	}
}

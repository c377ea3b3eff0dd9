package oci_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// TestGoContainerRegistry pushes, lists, pulls and deletes by the library that crane, ko
// and many others are made of.
func TestGoContainerRegistry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	signedIn := []remote.Option{remote.WithContext(t.Context()), remote.WithTransport(http.DefaultTransport),
		remote.WithAuth(&authn.Basic{Username: "ann", Password: s.Token(t, ann)})}
	nobody := []remote.Option{remote.WithContext(t.Context()), remote.WithTransport(http.DefaultTransport)}
	tag := func(repository string) name.Tag {
		r, err := name.NewTag(strings.TrimPrefix(s.URL, "http://")+"/"+repository+":v1", name.Insecure)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	index, err := random.Index(10_000, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	public, private := tag("lab/app"), tag("secret/app")
	for _, to := range []name.Tag{public, private} {
		if err := remote.WriteIndex(to, index, signedIn...); err != nil {
			t.Fatal(err)
		}
	}
	s.Publish(t, ann, "lab")
	for _, test := range []struct {
		from    name.Tag
		options []remote.Option
		ok      bool
	}{{public, signedIn, true}, {private, signedIn, true}, {public, nobody, true}, {private, nobody, false}} {
		got, err := remote.Index(test.from, test.options...)
		if err == nil {
			err = validate.Index(got) // fetches all, and hashes it
		}
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", test.from, err)
		}
	}
	tags, err := remote.List(public.Context(), nobody...)
	if diff := cmp.Diff([]string{"v1"}, tags); err != nil || diff != "" {
		t.Errorf("the tags (-want +got):\n%s %v", diff, err)
	}
	if err := remote.Delete(public, signedIn...); err != nil {
		t.Error(err)
	}
	if _, err := remote.Head(public, signedIn...); err == nil {
		t.Error("the deleted tag is still there")
	}
	if err := remote.WriteIndex(private, index, nobody...); err == nil {
		t.Error("nobody in particular could push")
	}
}

package registry_test

import (
	"sync"
	"testing"

	"sregistry/app/model"
)

// What is remembered of look-ups must never outlive an acknowledged change, however many
// ask while it is made.
func TestLookupsFollowEveryAcknowledgedChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	at := path(t, "lab/hello")
	images := []model.Image{f.push(alice, "lab/hello", "a", "amd64", 1), f.push(alice, "lab/hello", "b", "amd64", 2)}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				f.Manifest(f.ctx(), alice, at, tag("moving"))
				f.find(alice, "lab/hello", "moving", "")
				f.find(bob, "lab/hello", "moving", "")
			}
		})
	}
	for n := range 60 {
		want := images[n%2]
		must(t, only(f.SetTag(f.ctx(), alice, at, "moving", byDigest(want.Digest))))
		m, err := f.Manifest(f.ctx(), alice, at, tag("moving"))
		must(t, err)
		i, err := f.find(alice, "lab/hello", "moving", "")
		must(t, err)
		if m.Digest != want.Digest || i.Digest != want.Digest {
			t.Fatalf("change %d: the tag names %s, the manifest says %s, the image %s", n, want.Digest, m.Digest, i.Digest)
		}
		role := model.Role(n % 2) // none, contributor
		must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: role}))
		if _, err := f.find(bob, "lab/hello", "moving", ""); (err == nil) != (role == model.Contributor) {
			t.Fatalf("change %d: bob is %q, and gets %v", n, role, err)
		}
	}
	close(stop)
	readers.Wait()
}

package registry_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// largeIndex is an index of so many annotations.
func largeIndex(annotations int) string {
	var b strings.Builder
	for n := range annotations {
		fmt.Fprintf(&b, `,"name%d":"value"`, n)
	}
	return `{"schemaVersion":2,"mediaType":"` + manifest.OCIIndex + `","manifests":[],"annotations":{` + strings.TrimPrefix(b.String(), ",") + "}}"
}

// What is large is taken from the budget before it is read, and refused where there is no
// memory for it; what is small needs none.
func TestLargeThingsAreTakenFromTheBudget(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/app")
	must(t, only(f.PutManifest(f.ctx(), alice, at, tag("index"), manifest.OCIIndex, []byte(largeIndex(20_000)))))
	f.push(alice, "lab/app", "small", "amd64", 1)
	_, err := f.Push(f.ctx(), alice, at, "texts", strings.NewReader(string(siftest.SIF(t, siftest.Options{Files: map[string]string{
		"/.singularity.d/runscript": strings.Repeat("a line\n", 30_000), "/.singularity.d/test": strings.Repeat("a line\n", 30_000)}}))))
	must(t, err)
	variable := strings.Repeat("x", 1000)
	i := f.pushLayers(alice, "lab/app", "config", map[string]any{"config": map[string]any{"Env": strings.Split(strings.Repeat(variable+" ", 400), " ")}})
	subject := f.put(alice, "lab/app", "{}")
	for n := range 3 {
		body := fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":"a/b","digest":%q,"size":2},"layers":[],"subject":{"mediaType":%q,"digest":%q,"size":2},"annotations":{"n":"%d","x":%q}}`,
			subject, manifest.OCIManifest, i.Digest, n, strings.Repeat("x", 100<<10))
		must(t, only(f.PutManifest(f.ctx(), alice, at, byDigest(digest.FromString(body)), manifest.OCIManifest, []byte(body))))
	}

	contents := func(ctx context.Context, r ref.Reference) error {
		i, err := f.Image(ctx, alice, at, r, "")
		if err == nil {
			_, err = f.Contents(ctx, alice, at, r, i)
		}
		return err
	}
	b := budget.New(0)
	all := b.Open()
	must(t, all.Take(t.Context(), b.Size())) // all that large ones may take
	defer all.Close()
	for name, c := range map[string]struct {
		refused bool
		read    func(ctx context.Context, r ref.Reference) error
		tag     string
	}{
		"a large manifest": {true, func(ctx context.Context, r ref.Reference) error { return only(f.Manifest(ctx, alice, at, r)) }, "index"},
		"knowing of it":    {false, func(ctx context.Context, r ref.Reference) error { return only(f.FindManifest(ctx, alice, at, r)) }, "index"},
		"a small manifest": {false, func(ctx context.Context, r ref.Reference) error { return only(f.Manifest(ctx, alice, at, r)) }, "small"},
		"a large report": {true, func(ctx context.Context, r ref.Reference) error {
			_, _, err := f.Inspect(ctx, alice, at, r, "")
			return err
		}, "texts"},
		"a small report": {false, func(ctx context.Context, r ref.Reference) error {
			_, _, err := f.Inspect(ctx, alice, at, r, "")
			return err
		}, "small"},
		"contents of an index": {true, contents, "index"},
		"contents of a config": {true, contents, "config"},
		"contents of a file":   {false, contents, "small"},
		"annotations": {true, func(ctx context.Context, _ ref.Reference) error {
			_, _, err := f.Referrers(ctx, alice, at, i.Digest, "", 0)
			return err
		}, "config"},
		"annotations of nothing": {false, func(ctx context.Context, _ ref.Reference) error {
			_, _, err := f.Referrers(ctx, alice, at, subject, "", 0)
			return err
		}, "config"},
	} {
		s := b.Open()
		s.Patient(1)
		err := c.read(budget.With(t.Context(), s), tag(c.tag))
		if c.refused && !errs.Is(err, errs.Unavailable) || !c.refused && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
		if err := c.read(t.Context(), tag(c.tag)); err != nil {
			t.Errorf("%s, with memory: %v", name, err)
		}
	}
}

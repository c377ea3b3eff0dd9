package demo_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"sregistry/app/blob"
	"sregistry/app/demo"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/store/storetest"
)

func TestDemonstrationIsWholeAndGuarded(t *testing.T) {
	t.Parallel()
	db := storetest.New(t)
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	log := slog.New(slog.DiscardHandler)
	id, err := identity.Open(t.Context(), db, t.TempDir(), identity.WithLog(log))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { id.Close() })
	core := registry.New(db, blobs, registry.Settings{UserCollections: true, Grace: time.Hour, UploadLife: time.Hour}, log)
	people, err := demo.Fill(t.Context(), db, core, id)
	if err != nil {
		t.Fatal(err)
	}
	actors := map[string]model.Actor{}
	for _, p := range people {
		if actors[p.Name], err = id.Password(t.Context(), "192.0.2.1", p.Name, p.Password); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if len(people) != 3 || !actors["alice"].Admin || actors["bob"].Admin {
		t.Errorf("the people are %+v", people)
	}
	verifying, stop := context.WithCancel(t.Context())
	defer stop()
	go core.Verifier.Run(verifying)

	hello := path(t, "lab/hello")
	for _, arch := range []string{"amd64", "arm64"} {
		signed(t, core, hello, arch)
	}
	if err := core.FreezeTag(t.Context(), actors["alice"], hello, "1.0", true); err != nil {
		t.Error(err)
	}
	if _, err := core.SetTag(t.Context(), actors["alice"], hello, "1.0", ref.Reference{Tag: "latest"}); !errs.Is(err, errs.Frozen) {
		t.Errorf("1.0 is moved: %v", err)
	}
	for name, who := range map[string]model.Actor{"genomics/reads": actors["alice"], "drafts": actors["carol"]} {
		if _, err := core.Collection(t.Context(), model.Anonymous, path(t, name)); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%s is seen by everybody: %v", name, err)
		}
		if _, err := core.Collection(t.Context(), who, path(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := core.ContainerPage(t.Context(), model.Anonymous, hello, registry.TagQuery{}, 30); err != nil || p.Pulls.Total == 0 {
		t.Errorf("pulls: %+v, %v", p.Pulls, err)
	}
	found, err := core.Keeper.Check(t.Context(), true, func(registry.Checked) {})
	if err != nil || len(found.Damage) > 0 {
		t.Errorf("%v, %v", found.Damage, err)
	}
}

// signed fails the test unless lab/hello:latest is signed for an architecture.
func signed(t *testing.T, core *registry.Service, hello ref.Path, arch string) {
	t.Helper()
	for range 200 {
		i, report, err := core.Inspect(t.Context(), model.Anonymous, hello, ref.Reference{Tag: "latest"}, arch)
		if err != nil || i.Arch != arch || len(report) == 0 {
			t.Fatalf("%+v, %v", i, err)
		}
		if i.Signing != nil && !i.Signing.Pending {
			if len(i.Signing.Signers) != 1 {
				t.Errorf("%s is signed by %v: %+v", arch, i.Signing.Signers, i.Signing.Signatures)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%s: the signatures are still being verified", arch)
}

func path(t *testing.T, name string) ref.Path {
	t.Helper()
	p, err := ref.ParsePath(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Crowd is a registry as it may be after years: how many collections and images there
// are, and by which numbers they are thrown. The same numbers give the same registry.
type Crowd struct {
	Collections, Images int
	Seed                uint64
}

// The names of a crowd that tests ask for. Worker has a part in three hundredths of the
// collections, by his teams; half of all collections are public.
const (
	Boss   = "boss"   // runs the registry
	Worker = "worker" // an ordinary user
	Wide   = "wide"   // a public collection with a twentieth of all images, each in a container of its own
	Deep   = "deep"   // a public collection with one container
	Well   = "well"   // that container, with a tag for a tenth of all images
	Rare   = "quokka" // a word that stands in one image's definition file and one container's name
)

// perTransaction is how many images are written at once.
const perTransaction = 2000

// Fill puts a crowd into an empty database. The blobs of its images have rows, but no
// files.
func Fill(t testing.TB, db *store.DB, c Crowd) {
	t.Helper()
	f := &filler{Crowd: c, r: rand.New(rand.NewPCG(c.Seed, 1))}
	steps := []func(context.Context, *store.Tx) error{f.people, f.collections}
	for _, step := range steps {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return step(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	for from := 0; from < c.Images; from += perTransaction {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			return f.images(t.Context(), tx, from, min(from+perTransaction, c.Images))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

type filler struct {
	Crowd
	r     *rand.Rand
	users []int64
	teams []string
	names []ref.Collection
	ids   []int64
	kept  map[string]int64 // row ids of containers
}

// people are a user for twenty collections and a team for hundred, of ten members.
func (f *filler) people(ctx context.Context, tx *store.Tx) error {
	names := []string{Boss, Worker}
	for i := range max(20, f.Collections/20) {
		names = append(names, fmt.Sprintf("%s-%d", pick(f.r, people), i))
	}
	for _, name := range names {
		u, err := tx.AddUser(ctx, name, model.Person, "", name == Boss)
		if err != nil {
			return err
		}
		f.users = append(f.users, u.ID)
	}
	for i := range max(10, f.Collections/100) {
		name := fmt.Sprintf("team-%s-%d", pick(f.r, subjects), i)
		if err := tx.AddTeam(ctx, name, model.ByInvitation, f.users[2+i%(len(f.users)-2)]); err != nil {
			return err
		}
		team, err := tx.Team(ctx, name, 0)
		if err != nil {
			return err
		}
		f.teams = append(f.teams, name)
		for range 10 {
			if err := tx.SetMember(ctx, team.ID, f.users[2+f.r.IntN(len(f.users)-2)], false); err != nil {
				return err
			}
		}
		if i%10 < 3 {
			if err := tx.SetMember(ctx, team.ID, f.users[1], false); err != nil {
				return err
			}
		}
	}
	return nil
}

// collections are the registry's own, users' and teams', every second of them public. A
// team has a part in ten of a hundred.
func (f *filler) collections(ctx context.Context, tx *store.Tx) error {
	for i := range f.Collections {
		name := ref.Collection{Namespace: ref.Library, Name: fmt.Sprintf("%s-%s-%d", pick(f.r, subjects), pick(f.r, tools), i)}
		switch {
		case i == 0:
			name.Name = Wide
		case i == 1:
			name.Name = Deep
		case i%5 == 2:
			name.Namespace = f.teams[i%len(f.teams)]
		}
		description := fmt.Sprintf("%s for %s, %s and %s, kept by the people of %s.",
			pick(f.r, tools), pick(f.r, subjects), pick(f.r, subjects), pick(f.r, tools), pick(f.r, places))
		id, err := tx.AddCollection(ctx, name, i < 2 || i%2 == 0, description, f.users[2+f.r.IntN(len(f.users)-2)])
		if err != nil {
			return err
		}
		f.names, f.ids = append(f.names, name), append(f.ids, id)
		if i%10 == 9 {
			g := model.Grant{Team: f.teams[i/10%len(f.teams)], Role: model.Contributor}
			if err := tx.SetGrant(ctx, id, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// images makes those of some numbers, each with a tag.
func (f *filler) images(ctx context.Context, tx *store.Tx, from, to int) error {
	if f.kept == nil {
		f.kept = map[string]int64{}
	}
	for i := from; i < to; i++ {
		at, container, tag := f.place(i)
		key := f.names[at].Full() + "/" + container
		id, ok := f.kept[key]
		if !ok {
			var err error
			if id, err = tx.EnsureContainer(ctx, f.ids[at], container); err != nil {
				return err
			}
			f.kept[key] = id
		}
		if err := f.image(ctx, tx, i, id, tag); err != nil {
			return err
		}
	}
	return nil
}

// place says where an image goes: to a collection, by its place in the list.
func (f *filler) place(i int) (collection int, container, tag string) {
	switch {
	case i == f.Images/2:
		return 2, Rare, "latest"
	case i%20 == 0:
		return 0, fmt.Sprintf("%s-%d", pick(f.r, tools), i), "latest"
	case i%10 == 1:
		return 1, Well, fmt.Sprintf("2026.%d", i)
	}
	at := 2 + f.r.IntN(f.Collections-2)
	tag = pick(f.r, []string{"latest", "latest", "stable", "dev", "1.0", "1.1", "2.0", "2026.11", "cuda13"})
	return at, pick(f.r, tools[at%(len(tools)-3):][:3]), tag
}

var arches = []string{"amd64", "amd64", "amd64", "amd64", "amd64", "amd64", "arm64", "arm64", "ppc64le"}

func (f *filler) image(ctx context.Context, tx *store.Tx, i int, container int64, tag string) error {
	content := digest.FromString(fmt.Sprintf("content %d of %d", i, f.Seed))
	size := 1<<20 + f.r.Int64N(1<<33)
	definition := f.definition()
	if i == f.Images/3 {
		definition += "    install-" + Rare + "\n"
	}
	arch := pick(f.r, arches)
	if i%1000 == 999 {
		arch = "riscv64"
	}
	if err := tx.HoldBlob(ctx, container, content, size); err != nil {
		return err
	}
	body := manifest.ForFile(content, size)
	id, err := tx.AddImage(ctx, store.NewImage{Container: container, Digest: digest.FromBytes(body), MediaType: manifest.OCIManifest,
		Kind: model.SIF, Manifest: body, Content: content, Size: size, Arch: arch, PushedBy: f.users[i%len(f.users)],
		Blobs: []digest.Digest{content}, Definition: definition, Labels: map[string]string{
			"maintainer":                       fmt.Sprintf("%s@%s.example.org", pick(f.r, people), pick(f.r, places)),
			"org.label-schema.build-date":      fmt.Sprintf("2026-11-%02d %d", 1+i%28, i),
			"org.label-schema.schema-version":  "1.0",
			"org.label-schema.usage.apptainer": "1.4." + fmt.Sprint(i%6),
			"purpose":                          pick(f.r, subjects),
		}})
	if err != nil {
		return err
	}
	report, err := json.Marshal(map[string]string{"format": "sif", "arch": arch, "definition": definition})
	if err != nil {
		return err
	}
	if err := tx.SetReport(ctx, content, report); err != nil {
		return err
	}
	_, err = tx.SetTag(ctx, container, tag, arch, id)
	return err
}

func (f *filler) definition() string {
	return fmt.Sprintf("Bootstrap: docker\nFrom: %s:%d\n\n%%post\n    apt-get install -y %s %s lib%s-dev\n    pip install %s==%d.%d\n\n%%runscript\n    exec %s \"$@\"\n",
		pick(f.r, []string{"alpine", "debian", "ubuntu", "rockylinux"}), f.r.IntN(40), pick(f.r, tools), pick(f.r, tools), pick(f.r, tools),
		pick(f.r, tools), f.r.IntN(9), f.r.IntN(20), pick(f.r, tools))
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// The words of which a crowd is made.
var (
	people   = []string{"ada", "grace", "alan", "edsger", "barbara", "donald", "leslie", "margaret", "niklaus", "radia", "tony", "vint"}
	places   = []string{"north", "south", "harbor", "hill", "river", "desert", "forest", "island"}
	subjects = []string{"genomics", "neuro", "climate", "astro", "proteins", "imaging", "fluids", "solids", "robots", "speech", "ocean",
		"cells", "plasma", "materials", "traffic", "energy"}
	tools = []string{"samtools", "bwa", "gromacs", "openmpi", "pytorch", "tensorflow", "fsl", "freesurfer", "openfoam", "lammps", "namd",
		"quantum", "blast", "hmmer", "salmon", "star", "kallisto", "nextflow", "snakemake", "julia", "octave", "paraview", "vtk", "gdal",
		"wrf", "cesm", "nemo", "root", "geant", "pythia", "ants", "mrtrix", "dcm", "itk", "opencv", "ffmpeg", "whisper", "kaldi", "spark",
		"dask", "ray", "hdf", "netcdf", "fftw", "blas", "lapack", "petsc", "trilinos", "sundials", "cuda", "rocm", "oneapi"}
)

package storetest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
	"sregistry/app/ref"
)

const (
	// perTransaction is how many images are written at once.
	perTransaction = 10_000
	// birth is when the first image of a crowd was pushed, an hour before the next.
	birth = 1_500_000_000
)

// images makes all of them, each with a tag.
func (f *filler) images(t testing.TB, w *raw) {
	t.Helper()
	for i := range f.Images {
		if i%perTransaction == 0 {
			w.begin(t)
		}
		f.image(t, w, i)
		if i%perTransaction == perTransaction-1 || i == f.Images-1 {
			w.commit(t)
		}
	}
}

func (f *filler) image(t testing.TB, w *raw, i int) {
	t.Helper()
	collection, name, tag := f.place(i)
	pushed := birth + 3600*i
	container := f.container(t, w, collection, name, pushed)
	content := string(digest.FromString(fmt.Sprintf("content %d of %d", i, f.Seed)))
	size := 1<<20 + f.r.Int64N(1<<33)
	arch := pick(f.r, arches)
	if i%1000 == 999 {
		arch = "riscv64"
	}
	body := manifest.ForFile(digest.Digest(content), size)
	w.insert(t, "INSERT INTO blobs (digest, size, created_at, verified_at) VALUES (?1, ?2, ?3, ?3)", content, size, pushed)
	w.insert(t, "INSERT INTO container_blobs (container_id, digest, renewed_at) VALUES (?, ?, ?)", container, content, pushed)
	image := w.insert(t, `INSERT INTO images (container_id, digest, media_type, kind, manifest, content, size, arch, pushed_at, pushed_by, mark)
	  VALUES (?1, ?2, ?3, 'sif', ?4, ?5, ?6, ?7, ?8, ?9, ?5)`,
		container, string(digest.FromBytes(body)), manifest.OCIManifest, body, content, size, arch, pushed, f.users[i%len(f.users)])
	w.insert(t, "INSERT INTO image_blobs (image_id, container_id, digest) VALUES (?, ?, ?)", image, container, content)
	w.insert(t, "INSERT INTO reports (digest, report) VALUES (?, ?)", content, f.report(t, i, arch))
	for key, value := range f.labels(i) {
		w.insert(t, "INSERT INTO image_labels (image_id, key, value) VALUES (?, ?, ?)", image, key, value)
	}
	id := w.insert(t, "INSERT INTO tags (container_id, name, updated_at) VALUES (?, ?, ?)", container, tag, pushed)
	w.insert(t, "INSERT INTO tag_images (tag_id, arch, image_id) VALUES (?, ?, ?)", id, arch, image)
}

// container gives the row id of a container, made if it is new.
func (f *filler) container(t testing.TB, w *raw, collection int, name string, now int) int64 {
	t.Helper()
	k := ref.Container{Collection: f.names[collection], Container: name}
	id, ok := f.containers[k]
	if !ok {
		id = w.insert(t, "INSERT INTO containers (collection_id, name, short, created_at, updated_at, pulls) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
			f.ids[collection], name, k.String(), now, int64(f.r.ExpFloat64()*100))
		f.containers[k] = id
		return id
	}
	w.insert(t, "UPDATE containers SET updated_at = ? WHERE id = ?", now, id)
	return id
}

// labels are those of a build: some that all images have, some that few have, one that no
// other has.
func (f *filler) labels(i int) map[string]string {
	return map[string]string{
		"maintainer":                       fmt.Sprintf("%s@%s.example.org", pick(f.r, people), pick(f.r, places)),
		"org.label-schema.build-date":      fmt.Sprintf("2026-11-%02d %d", 1+i%28, i),
		"org.label-schema.schema-version":  "1.0",
		"org.label-schema.usage.apptainer": fmt.Sprintf("1.4.%d", i%6),
		"purpose":                          pick(f.r, subjects),
	}
}

func (f *filler) report(t testing.TB, i int, arch string) string {
	t.Helper()
	definition := fmt.Sprintf("Bootstrap: docker\nFrom: %s:%d\n\n%%post\n    apt-get install -y %s %s lib%s-dev\n    pip install %s==%d.%d\n\n%%runscript\n    exec %s \"$@\"\n",
		pick(f.r, bases), f.r.IntN(40), pick(f.r, tools), pick(f.r, tools), pick(f.r, tools),
		pick(f.r, tools), f.r.IntN(9), f.r.IntN(20), pick(f.r, tools))
	if i == f.Images/3 {
		definition += "\n%help\n    About the " + Rare + ".\n"
	}
	report, err := json.Marshal(map[string]string{"format": "sif", "arch": arch, "definition": definition})
	if err != nil {
		t.Fatal(err)
	}
	return string(report)
}

package registry_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// pushTree pushes a SIF of some files.
func (f *fixture) pushTree(actor model.Actor, name, tag string, files map[string]string) model.Image {
	f.t.Helper()
	sif := siftest.SIF(f.t, siftest.Options{Files: files})
	i, err := f.Push(f.ctx(), actor, path(f.t, name), tag, bytes.NewReader(sif))
	if err != nil {
		f.t.Fatal(err)
	}
	return i
}

func TestFilesOfAnImageAreListed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	i := f.push(alice, "lab/app", "latest", "amd64", 1)
	var listed []string
	for skip := 0; ; {
		got, err := f.Files(f.ctx(), i, "data//many/../many/", skip)
		must(t, err)
		if got.Path != "/data/many" || got.Count != 260 || got.Skip != skip {
			t.Fatalf("got %+v", got)
		}
		for _, one := range got.Files {
			listed = append(listed, one.Name)
		}
		if skip += len(got.Files); skip >= got.Count {
			break
		}
	}
	if len(listed) != 260 || listed[259] != "file260" {
		t.Errorf("listed %d", len(listed))
	}
	_, err := f.Files(f.ctx(), i, "/nothing", 0)
	wants(t, errs.NotFound, err)
	_, err = f.Files(f.ctx(), model.Image{Kind: model.OCIImage}, "/", 0)
	wants(t, errs.Unsupported, err)
}

func TestFilesOfTwoImagesAreCompared(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	old := f.pushTree(alice, "lab/app", "1", map[string]string{"/bin/tool": "1", "/etc/gone": ""})
	new := f.pushTree(alice, "lab/app", "2", map[string]string{"/bin/tool": "22", "/opt/come": ""})
	for range 2 { // the second from memory
		got, err := f.CompareFiles(f.ctx(), old, new)
		must(t, err)
		if got.Added != 1 || got.Removed != 1 || got.Changed != 1 || got.Total() != len(got.List) {
			t.Errorf("got %+v", got)
		}
		for _, c := range got.List {
			if c.Path == "/bin/tool" && (c.Old.Size != 1 || c.New.Size != 2) {
				t.Errorf("got %+v, %+v", c.Old, c.New)
			}
		}
	}
}

// Many at a time may have to wait, but are all answered.
func TestManyLookAtFiles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	i := f.push(f.user("alice"), "lab/app", "latest", "amd64", 1)
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			if _, err := f.Files(f.ctx(), i, fmt.Sprintf("/data%s", []string{"", "/many"}[n%2]), n); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

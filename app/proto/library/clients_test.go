package library_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apptainer "github.com/apptainer/container-library-client/client"
	"github.com/go-log/log"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	sylabs "github.com/sylabs/scs-library-client/client"

	"sregistry/app/doortest"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// client is the library client of Apptainer or that of SingularityCE.
type client interface {
	push(ctx context.Context, file io.ReadSeeker, path, arch string, tags ...string) (page string, err error)
	pull(ctx context.Context, arch, path, tag string) ([]byte, error)
	search(ctx context.Context, value, arch string) ([]string, error)
	remove(ctx context.Context, reference, arch string) error
}

// libraries make a client of each kind.
var libraries = map[string]func(*testing.T, *fixture, person) client{
	"apptainer": func(t *testing.T, f *fixture, p person) client {
		c, err := apptainer.NewClient(&apptainer.Config{BaseURL: f.URL, AuthToken: p.token, Logger: log.DefaultLogger})
		if err != nil {
			t.Fatal(err)
		}
		return &ofApptainer{c, t.TempDir()}
	},
	"singularity": func(t *testing.T, f *fixture, p person) client {
		c, err := sylabs.NewClient(&sylabs.Config{BaseURL: f.URL, AuthToken: p.token, Logger: log.DefaultLogger})
		if err != nil {
			t.Fatal(err)
		}
		return &ofSylabs{c, t.TempDir()}
	},
}

type ofApptainer struct {
	*apptainer.Client
	dir string
}

func (c *ofApptainer) push(ctx context.Context, file io.ReadSeeker, path, arch string, tags ...string) (string, error) {
	done, err := c.UploadImage(ctx, file, path, arch, tags, "a description", nil)
	if done == nil {
		return "", err
	}
	return done.ContainerURL, err
}

func (c *ofApptainer) pull(ctx context.Context, arch, path, tag string) ([]byte, error) {
	i, err := c.GetImage(ctx, arch, path+":"+tag)
	if err != nil {
		return nil, err
	}
	return fetched(c.dir, i.Hash, func(f *os.File) error {
		return c.ConcurrentDownloadImage(ctx, f, arch, path, tag, &apptainer.Downloader{Concurrency: 3, PartSize: 1 << 20}, nil)
	})
}

func (c *ofApptainer) search(ctx context.Context, value, arch string) (found []string, err error) {
	r, err := c.Search(ctx, map[string]string{"value": value, "arch": arch})
	if err != nil {
		return nil, err
	}
	for _, i := range r.Images {
		found = append(found, i.EntityName+"/"+i.CollectionName+"/"+i.ContainerName+":"+strings.Join(i.Tags, ","))
	}
	return found, nil
}

func (c *ofApptainer) remove(ctx context.Context, reference, arch string) error {
	return c.DeleteImage(ctx, reference, arch)
}

type ofSylabs struct {
	*sylabs.Client
	dir string
}

func (c *ofSylabs) push(ctx context.Context, file io.ReadSeeker, path, arch string, tags ...string) (string, error) {
	done, err := c.UploadImage(ctx, file, path, arch, tags, "a description", nil)
	if done == nil {
		return "", err
	}
	return done.ContainerURL, err
}

func (c *ofSylabs) pull(ctx context.Context, arch, path, tag string) ([]byte, error) {
	i, err := c.GetImage(ctx, arch, path+":"+tag)
	if err != nil {
		return nil, err
	}
	return fetched(c.dir, i.Hash, func(f *os.File) error {
		return c.ConcurrentDownloadImage(ctx, f, arch, path, tag, &sylabs.Downloader{Concurrency: 3, PartSize: 1 << 20}, nil)
	})
}

func (c *ofSylabs) search(ctx context.Context, value, arch string) (found []string, err error) {
	r, err := c.Search(ctx, map[string]string{"value": value, "arch": arch})
	if err != nil {
		return nil, err
	}
	for _, i := range r.Images {
		found = append(found, i.EntityName+"/"+i.CollectionName+"/"+i.ContainerName+":"+strings.Join(i.Tags, ","))
	}
	return found, nil
}

func (c *ofSylabs) remove(ctx context.Context, reference, arch string) error {
	return c.DeleteImage(ctx, reference, arch)
}

// fetched reads what a client downloads, and compares it with the hash as the programs do.
func fetched(dir, hash string, download func(*os.File) error) ([]byte, error) {
	f, err := os.CreateTemp(dir, "")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := download(f); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(f.Name())
	if err == nil && "sha256."+digest.FromBytes(content).Encoded() != hash {
		err = errors.New("the file is not what the library said: " + hash)
	}
	return content, err
}

// everyLibrary runs a test with both clients.
func everyLibrary(t *testing.T, test func(t *testing.T, f *fixture, alice client)) {
	t.Parallel()
	for name, newClient := range libraries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test(t, f, newClient(t, f, f.alice))
		})
	}
}

func TestPushNewThenAgainThenPullEveryWay(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		file := image(t, "amd64", 1)
		page, err := alice.push(t.Context(), bytes.NewReader(file), "alice/tools/samtools", "amd64", "1", "latest")
		if err != nil || page != "containers/alice/tools/samtools:"+hash(file) {
			t.Fatalf("%q, %v", page, err)
		}
		if page, err := alice.push(t.Context(), bytes.NewReader(file), "alice/tools/samtools", "amd64", "2"); err != nil || page != "" {
			t.Fatalf("again: %q, %v", page, err) // nothing is uploaded, so nothing is told
		}
		for _, tag := range []string{"1", "2", "latest", hash(file)} {
			got, err := alice.pull(t.Context(), "amd64", "alice/tools/samtools", tag)
			if err != nil || !bytes.Equal(got, file) {
				t.Errorf("%s: %d bytes, %v", tag, len(got), err)
			}
		}
	})
}

func TestDescriptionStaysWithTheImage(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		if _, err := alice.push(t.Context(), bytes.NewReader(image(t, "amd64", 1)), "alice/tools/samtools", "amd64", "1"); err != nil {
			t.Fatal(err)
		}
		i, err := f.Registry.Image(t.Context(), f.alice.Actor, doortest.Path(t, "alice/tools/samtools"), ref.Reference{Tag: "1"}, "")
		if err != nil || i.Description != "a description" {
			t.Errorf("%q, %v", i.Description, err)
		}
		got := f.alice.want(t, f, 200, "GET", "/v1/images/alice/tools/samtools:1?arch=amd64", "")
		if got["description"] != "a description" {
			t.Errorf("the library says %v", got["description"])
		}
	})
}

func TestNamesOfOneTwoAndThreeParts(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		root := f.Admin(t, "root")
		files := map[string][]byte{"samtools": image(t, "amd64", 1), "gromacs/mdrun": image(t, "amd64", 2), "alice/bwa": image(t, "amd64", 3)}
		for full, short := range map[string]string{"library/default/samtools": "samtools", "library/gromacs/mdrun": "gromacs/mdrun", "alice/default/bwa": "alice/bwa"} {
			pusher := alice
			if short == "samtools" { // nobody else may push to the registry's default collection
				pusher = libraries["apptainer"](t, f, person{root, f.Token(t, root)})
				f.Publish(t, root, "library/default")
			}
			if _, err := pusher.push(t.Context(), bytes.NewReader(files[short]), full, "amd64", "v1"); err != nil {
				t.Fatalf("%s: %v", full, err)
			}
			for _, name := range []string{short, full} {
				got, err := alice.pull(t.Context(), "amd64", name, "v1")
				if err != nil || !bytes.Equal(got, files[short]) {
					t.Errorf("%s: %d bytes, %v", name, len(got), err)
				}
			}
		}
	})
}

// One image for each architecture under one tag, pushed by two people with two clients.
func TestArchitecturesShareATag(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	amd, arm := image(t, "amd64", 1), image(t, "arm64", 1)
	one, two := libraries["apptainer"](t, f, f.alice), libraries["singularity"](t, f, f.alice)
	for arch, push := range map[string]func() (string, error){
		"amd64": func() (string, error) {
			return one.push(t.Context(), bytes.NewReader(amd), "alice/tools/x", "amd64", "1")
		},
		"arm64": func() (string, error) {
			return two.push(t.Context(), bytes.NewReader(arm), "alice/tools/x", "arm64", "1")
		},
	} {
		if _, err := push(); err != nil {
			t.Fatal(arch, err)
		}
	}
	for arch, want := range map[string][]byte{"amd64": amd, "arm64": arm} {
		for _, c := range []client{one, two} {
			if got, err := c.pull(t.Context(), arch, "alice/tools/x", "1"); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, %v", arch, len(got), err)
			}
		}
	}
	if _, err := one.pull(t.Context(), "s390x", "alice/tools/x", "1"); !errors.Is(err, apptainer.ErrNotFound) {
		t.Errorf("s390x: %v", err)
	}
	a := f.Do(t, http.MethodGet, "/v2/alice/tools/x/manifests/1", nil, "Authorization", "Bearer "+f.alice.token)
	if a.Header.Get("Content-Type") != "application/vnd.oci.image.index.v1+json" || strings.Count(a.Body, `"architecture"`) != 2 {
		t.Errorf("OCI clients see %s %s", a.Header.Get("Content-Type"), a.Body)
	}
}

// The same SIF has the same manifest, whichever door it came by.
func TestManifestIsThatOfEveryDoor(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		o := siftest.Options{Payload: 1000, Seed: 1}
		if _, err := alice.push(t.Context(), bytes.NewReader(siftest.SIF(t, o)), "alice/tools/x", "amd64", "1"); err != nil {
			t.Fatal(err)
		}
		pushed := f.Push(t, f.alice.Actor, "alice/other/x", "1", o)
		a := f.Do(t, http.MethodHead, "/v2/alice/tools/x/manifests/1", nil, "Authorization", "Bearer "+f.alice.token)
		if a.Header.Get("Docker-Content-Digest") != pushed.Digest.String() {
			t.Errorf("%s by the library, %s otherwise", a.Header.Get("Docker-Content-Digest"), pushed.Digest)
		}
	})
}

func TestUploadInParts(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large.sif")
	if err := siftest.Write(large, siftest.Options{Payload: 66 << 20, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		file, err := os.Open(large)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		page, err := alice.push(t.Context(), file, "alice/tools/large", "amd64", "1")
		if err != nil || page == "" {
			t.Fatalf("%q, %v", page, err)
		}
		i, err := f.Registry.Image(t.Context(), f.alice.Actor, doortest.Path(t, "alice/tools/large"), ref.Reference{Tag: "1"}, "")
		if err != nil || !strings.HasSuffix(page, ":"+ref.Dotted(i.Content)) || i.Size < 66<<20 {
			t.Errorf("%s: %+v, %v", page, i, err)
		}
	})
}

func TestSearchFindsWhatOneMaySee(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		file := image(t, "amd64", 1)
		for _, name := range []string{"alice/tools/samtools", "alice/private/samtools"} {
			if _, err := alice.push(t.Context(), bytes.NewReader(file), name, "amd64", "1", "latest"); err != nil {
				t.Fatal(err)
			}
		}
		f.Push(t, f.alice.Actor, "alice/tools/samtools", "1", siftest.Options{Arch: "arm64"})
		f.Publish(t, f.alice.Actor, "alice/tools")
		stranger := libraries["apptainer"](t, f, nobody)
		for _, c := range []struct {
			by          client
			value, arch string
			want        []string
		}{
			{alice, "samt", "amd64", []string{"alice/private/samtools:1,latest", "alice/tools/samtools:1,latest"}},
			{stranger, "samt", "amd64", []string{"alice/tools/samtools:1,latest"}},
			{stranger, "//samt", "amd64", []string{"alice/tools/samtools:1,latest"}},
			{stranger, "library://samt", "arm64", []string{"alice/tools/samtools:1"}},
			{stranger, "samt", "amd64,arm64", []string{"alice/tools/samtools:1,latest", "alice/tools/samtools:1"}},
			{stranger, "samt", "s390x", nil},
			{stranger, "nothing", "amd64", nil},
		} {
			got, err := c.by.search(t.Context(), c.value, c.arch)
			if diff := cmp.Diff(slices.Sorted(slices.Values(c.want)), slices.Sorted(slices.Values(got))); err != nil || diff != "" {
				t.Errorf("%s %s: %v\n%s", c.value, c.arch, err, diff)
			}
		}
	})
}

func TestDeleteTakesATagOrAnImage(t *testing.T) {
	everyLibrary(t, func(t *testing.T, f *fixture, alice client) {
		file := image(t, "amd64", 1)
		if _, err := alice.push(t.Context(), bytes.NewReader(file), "alice/tools/x", "amd64", "1", "2", "3"); err != nil {
			t.Fatal(err)
		}
		f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{Arch: "arm64"})
		there := func(tag, arch string) bool {
			_, err := alice.pull(t.Context(), arch, "alice/tools/x", tag)
			return err == nil
		}
		if err := alice.remove(t.Context(), "alice/tools/x:1", "amd64"); err != nil {
			t.Fatal(err)
		}
		if there("1", "amd64") || !there("1", "arm64") || !there("2", "amd64") {
			t.Error("another tag or architecture went, or this one did not")
		}
		if err := alice.remove(t.Context(), "alice/tools/x:"+hash(file), "amd64"); err != nil {
			t.Fatal(err)
		}
		if there("2", "amd64") || there(hash(file), "amd64") || !there("1", "arm64") {
			t.Error("the image did not go with all its tags, or another did")
		}
		if err := alice.remove(t.Context(), "alice/tools/x:2", "amd64"); err == nil {
			t.Error("what is gone can be deleted")
		}
	})
}

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
)

// The proofs are tests of the whole program that say how much they did. Each has a short
// form, which is always run, and a long one, which .ci/proofs runs.
var (
	long       = flag.Bool("long", false, "run the proofs in their long form, which takes hours")
	proofHour  = flag.Duration("hour", 4*time.Second, "how long the proofs that last a time last; an hour in the long form, unless it is set")
	namespaces = flag.Bool("namespaces", false, "run the proofs that need user namespaces, for a small disk of their own")
)

// lasting is for how long a proof goes on that lasts a time.
func lasting() time.Duration {
	if *long && *proofHour == 4*time.Second {
		return time.Hour
	}
	return *proofHour
}

// pick gives the figure of the short or of the long form.
func pick(short, inLong int) int {
	if *long {
		return inLong
	}
	return short
}

// site is a server of its own with alice, who may push, and her token.
type site struct {
	*victim
	*server
	token string
}

func newSite(t testing.TB, args ...string) *site {
	t.Helper()
	home := t.TempDir()
	s := &site{victim: &victim{t: t, home: home, env: environment(t, home), tags: map[string]*promise{}}}
	data := filepath.Join(home, "data")
	s.run("user", "add", "alice", "--password-stdin", "--data", data)
	var err error
	args = append([]string{"--data", data, "--listen", "127.0.0.1:0", "--log-level", "error"}, args...)
	if s.server, err = startServer(t.Context(), home, s.env, args...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	s.token = s.victim.token(s.url)
	return s
}

// fresh are settings under which what is not needed goes soon.
var fresh = []string{"--sweep-every", "1s", "--grace", "2s", "--upload-life", "1m", "--anonymous-rate", "0", "--user-rate", "0"}

// check has the whole store read, and fails if anything is damaged.
func (s *site) check() {
	s.t.Helper()
	if out, err := s.command("check", "--data", filepath.Join(s.home, "data")).CombinedOutput(); err != nil {
		s.t.Errorf("check: %v: %s", err, out)
	}
}

// kept are the names of the store's blobs.
func (s *site) kept() (names []string) {
	for _, path := range s.keptPaths() {
		names = append(names, filepath.Base(path))
	}
	return names
}

func (s *site) keptPaths() (paths []string) {
	err := filepath.WalkDir(filepath.Join(s.home, "data", "blobs"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			paths = append(paths, path)
		}
		return nil // what a sweep has just removed
	})
	if err != nil {
		s.t.Error(err)
	}
	return paths
}

// peak is the most memory, in bytes, that the server has had resident.
func (s *server) peak() int64 { return s.memory("VmHWM") }

// resident is the memory, in bytes, that it has now.
func (s *server) resident() int64 { return s.memory("VmRSS") }

func (s *server) memory(field string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return -1
	}
	m := regexp.MustCompile(field + `:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		return -1
	}
	n, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return n << 10
}

// doorOf is a way to push an image file, and what it calls a success.
type doorOf struct {
	name string
	push func(ctx context.Context, url, token, name, tag string, content []byte) error
}

// doorsIn are all the ways in.
var doorsIn = []doorOf{{"oci", pushBytes}, {"hub", pushByHub}, {"library", pushByLibrary}}

// pushByHub pushes an image as the Python client does.
func pushByHub(ctx context.Context, url, token, name, tag string, content []byte) error {
	user := doortest.HubClient{User: "alice", Token: token}
	i := strings.LastIndex(name, "/")
	collection, container := name[:i], name[i+1:]
	announced, err := json.Marshal(map[string]string{"collection": collection, "name": container, "tag": tag})
	if err != nil {
		return err
	}
	if _, err := call(ctx, http.MethodPost, url+"/api/upload/chunked_upload", user.Sign(time.Now(), "push", collection, container, tag), "application/json", announced); err != nil {
		return err
	}
	signed := user.Sign(time.Now(), "upload", collection, container, tag)
	_, err = call(ctx, http.MethodPost, url+"/upload", signed, doortest.HubFormType, doortest.HubForm(signed, collection, container, tag, content))
	return err
}

// pushByLibrary pushes an image as Apptainer does, into a name of three parts.
func pushByLibrary(ctx context.Context, url, token, name, tag string, content []byte) error {
	return pushToLibrary(ctx, url, token, name, tag, content, func(post libraryPost, image string) error {
		var made struct {
			Data struct {
				URL string `json:"uploadURL"`
			} `json:"data"`
		}
		sum := digest.FromBytes(content).Encoded()
		if err := post(http.MethodPost, "/v2/imagefile/"+image, map[string]any{"filesize": len(content), "sha256sum": sum}, &made); err != nil {
			return err
		}
		if _, err := call(ctx, http.MethodPut, made.Data.URL, "", "application/octet-stream", content); err != nil {
			return err
		}
		return post(http.MethodPut, "/v2/imagefile/"+image+"/_complete", nil, nil)
	})
}

// libraryPost asks the library's door, and reads its answer.
type libraryPost func(method, path string, body map[string]any, into any) error

// pushToLibrary is a push to the library's door, whose client sends the file in its own way.
func pushToLibrary(ctx context.Context, url, token, name, tag string, content []byte, send func(post libraryPost, image string) error) error {
	bearer := "Bearer " + token
	parts := strings.Split("library/"+name, "/")
	var made struct {
		Data struct {
			ID       string `json:"id"`
			Uploaded bool   `json:"uploaded"`
		} `json:"data"`
	}
	post := func(method, path string, body map[string]any, into any) error {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		answer, err := call(ctx, method, url+path, bearer, "", text)
		if err != nil || into == nil {
			return err
		}
		return json.Unmarshal(answer, into)
	}
	parent := ""
	for i, noun := range []struct{ plural, parent string }{{"entities", ""}, {"collections", "entity"}, {"containers", "collection"}} {
		answer, err := call(ctx, http.MethodGet, url+"/v1/"+noun.plural+"/"+strings.Join(parts[:i+1], "/"), bearer, "", nil)
		no, _ := errors.AsType[*refusal](err)
		if err == nil {
			err = json.Unmarshal(answer, &made)
		} else if no != nil && no.code == http.StatusNotFound {
			err = post(http.MethodPost, "/v1/"+noun.plural, map[string]any{"name": parts[i], noun.parent: parent}, &made)
		}
		if err != nil {
			return err
		}
		parent = made.Data.ID
	}
	file := map[string]any{"hash": "sha256." + digest.FromBytes(content).Encoded(), "container": parent}
	if err := post(http.MethodPost, "/v1/images", file, &made); err != nil {
		return err
	}
	image := made.Data.ID
	if !made.Data.Uploaded {
		if err := send(post, image); err != nil {
			return err
		}
	}
	return post(http.MethodPost, "/v2/tags/"+parent, map[string]any{"Arch": "amd64", "Tag": tag, "ImageID": image}, nil)
}

// call makes one request, and gives the body of its success.
func call(ctx context.Context, method, url, authorization, contentType string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return nil, refused(answer)
	}
	return io.ReadAll(answer.Body)
}

// fileOf gives the digest of the image file that a tag names.
func fileOf(t testing.TB, url, token, name, tag string) digest.Digest {
	t.Helper()
	body, status := get(t, url+"/v2/"+name+"/manifests/"+tag, token)
	m, err := manifest.Parse("", body)
	if err != nil {
		t.Fatalf("%s:%s: status %d: %v", name, tag, status, err)
	}
	file, _ := m.File()
	return file.Digest
}

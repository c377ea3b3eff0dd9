package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// act is one thing that somebody does with a registry. Its arrange, if there is one, is done
// before it, and not looked at.
type act struct {
	name    string
	arrange func(s *stage) error
	do      func(s *stage) error
}

// acts are all changes that lose something if they are done by half. A push is one into a
// collection that it makes, or over a tag that names another image.
func acts() (list []act) {
	for _, door := range append(doorsIn, doorOf{"oci in parts", pushInParts}) {
		push := func(name string) func(*stage) error {
			return func(s *stage) error {
				return door.push(s.t.Context(), s.site.URL, s.token, name, "v1", s.image(3))
			}
		}
		list = append(list, act{"push, " + door.name, nil, push("fresh/tool")}, act{"push over a tag, " + door.name, nil, push("lab/old")})
	}
	return append(list,
		act{"push, browser", nil, func(s *stage) error { return s.pushByBrowser("fresh/tool") }},
		act{"push over a tag, browser", nil, func(s *stage) error { return s.pushByBrowser("lab/old") }},
		act{"push, own client", nil, func(s *stage) error { return s.pushByClient("fresh/tool") }},
		act{"push over a tag, own client", nil, func(s *stage) error { return s.pushByClient("lab/old") }},
		act{"move a tag", nil, func(s *stage) error {
			return s.v1(http.MethodPut, "/containers/lab%2Fold/tags/v1", `{"reference":"v2"}`)
		}},
		act{"freeze", nil, func(s *stage) error {
			return s.v1(http.MethodPut, "/containers/lab%2Fold/tags/v1/frozen", `{"frozen":true}`)
		}},
		act{"delete a tag", nil, func(s *stage) error { return s.v1(http.MethodDelete, "/containers/lab%2Fold/tags/v1", "") }},
		act{"delete an image", nil, deleteImage},
		act{"delete a container", nil, func(s *stage) error { return s.v1(http.MethodDelete, "/containers/lab%2Fold", "") }},
		act{"delete a collection", nil, func(s *stage) error { return s.v1(http.MethodDelete, "/collections/lab", "") }},
		act{"undelete an image", deleteImage, undelete},
		act{"undelete a collection", func(s *stage) error { return s.v1(http.MethodDelete, "/collections/lab", "") }, undelete},
		act{"sweep", leaveRubbish, func(s *stage) error {
			_, err := s.site.Registry.Keeper.Sweep(s.t.Context())
			return err
		}},
	)
}

func deleteImage(s *stage) error {
	return s.v1(http.MethodDelete, "/containers/lab%2Fold/images/"+url.PathEscape(s.first.Digest.String()), "")
}

func undelete(s *stage) error {
	return s.v1(http.MethodPost, "/deletions/"+s.undo+"/undo", "")
}

// leaveRubbish makes what a sweep removes, of every kind: uploads that were left, images
// without a tag, blobs that no image uses, deleted containers, files without a row.
func leaveRubbish(s *stage) error {
	ctx, at := s.t.Context(), s.site.URL
	if _, err := s.site.Registry.BeginUpload(ctx, s.alice, doortest.Path(s.t, "lab/old"), registry.Announcement{}); err != nil {
		return err
	}
	to := fmt.Sprintf("%s/v2/lab/old/blobs/uploads/?digest=%s", at, digest.FromString("unused"))
	if err := send(ctx, http.MethodPost, to, s.token, http.StatusCreated, "application/octet-stream", []byte("unused")); err != nil {
		return err
	}
	for n, name := range []string{"lab/gone", "away/x"} {
		if err := pushBytes(ctx, at, s.token, name, "v1", s.image(uint64(n)+4)); err != nil {
			return err
		}
	}
	for _, path := range []string{"/containers/lab%2Fold/tags/v1", "/containers/lab%2Fgone", "/collections/away"} {
		if err := s.v1(http.MethodDelete, path, ""); err != nil {
			return err
		}
	}
	for _, name := range []string{"blobs/sha256/aa/" + fmt.Sprintf("aa%062d", 0), "uploads/LEFTBYSOMEBODYLONGAGO"} {
		path := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte("left"), 0o600); err != nil {
			return err
		}
	}
	s.later()
	return nil
}

// v1 asks for a change by our own API, and keeps by which number it is undone.
func (s *stage) v1(method, path, body string) error {
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.site.URL+api.Prefix+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return refused(answer)
	}
	if undo := answer.Header.Get(api.HeaderUndo); undo != "" {
		s.undo = undo
	}
	return nil
}

// pushInParts pushes as an OCI client does that sends a blob in several requests.
func pushInParts(ctx context.Context, at, token, name, tag string, content []byte) error {
	for _, blob := range [][]byte{content, manifest.EmptyConfig} {
		location, err := begin(ctx, at, token, name)
		if err != nil {
			return err
		}
		for from, part := 0, len(blob)/3+1; from < len(blob); from += part {
			to := min(from+part, len(blob))
			if err := send(ctx, http.MethodPatch, location, token, http.StatusAccepted, "application/octet-stream", blob[from:to]); err != nil {
				return err
			}
		}
		end := location + "?digest=" + digest.FromBytes(blob).String()
		if err := send(ctx, http.MethodPut, end, token, http.StatusCreated, "application/octet-stream", nil); err != nil {
			return err
		}
	}
	to := fmt.Sprintf("%s/v2/%s/manifests/%s", at, name, tag)
	return send(ctx, http.MethodPut, to, token, http.StatusCreated, manifest.OCIManifest, manifest.ForFile(digest.FromBytes(content), int64(len(content))))
}

// begin opens an upload by OCI.
func begin(ctx context.Context, at, token, name string) (location string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/v2/"+name+"/blobs/uploads/", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		return "", refused(answer)
	}
	to, err := answer.Location()
	if err != nil {
		return "", err
	}
	return to.String(), nil
}

// pushByBrowser pushes as the script of the upload page does, in two parts.
func (s *stage) pushByBrowser(name string) error {
	content := s.image(3)
	target, err := json.Marshal(map[string]any{"container": name, "tag": "v1", "size": len(content)})
	if err != nil {
		return err
	}
	var step struct{ Address string }
	ask := func(method, path, contentType, offset string, body []byte) error {
		r, err := http.NewRequestWithContext(s.t.Context(), method, s.site.URL+path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Cookie", s.cookie)
		r.Header.Set("Content-Type", contentType)
		if offset != "" {
			r.Header.Set("Upload-Offset", offset)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode/100 != 2 {
			return refused(answer)
		}
		return json.NewDecoder(answer.Body).Decode(&step)
	}
	if err := ask(http.MethodPost, "/uploads", "application/json", "", target); err != nil {
		return err
	}
	address, half := step.Address, len(content)/2
	if err := ask(http.MethodPatch, address, "application/octet-stream", "0", content[:half]); err != nil {
		return err
	}
	if err := ask(http.MethodPatch, address, "application/octet-stream", fmt.Sprint(half), content[half:]); err != nil {
		return err
	}
	return ask(http.MethodPost, address, "application/json", "", target)
}

// pushByClient pushes as "sregistry push" does.
func (s *stage) pushByClient(name string) error {
	dir, err := os.MkdirTemp(s.home, "client")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "image.sif")
	if err := os.WriteFile(path, s.image(3), 0o600); err != nil {
		return err
	}
	f, err := client.OpenFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	container, err := ref.ParsePath(name)
	if err != nil {
		return err
	}
	ours, err := client.New(client.Options{Base: s.site.URL, Token: s.token, Pause: time.Millisecond})
	if err != nil {
		return err
	}
	_, err = ours.Push(s.t.Context(), client.PushRequest{File: f, Container: container, Tag: "v1", Arch: "amd64", StateDir: dir})
	return err
}

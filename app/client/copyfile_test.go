package client_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// TestCopyOutOfALibraryAndAHub copies from servers that know no OCI.
func TestCopyOutOfALibraryAndAHub(t *testing.T) {
	t.Parallel()
	file := siftest.SIF(t, siftest.Options{})
	sum := sha256.Sum256(file)
	mux := http.NewServeMux()
	old := httptest.NewServer(mux)
	t.Cleanup(old.Close)
	mux.HandleFunc("GET /v1/images/ann/tools/hello:v1", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"data":{"hash":"sha256.%s","size":%d}}`, hex.EncodeToString(sum[:]), len(file))
	})
	mux.HandleFunc("GET /v1/imagefile/ann/tools/hello:v1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("arch") != "amd64" {
			http.Error(w, "which?", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, "/file", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /api/container/lab/hello:v1", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"image":"%s/file","version":"x"}`, old.URL)
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) { w.Write(file) })
	s, login := newRegistry(t)
	for _, test := range []struct{ scheme, from, to string }{{client.SchemeLibrary, "ann/tools/hello", "lab/one"}, {client.SchemeHub, "lab/hello", "lab/two"}} {
		request := client.CopyRequest{From: client.Place{Base: old.URL, Scheme: test.scheme, Path: mustPath(t, test.from)},
			To: client.Place{Base: s.URL, Path: mustPath(t, test.to), Login: login}, Reference: ref.Reference{Tag: "v1"}, Arch: "amd64"}
		d, err := client.Copy(t.Context(), request)
		if err != nil {
			t.Fatalf("%s: %v", test.scheme, err)
		}
		if want := digest.FromBytes(manifest.ForFile(digest.FromBytes(file), int64(len(file)))); d != want {
			t.Errorf("%s: the manifest is %s", test.scheme, d)
		}
		image, err := s.Registry.Image(t.Context(), userOf(t, s, login), mustPath(t, test.to), ref.Reference{Tag: "v1"}, "amd64")
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Registry.OpenFile(image)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, file) {
			t.Errorf("%s: another file arrived, %v", test.scheme, err)
		}
		request.Reference.Tag = "v9"
		if _, err := client.Copy(t.Context(), request); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s, no such tag: %v", test.scheme, err)
		}
	}
	// One of ours is asked as an OCI registry, whatever is written.
	request := client.CopyRequest{From: client.Place{Base: s.URL, Scheme: client.SchemeLibrary, Path: mustPath(t, "lab/one"), Login: login},
		To: client.Place{Base: s.URL, Path: mustPath(t, "lab/three"), Login: login}, Reference: ref.Reference{Tag: "v1"}}
	if _, err := client.Copy(t.Context(), request); err != nil {
		t.Error(err)
	}
}

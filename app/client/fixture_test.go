package client_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// mustClient makes a client that waits hardly at all before it tries again.
func mustClient(t *testing.T, base string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{Base: base, Token: "t", Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// content makes bytes of which no two places are alike.
func content(size int, seed uint64) []byte {
	out := make([]byte, size)
	source := rand.New(rand.NewPCG(seed, 0))
	for i := range out {
		out[i] = byte(source.Uint32())
	}
	return out
}

func mustWrite(t *testing.T, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hello.sif")
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t *testing.T, path string) *client.File {
	t.Helper()
	f, err := client.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func mustPath(t *testing.T, name string) ref.Path {
	t.Helper()
	p, err := ref.ParsePath(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Fatalf("got %v, want an error of kind %v", err, kind)
	}
	if errs.Message(err) == "" {
		t.Errorf("%v has no sentence for a person", err)
	}
}

// files lists what is in a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

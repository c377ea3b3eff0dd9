package ref_test

import (
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

const uriHex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

func TestParseURIReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, scheme, host, path, reference string }{
		{"hello", "", "", "hello", ""},
		{"lab/hello", "", "", "lab/hello", ""},
		{"Lab/Hello:V1", "", "", "lab/hello", "V1"},
		{"lab/hello:latest", "", "", "lab/hello", "latest"},
		{"alice/tools/samtools:1", "", "", "alice/tools/samtools", "1"},
		{"library://lab/hello", "library", "", "lab/hello", ""},
		{"shub://hub.example.org/lab/hello:2", "shub", "hub.example.org", "lab/hello", "2"},
		{"127.0.0.1:8080/lab/hello", "", "127.0.0.1:8080", "lab/hello", ""},
		{"LOCALHOST/lab/hello", "", "localhost", "lab/hello", ""},
		{"[::1]:8080/lab/hello:t", "", "[::1]:8080", "lab/hello", "t"},
		{"oras://registry/lab/hello", "oras", "registry", "lab/hello", ""},
		{"http://registry:8080/lab/hello", "http", "registry:8080", "lab/hello", ""},
		{"my.coll/b", "", "my.coll", "b", ""},
		{"lab/hello.sif", "", "", "lab/hello", ""},
		{"lab/hello.simg:t", "", "", "lab/hello", "t"},
		{"lab/a.img.b", "", "", "lab/a.img.b", ""},
		{"lab/hello@sha256." + uriHex, "", "", "lab/hello", "sha256." + uriHex},
		{"lab/hello@sha256:" + uriHex, "", "", "lab/hello", "sha256." + uriHex},
		{"lab/hello:sha256." + uriHex, "", "", "lab/hello", "sha256." + uriHex},
		{"lab/hello:1@sha256:" + uriHex, "", "", "lab/hello", "sha256." + uriHex},
	} {
		u, err := ref.ParseURI(tt.in)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		got := [4]string{u.Scheme, u.Host, u.Path.String(), u.Reference.String()}
		if want := [4]string{tt.scheme, tt.host, tt.path, tt.reference}; got != want {
			t.Errorf("%q: got %q, want %q", tt.in, got, want)
		}
	}
}

func TestParseURIRefusesWithASentence(t *testing.T) {
	t.Parallel()
	for in, says := range map[string]string{
		"":                      "empty",
		"lab/":                  "empty",
		"/lab":                  "empty",
		"lab//hello":            "empty",
		"lab/hello:a:b":         "\":\"",
		"lab/hello:":            "empty",
		"lab/he llo":            "a blank",
		"ftp://lab/hello":       "unknown scheme",
		"lab/hello@latest":      "not a digest",
		"lab/hello@sha256:abc":  "not a digest",
		"a:b:c/hello":           "not the address",
		"u@h.example/lab/hello": "not the address",
		"host:/lab/hello":       "not the address",
		"host:99999/lab/hello":  "not the address",
		"oras:///lab/hello":     "not the address",
	} {
		_, err := ref.ParseURI(in)
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), says) {
			t.Errorf("%q: got %q, want a sentence with %q", in, errs.Message(err), says)
		}
	}
}

func FuzzParseURIRoundTrips(f *testing.F) {
	for _, seed := range []string{"hello", "a.b/c:d", "oras://h/x@sha256." + uriHex, "[::1]:80/a.sif", "http://h/a:sha256:" + uriHex, "x.sif.img/y", "localhost", "@", ":", "://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ref.ParseURI(s)
		if err != nil {
			if errs.Message(err) == "" {
				t.Fatalf("%q: an error without a sentence: %v", s, err)
			}
			return
		}
		again, err := ref.ParseURI(u.String())
		if err != nil || again != u {
			t.Fatalf("%q: %#v became %#v (%v) by way of %q", s, u, again, err, u)
		}
	})
}

package hub_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/proto/hub"
	"sregistry/app/ref"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][4]string{
		"a/b:latest":              {"a", "b", "latest", ""},
		"a/b":                     {"a", "b", "", ""},
		"a/b/":                    {"a", "b", "", ""},
		"b":                       {"library", "b", "", ""},
		"a/b@sha256.x":            {"a", "b", "", "sha256.x"},
		"a/b:t@v":                 {"a", "b", "t", "v"},
		"two/three/four:t":        {"two/three", "four", "t", ""},
		"My_Coll/Tool.v2:V1.0-rc": {"My_Coll", "Tool.v2", "V1.0-rc", ""},
		"":                        {"library", "", "", ""},
		"a/b:t:u":                 {"a", "b", "t:u", ""},
	} {
		collection, container, tag, version := hub.ParseName(text)
		if got := [4]string{collection, container, tag, version}; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNormalNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"lab/hello": "lab/hello", "my_coll/b": "my_coll/b", "my.coll/b__c-d": "my.coll/b__c-d", "a--b": "a--b",
		"Lab/Hello": "lab/hello", "my coll/b": "my-coll/b", "a+b": "a-b", "-a-/_b.": "a/b", "a..b/c._d": "a-b/c-d", "é/b": "", "aé/b": "a/b", "a/": "", "!": "",
	} {
		got, err := hub.NormalPath(text)
		if got.String() != want || (err != nil) != (want == "") || err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"latest": "latest", "V1.0_rc": "V1.0_rc", "_x": "_x", "-x": "x", "a b": "a-b", "a++b+": "a-b", "+": "", "": "", "sha256.x": "",
	} {
		if got, err := hub.NormalTag(text); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// What is made of a name is a name, and stays as it is; a name that is good is left alone.
func FuzzNames(f *testing.F) {
	for _, text := range []string{"lab/hello:latest@sha256.x", "My Coll/b", "a..b/__", "é", "/", strings.Repeat("x/", 20)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hub.ParseName(text)
		hub.ParseLabelQuery(text)
		if path, err := hub.NormalPath(text); err == nil {
			if again, err := hub.NormalPath(path.String()); err != nil || again != path {
				t.Errorf("%q: %q, then %q, %v", text, path, again, err)
			}
		}
		if path, err := ref.ParsePath(text); err == nil {
			if same, err := hub.NormalPath(text); err != nil || same != path {
				t.Errorf("%q became %q, %v", text, same, err)
			}
		}
		if tag, err := hub.NormalTag(text); err == nil {
			if again, err := hub.NormalTag(tag); err != nil || again != tag {
				t.Errorf("%q: %q, then %q, %v", text, tag, again, err)
			}
		}
		if tag, err := ref.ParseTag(text); err == nil {
			if same, err := hub.NormalTag(text); err != nil || same != tag {
				t.Errorf("%q became %q, %v", text, same, err)
			}
		}
	})
}

// Whatever a form is, it is refused with a sentence or is one that package multipart reads
// alike, to its very end.
func FuzzMultipart(f *testing.F) {
	good := string(doortest.HubForm("x", "lab", "hello", "latest", []byte("content\r\n--no boundary")))
	for _, body := range []string{good, good[:100], good + "junk", strings.ReplaceAll(good, "file1", "file2"), strings.ReplaceAll(good, "\r\n", "\n"), "",
		"preamble\r\n" + good, strings.ReplaceAll(good, "name=\"tag\"", "name=\"tag\"; name=\"x\"")} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/upload", bytes.NewReader(body))
		r.Header.Set("Content-Type", doortest.HubFormType)
		fields, file, err := hub.ReadForm(r)
		if err != nil {
			if kind := errs.KindOf(err); kind != errs.Invalid && kind != errs.TooLarge || errs.Message(err) == "" || !utf8.ValidString(errs.Message(err)) {
				t.Errorf("%v", err)
			}
			return
		}
		if !bytes.HasSuffix(bytes.TrimRight(body, " \t\r\n"), []byte("--"+doortest.HubBoundary+"--")) {
			t.Error("the form does not end with its boundary")
		}
		whole, err := multipart.NewReader(bytes.NewReader(body), doortest.HubBoundary).ReadForm(1 << 20)
		if err != nil {
			return // it refuses more than we need to
		}
		for key, value := range fields {
			if other := whole.Value[key]; len(other) != 0 && other[0] != value {
				t.Errorf("%q is %q, and %q to package multipart", key, value, other)
			}
		}
		if files := whole.File["file1"]; len(files) == 1 && files[0].Size != int64(len(file)) {
			t.Errorf("the file has %d bytes, and %d to package multipart", len(file), files[0].Size)
		}
	})
}

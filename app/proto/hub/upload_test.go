package hub_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// Of an upload that is not whole, or is no form, nothing stays.
func TestBrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	header := alice.Sign(f.clock.now(), "upload", "lab", "hello", "latest")
	file := siftest.SIF(t, siftest.Options{})
	good := string(doortest.HubForm(header, "lab", "hello", "latest", file))
	head := doortest.HubFormHead(header, "lab", "hello", "latest")
	delimiter := "--" + doortest.HubBoundary
	field := delimiter + "\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nlatest\r\n"
	for name, c := range map[string]struct {
		body, contentType string
		status            int
	}{
		"no form at all":           {good, "application/json", 400},
		"no boundary":              {good, "multipart/form-data", 400},
		"another boundary":         {good, "multipart/form-data; boundary=x", 400},
		"a boundary too long":      {good, "multipart/form-data; boundary=" + strings.Repeat("x", 71), 400},
		"nothing":                  {"", doortest.HubFormType, 400},
		"cut in the fields":        {good[:200], doortest.HubFormType, 400},
		"cut in the file":          {good[:len(head)+1000], doortest.HubFormType, 400},
		"cut before the boundary":  {strings.TrimSuffix(good, doortest.HubFormEnd), doortest.HubFormType, 400},
		"cut in the last boundary": {good[:len(good)-10], doortest.HubFormType, 400},
		"not ended":                {strings.TrimSuffix(good, "--\r\n") + "\r\n", doortest.HubFormType, 400},
		"no file":                  {strings.ReplaceAll(good, "file1", "file2"), doortest.HubFormType, 413},
		"no file, and short":       {field + delimiter + "--\r\n", doortest.HubFormType, 400},
		"the file first":           {strings.TrimSuffix(string(doortest.HubForm(header, "lab", "hello", "latest", file)[strings.Index(good, delimiter+"\r\nContent-Disposition: form-data; name=\"file1\""):]), delimiter+"--\r\n") + field + delimiter + "--\r\n", doortest.HubFormType, 403},
		"a field after the file":   {strings.TrimSuffix(good, delimiter+"--\r\n") + field + delimiter + "--\r\n", doortest.HubFormType, 400},
		"something after the end":  {good + "junk", doortest.HubFormType, 400},
		"much after the end":       {good + strings.Repeat("junk", 1<<20), doortest.HubFormType, 413},
		"a field twice":            {field + good, doortest.HubFormType, 400},
		"a field too large":        {strings.Replace(good, "\r\n\r\nhello", "\r\n\r\n"+strings.Repeat("hello", 1<<16), 1), doortest.HubFormType, 413},
		"a header too large":       {strings.Replace(good, "form-data; name=\"name\"", "form-data; x=\""+strings.Repeat("x", 1<<20)+"\"; name=\"name\"", 1), doortest.HubFormType, 413},
		"no image":                 {string(doortest.HubForm(header, "lab", "hello", "latest", []byte("hello"))), doortest.HubFormType, 400},
		"an empty image":           {string(doortest.HubForm(header, "lab", "hello", "latest", nil)), doortest.HubFormType, 400},
		"another name":             {string(doortest.HubForm(header, "lab", "other", "latest", file)), doortest.HubFormType, 403},
		"a name without tag":       {strings.Replace(good, "name=\"name\"", "name=\"nome\"", 1), doortest.HubFormType, 403},
	} {
		if name == "no file" { // the file is then a field, larger than fields may be
			c.body = strings.Replace(c.body, string(file), strings.Repeat("x", 1<<17), 1)
		}
		a := f.Do(t, http.MethodPost, "/upload", c.body, "Content-Type", c.contentType, "Authorization", header)
		if a.Status != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, a.Status, c.status, a.Body)
			continue
		}
		if o := object(t, a.Body); o["message"] == nil || o["message"] != o["detail"] {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	f.wantEmpty(t)
	a := f.Do(t, http.MethodPost, "/upload", good+" \r\n", "Content-Type", doortest.HubFormType, "Authorization", header)
	want(t, a, http.StatusOK) // white space after the end is no harm
}

// wantEmpty fails the test if anything was kept.
func (f *fixture) wantEmpty(t *testing.T) {
	t.Helper()
	list, _, err := f.Registry.Collections(t.Context(), f.admin, model.Page{})
	if err != nil || len(list) != 0 {
		t.Errorf("collections: %v, %v", list, err)
	}
	c, err := f.Registry.Keeper.Check(t.Context(), true, nil)
	if err != nil || c.Blobs != 0 || c.Strays != 0 || len(c.Damage) != 0 {
		t.Errorf("in the store: %+v, %v", c, err)
	}
}

// A connection that is lost leaves nothing either.
func TestInterruptedUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	header := alice.Sign(f.clock.now(), "upload", "lab", "hello", "latest")
	file := io.MultiReader(bytes.NewReader(siftest.SIF(t, siftest.Options{})), brokenReader{})
	body := doortest.HubFormReader(header, "lab", "hello", "latest", file)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL+"/upload", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", doortest.HubFormType)
	req.Header.Set("Authorization", header)
	req.ContentLength = 1 << 30
	if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
		t.Fatalf("status %d", resp.StatusCode)
	}
	// The server notices a moment later.
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c, err := f.Registry.Keeper.Check(t.Context(), false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.Strays == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %+v", c)
		}
	}
	f.wantEmpty(t)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, os.ErrClosed }

// The signature is checked before the file is read: the answer comes though the file never
// does, but for the little that net/http reads on before it answers.
func TestUploadIsRefusedBeforeItsFileIsRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.person(t, "alice"), f.person(t, "bob")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	for _, header := range []string{"", "Bearer no", alice.Sign(f.clock.now(), "push", "lab", "hello", "latest"),
		bob.Sign(f.clock.now(), "upload", "lab", "hello", "latest")} {
		never, writer := io.Pipe()
		file := io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), never)
		a := f.Do(t, http.MethodPost, "/upload", doortest.HubFormReader(header, "lab", "hello", "latest", file),
			"Content-Type", doortest.HubFormType, "Authorization", header)
		writer.Close()
		wantDetail(t, a, http.StatusForbidden)
	}
}

// An upload may take longer than its signature is good for.
func TestUploadMayOutlastItsHour(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	header := alice.Sign(f.clock.now(), "upload", "lab", "hello", "latest")
	file := siftest.SIF(t, siftest.Options{Payload: 32 << 20})
	slow, writer := io.Pipe()
	go func() {
		// So much is not written before the request is under way.
		writer.Write(file[:len(file)/2])
		f.clock.advance(5 * time.Hour)
		writer.Write(file[len(file)/2:])
		writer.Close()
	}()
	a := f.Do(t, http.MethodPost, "/upload", doortest.HubFormReader(header, "lab", "hello", "latest", slow),
		"Content-Type", doortest.HubFormType, "Authorization", header)
	want(t, a, http.StatusOK)
}

// A large image does not pass through memory.
func TestLargeUploadIsStreamed(t *testing.T) {
	f := newFixture(t)
	alice := f.person(t, "alice")
	path := filepath.Join(t.TempDir(), "large.sif")
	const size = 96 << 20
	if err := siftest.Write(path, siftest.Options{Payload: size}); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	header := alice.Sign(f.clock.now(), "upload", "lab", "large", "latest")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := f.Do(t, http.MethodPost, "/api/upload", doortest.HubFormReader(header, "lab", "large", "latest", file),
		"Content-Type", doortest.HubFormType, "Authorization", header)
	runtime.ReadMemStats(&after)
	want(t, a, http.StatusOK)
	if used := after.TotalAlloc - before.TotalAlloc; used > size/8 {
		t.Errorf("%d bytes were allocated for an upload of %d", used, size)
	}
	m := want(t, f.pull(t, alice.HubClient, "lab", "large", "latest"), http.StatusOK)
	if got := m["size"].(float64); got < size {
		t.Errorf("size %v", got)
	}
}

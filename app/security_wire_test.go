package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

// raw sends bytes as they are, and gives all that comes back until the server closes, or a
// time is over.
func (s *site) raw(t *testing.T, wait time.Duration, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(c) // a reset ends it too, and so does the time
	return string(answer)
}

// No path leads out of what a door serves, and no file of the data folder gets out.
func TestSecurityNoPathLeadsOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--anonymous-rate", "0", "--user-rate", "0")
	key, err := os.ReadFile(filepath.Join(s.home, "data", "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, before := range []string{"/", "/static/", "/v2/", "/v2/lab/hello/blobs/", "/v2/lab/hello/blobs/uploads/", "/v2/lab/hello/manifests/", "/v1/imagefile/", "/v1/images/",
		"/api/container/", "/download/", "/share/", "/containers/library/", "/pks/lookup?op=get&search=", "/api/v1/containers/", "/uploads/", "/labels/"} {
		for _, out := range []string{"../server.key", "../../server.key", "../../../../../../etc/passwd", "..%2f..%2fserver.key", "%2e%2e/%2e%2e/server.key", "..%5c..%5cserver.key",
			"....//....//server.key", "%252e%252e%252fserver.key", "sha256:..%2f..%2f..%2fserver.key", "server.key%00", "/etc/passwd", "..;/server.key"} {
			answer := s.raw(t, patience, "GET "+before+out+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+s.token+"\r\nConnection: close\r\n\r\n")
			tried++
			if strings.Contains(answer, string(key)) || strings.Contains(answer, "root:") || strings.HasPrefix(answer, "HTTP/1.1 500") {
				t.Errorf("%s%s: %.200s", before, out, answer)
			}
		}
	}
	for _, name := range []string{"lab/../../x", "../x", "lab/%2e%2e/x", "lab/..", "lab/x%00", "lab/.x", "lab/x/"} {
		for _, door := range doorsIn {
			tried++
			// The hub makes another name of what is none; the others refuse.
			if err := door.push(t.Context(), s.url, s.token, name, "v1", siftestBytes(t, 1, 1000)); err == nil && door.name != "hub" && name != "lab/x/" {
				t.Errorf("%s took %q", door.name, name)
			}
		}
	}
	outside, err := os.ReadDir(s.home)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range outside {
		if name := e.Name(); name != "data" && !strings.HasPrefix(name, ".") {
			t.Errorf("%s was made beside the data folder", name)
		}
	}
	t.Logf("%d tried", tried)
}

// A link that somebody planted in the place of a blob or an upload is not followed.
func TestSecurityLinksInTheStoreAreNotFollowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := filepath.Join(s.home, "secret")
	if err := os.WriteFile(secret, []byte("what nobody may see"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := siftestBytes(t, 3, 1000)
	if err := pushBytes(t.Context(), s.url, s.token, "lab/hello", "v1", file); err != nil {
		t.Fatal(err)
	}
	for _, path := range s.keptPaths() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(secret, path); err != nil {
			t.Fatal(err)
		}
	}
	for door, address := range s.downloads(t, "lab/hello", "v1", [32]byte(sum(file))) {
		if body, status := get(t, address, s.token); status == http.StatusOK || bytes.Contains(body, []byte("nobody may see")) {
			t.Errorf("%s answers %d: %.100s", door, status, body)
		}
	}
	patch := func(location string) error {
		return send(t.Context(), http.MethodPatch, location, s.token, http.StatusAccepted, "application/octet-stream", []byte("overwritten"))
	}
	for _, begun := range []bool{false, true} {
		location := beginUpload(t, s.url, s.token, "lab/hello")
		at := filepath.Join(s.home, "data", "uploads", path.Base(location))
		if begun {
			must(t, patch(location))
			must(t, os.Remove(at))
		}
		must(t, os.Symlink(secret, at))
		if err := patch(location); err == nil {
			t.Errorf("an upload went into a link; begun before: %v", begun)
		}
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "what nobody may see" {
		t.Errorf("the file behind the link is now %q, %v", text, err)
	}
}

// What a caller writes into the Host header gets into no link, and nothing that he writes
// begins a header of ours.
func TestSecurityHostAndHeadersAreNotTheCallers(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--anonymous-rate", "0")
	if err := pushBytes(t.Context(), s.url, s.token, "lab/hello", "v1", siftestBytes(t, 4, 1000)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/sign-in", "/account", "/api/container/lab/hello:v1", "/assets/config/config.prod.json", "/api/v1", "/v2/", "/api/registry/identity",
		"/v2/lab/hello/tags/list?n=1", "/api/collections", "/auth/tokens", "/api/v1/containers/lab%2Fhello/images/v1"} {
		for _, host := range []string{"evil.example", "evil.example:80", "hub.example.org@evil.example"} {
			answer := s.raw(t, patience, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\nAuthorization: Bearer "+s.token+"\r\nConnection: close\r\n\r\n")
			if strings.Contains(answer, "evil.example") {
				t.Errorf("%s with Host %s: %.300s", path, host, answer)
			}
		}
	}
	for _, path := range []string{"/sign-in?next=%0d%0aX-Pwned:%20yes", "/%0d%0aX-Pwned:%20yes", "/v2/lab%0d%0aX-Pwned:%20yes/manifests/v1", "/api/container/lab/hello:v1%0d%0aX-Pwned:%20yes",
		"/v1/imagefile/lab/hello:v1?arch=%0d%0aX-Pwned:%20yes", "/auth/tokens?%0d%0aX-Pwned:%20yes", "/share/x%0d%0aX-Pwned:%20yes/name"} {
		answer := s.raw(t, patience, "GET "+path+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+s.token+"\r\nConnection: close\r\n\r\n")
		if head, _, _ := strings.Cut(answer, "\r\n\r\n"); strings.Contains(head, "\nX-Pwned") {
			t.Errorf("%s: %s", path, head)
		}
	}
}

// A request whose length can be read in two ways is refused, and what follows it is not
// taken for a request of its own.
func TestSecurityOddLengthsSmuggleNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const hidden = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
	// Not here are two that agree, or of which RFC 9112 (6.1, 6.3) says which one counts.
	for _, headers := range []string{
		"Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked", "Content-Length: +5", "Content-Length: -5",
		"Content-Length: 0x5", "Content-Length: 5,6", "Content-Length: 99999999999999999999", " Content-Length: 5", "Transfer-Encoding:\x0bchunked",
	} {
		answer := s.raw(t, time.Second, "POST /v2/lab/x/blobs/uploads/ HTTP/1.1\r\nHost: x\r\n"+headers+"\r\n\r\n0\r\n\r\n"+hidden)
		if strings.Contains(answer, "HTTP/1.1 2") {
			t.Errorf("%q: %.300s", headers, answer)
		}
	}
	for _, size := range []string{"FFFFFFFFFFFFFFFFF", "-1", "0x5", "5;" + strings.Repeat("x", 100_000), " 5"} {
		answer := s.raw(t, time.Second, "PUT /v2/lab/x/manifests/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+s.token+"\r\nTransfer-Encoding: chunked\r\n\r\n"+size+"\r\nhello\r\n0\r\n\r\n")
		if strings.Contains(answer, "HTTP/1.1 2") || strings.Contains(answer, "HTTP/1.1 5") {
			t.Errorf("a chunk of %.20q: %.300s", size, answer)
		}
	}
}

// Texts that are small on the wire and large in the head are refused, by each door that
// reads JSON, and cost the server no memory.
func TestSecurityBombsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--anonymous-rate", "0", "--user-rate", "0")
	deep := strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20)
	objects := strings.Repeat(`{"a":`, 1<<19) + "1" + strings.Repeat("}", 1<<19)
	many := `{"schemaVersion":2,"mediaType":"` + manifest.OCIManifest + `","layers":[` + strings.Repeat(`{},`, 1<<19) + `{}]}`
	nulls := `{"schemaVersion":2,"layers":[` + strings.Repeat(`null,`, 1<<19) + `null]}`
	number := `{"name":` + strings.Repeat("9", 1<<20) + `}`
	xml := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;">`, 1000) + `]><x>&b;</x>`
	tried := 0
	for _, bomb := range []string{deep, objects, many, nulls, number, xml} {
		for _, to := range [][3]string{{http.MethodPut, "/v2/lab/x/manifests/v1", manifest.OCIManifest}, {http.MethodPut, "/v2/lab/x/manifests/v1", manifest.OCIIndex},
			{http.MethodPost, "/api/v1/collections", "application/json"}, {http.MethodPost, "/api/v1/tokens", "application/json"}, {http.MethodPost, "/api/upload/chunked_upload", "application/json"},
			{http.MethodPost, "/v1/images", "application/json"}, {http.MethodPost, "/v1/collections", ""}, {http.MethodPost, "/pks/add", "application/x-www-form-urlencoded"}} {
			_, err := call(t.Context(), to[0], s.url+to[1], "Bearer "+s.token, to[2], []byte(bomb))
			tried++
			if err == nil || strings.Contains(err.Error(), ": 5") {
				t.Errorf("%s %s took %.30s…: %v", to[0], to[1], bomb, err)
			}
		}
	}
	t.Logf("%d tried; memory at most %d MiB", tried, s.peak()>>20)
	if peak := s.peak(); peak > memoryCap {
		t.Errorf("the server took %d MiB", peak>>20)
	}
}

// An image whose texts are far larger than any that a person wrote costs no memory, neither
// when it is taken nor when it is shown.
func TestSecurityImageOfHugeTextsCostsNoMemory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Files: map[string]string{
		"/.singularity.d/labels.json":   "{" + strings.Repeat(`"a":"`+strings.Repeat("x", 1000)+`",`, 20_000) + `"b":"c"}`,
		"/.singularity.d/runscript":     strings.Repeat("\x00", 32<<20),
		"/.singularity.d/env/90-env.sh": strings.Repeat("#", 32<<20),
	}})
	if err := pushBytes(t.Context(), s.url, s.token, "lab/bomb", "v1", file); err != nil {
		t.Logf("refused: %v", err)
	}
	for _, path := range []string{"/containers/library/lab/bomb:v1", "/containers/library/lab/bomb:v1?view=files", "/api/v1/containers/lab%2Fbomb/images/v1"} {
		if body, status := get(t, s.url+path, s.token); status >= http.StatusInternalServerError || len(body) > 8<<20 {
			t.Errorf("%s: status %d, %d bytes", path, status, len(body))
		}
	}
	t.Logf("%d bytes; memory at most %d MiB", len(file), s.peak()>>20)
	if peak := s.peak(); peak > memoryCap {
		t.Errorf("the server took %d MiB", peak>>20)
	}
}

// No secret gets into the log, by whatever door it came, even with everything logged.
func TestSecurityNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--log-level", "debug", "--log-format", "json")
	file := siftestBytes(t, 5, 1000)
	secrets := map[string]string{"the token": s.token, "the password": "the password of alice"}
	for i, door := range doorsIn {
		if err := door.push(t.Context(), s.url, s.token, fmt.Sprintf("lab/log%d", i), "v1", file); err != nil {
			t.Fatal(err)
		}
	}
	for door, address := range s.downloads(t, "lab/log0", "v1", [32]byte(sum(file))) {
		get(t, address, s.token)
		if door == "hub" {
			secrets["the address of a download"] = address[strings.LastIndex(address, "/")+1:]
		}
	}
	shared := s.run("share", "lab/log0:v1")
	link := shared[strings.Index(shared, "/share/")+len("/share/"):]
	link, _, _ = strings.Cut(strings.Fields(link)[0], "/")
	secrets["a share link"] = link
	get(t, s.url+"/share/"+link, "")
	v := newVisitor(t, s.url)
	v.signIn("alice")
	for _, c := range v.client.Jar.Cookies(v.site()) {
		secrets["the cookie "+c.Name] = c.Value
	}
	v.page("/account?token=" + s.token)
	get(t, s.url+"/v2/lab/log0/manifests/x", "wrong-token-0123456789")
	secrets["a wrong token"] = "wrong-token-0123456789"
	signed := doortest.HubClient{User: "alice", Token: s.token}.Sign(time.Now(), "pull", "lab", "log0", "v1")
	if _, err := call(t.Context(), http.MethodGet, s.url+"/api/container/lab/log0:v1", signed, "", nil); err != nil {
		t.Error(err)
	}
	secrets["a signature"] = signed[strings.LastIndex(signed, "=")+1:]
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	log := s.server.err.String()
	if !strings.Contains(log, digest.FromBytes(file).Encoded()[:12]) && !strings.Contains(log, "lab/log0") {
		t.Errorf("nothing was logged: %.500s", log)
	}
	for what, secret := range secrets {
		if secret == "" || strings.Contains(log, secret) {
			at := max(0, strings.Index(log, secret)-200)
			t.Errorf("%s is in the log: …%.500s", what, log[at:])
		}
	}
	t.Logf("%d secrets looked for in %d bytes of log", len(secrets), len(log))
}

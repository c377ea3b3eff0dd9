package app_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
)

// The pushes of docker, SingularityCE and oras that are no image files, and the client that
// takes them.
var foreignImages = []struct {
	tag, config, configType, artifactType, layerType string
	what, command                                    string
	fallback                                         bool // SingularityCE goes to the OCI interface when it reads of this in a refusal
}{
	{"docker", `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`, "application/vnd.oci.image.config.v1+json", "",
		"application/vnd.oci.image.layer.v1.tar+gzip", "an OCI image", "apptainer pull --no-https docker://HOST/lab/x:docker", true},
	{"ocisif", `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`, "application/vnd.oci.image.config.v1+json", "",
		"application/vnd.sylabs.image.layer.v1.squashfs", "an OCI-SIF image of SingularityCE", "singularity pull --no-https --oci docker://HOST/lab/x:ocisif", true},
	{"data", "{}", "application/vnd.oci.empty.v1+json", "application/vnd.sylabs.data-container.v1",
		"application/vnd.sylabs.image.layer.v1.squashfs", "a data container of SingularityCE", "singularity pull --no-https --oci docker://HOST/lab/x:data", true},
	{"olddata", "{}", "application/vnd.sylabs.data-container.config.v1+json", "",
		"application/vnd.sylabs.image.layer.v1.squashfs", "a data container of SingularityCE", "singularity pull --no-https --oci docker://HOST/lab/x:olddata", true},
	{"chart", "{}", "application/vnd.cncf.helm.config.v1+json", "",
		"application/vnd.cncf.helm.chart.content.v1.tar+gzip", "an OCI artifact", "oras pull --plain-http HOST/lab/x:chart", false},
}

// Whoever asks for an image in a way by which it cannot be had is told the command that
// works, and the same one by the page, by the doors and by our client.
func TestAdviceNamesTheClientThatWorks(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--anonymous-rate", "0")
	layer := append([]byte("hsqs"), siftestBytes(t, 5, 2000)...) // a squashfs by its first bytes, which would be an old image
	for _, i := range foreignImages {
		for _, blob := range [][]byte{[]byte(i.config), layer} {
			to := fmt.Sprintf("%s/v2/lab/x/blobs/uploads/?digest=%s", s.url, digest.FromBytes(blob))
			must(t, send(t.Context(), http.MethodPost, to, s.token, http.StatusCreated, "application/octet-stream", blob))
		}
		m := map[string]any{"schemaVersion": 2, "mediaType": manifest.OCIManifest,
			"config": map[string]any{"mediaType": i.configType, "digest": digest.FromString(i.config), "size": len(i.config)},
			"layers": []any{map[string]any{"mediaType": i.layerType, "digest": digest.FromBytes(layer), "size": len(layer)}}}
		if i.artifactType != "" {
			m["artifactType"] = i.artifactType
		}
		body, err := json.Marshal(m)
		must(t, err)
		must(t, send(t.Context(), http.MethodPut, s.url+"/v2/lab/x/manifests/"+i.tag, s.token, http.StatusCreated, manifest.OCIManifest, body))
	}
	s.run("collection", "public", "lab")
	host := strings.TrimPrefix(s.url, "http://")
	for _, i := range foreignImages {
		command := strings.ReplaceAll(i.command, "HOST", host)
		library := page(t, s.url+"/v1/images/lab/x:"+i.tag+"?arch=amd64", http.StatusUnsupportedMediaType)
		for where, text := range map[string]string{
			"library": library,
			"hub":     page(t, s.url+"/api/container/lab/x:"+i.tag, http.StatusNotFound),
			"page":    page(t, s.url+"/containers/library/lab/x:"+i.tag, http.StatusOK),
			"client":  s.fails(15, "pull", "lab/x:"+i.tag),
		} {
			if !strings.Contains(text, command) || where != "page" && !strings.Contains(text, i.what) {
				t.Errorf("%s, %s: no %q in %.600s", where, i.tag, command, text)
			}
			if regexp.MustCompile(`\ba [aeiou]|\ban [^aeiouO]`).MatchString(text) && where != "page" {
				t.Errorf("%s, %s: the grammar of %s", where, i.tag, text)
			}
		}
		if strings.Contains(library, "application/vnd.oci.image.config.v1+json") != i.fallback {
			t.Errorf("%s: SingularityCE is misled by %s", i.tag, library)
		}
	}
}

// elements are the marks of a page's text.
var elements = regexp.MustCompile(`<[^>]*>`)

// page gives the text of an answer.
func page(t *testing.T, address string, status int) string {
	t.Helper()
	r, err := http.Get(address)
	must(t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	must(t, err)
	if r.StatusCode != status {
		t.Errorf("%s: %s", address, r.Status)
	}
	return html.UnescapeString(elements.ReplaceAllString(string(text), ""))
}

// fails runs the client and gives what it says, which has to end with a status.
func (s *site) fails(status int, args ...string) string {
	s.t.Helper()
	said, err := s.command(args...).CombinedOutput()
	if ended, ok := err.(*exec.ExitError); !ok || ended.ExitCode() != status {
		s.t.Errorf("%v: %v: %s", args, err, said)
	}
	return string(said)
}

// Clients send what was typed: other names for an architecture, and capitals, which a push
// through this door cannot have.
func TestNamesAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--anonymous-rate", "0")
	must(t, pushBytes(t.Context(), s.url, s.token, "lab/hello", "V1", siftestBytes(t, 4, 1000)))
	s.run("collection", "public", "lab")
	for path, status := range map[string]int{
		"/v1/images/lab/hello:V1?arch=x86_64":                   http.StatusOK,
		"/v1/images/Lab/HELLO:V1?arch=amd64":                    http.StatusOK,
		"/v1/images/LIBRARY/lab/Hello:V1?arch=X86_64":           http.StatusOK,
		"/v1/images/lab/hello:v1?arch=amd64":                    http.StatusNotFound, // a tag keeps its case
		"/v1/images/lab/hello:V1?arch=aarch64":                  http.StatusNotFound,
		"/v1/imagefile/Lab/Hello:V1?arch=x86_64":                http.StatusOK,
		"/v1/entities/Library":                                  http.StatusOK,
		"/v1/collections/Library/Lab":                           http.StatusOK,
		"/v1/containers/library/LAB/Hello":                      http.StatusOK,
		"/api/v1/containers/lab%2Fhello/images/V1?arch=x86_64":  http.StatusOK,
		"/api/v1/containers/lab%2Fhello/images/V1?arch=aarch64": http.StatusNotFound,
		"/containers/library/lab/hello:V1?arch=x86_64":          http.StatusOK,
	} {
		page(t, s.url+path, status)
	}
	if text := page(t, s.url+"/v1/search?value=hello&arch=aarch64%2Cx86_64", http.StatusOK); !strings.Contains(text, `"containerName":"hello"`) {
		t.Errorf("the search finds %s", text)
	}
	s.run("pull", "--arch", "x86_64", "--name", "x.sif", "library://"+strings.TrimPrefix(s.url, "http://")+"/Lab/Hello:V1")
	s.fails(10, "pull", "--arch", "aarch64", "--name", "y.sif", "lab/hello:V1")
	if said := s.fails(2, "pull", "--name", "nodir/x.sif", "lab/hello:V1"); said != "sregistry: Cannot write x.sif: the folder nodir does not exist.\n" {
		t.Errorf("said %q", said)
	}
}

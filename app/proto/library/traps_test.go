package library_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/proto/library"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// The traps of the protocol, by their numbers in docs/library-traps.md: what naive
// servers get wrong. These are all but those of the push.

// discovered gives the services that a registry of some public address names.
func discovered(t *testing.T, public string) map[string]map[string]string {
	t.Helper()
	address, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	s := doortest.New(t)
	s.Mount(library.Errors, library.Open(library.Settings{Registry: s.Registry, Identity: s.Identity, Address: httpx.Address{Public: address}}))
	a := s.Do(t, http.MethodGet, "/assets/config/config.prod.json", nil)
	var services map[string]map[string]string // fails for a value that is no object
	if err := json.Unmarshal([]byte(a.Body), &services); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	return services
}

func TestTrap01And10DiscoveryNamesThePublicAddressWithoutSlash(t *testing.T) {
	t.Parallel()
	for _, public := range []string{"https://hub.example.org", "https://hub.example.org/"} {
		for name, service := range discovered(t, public) {
			if service["uri"] != "https://hub.example.org" {
				t.Errorf("%s: %s at %q", public, name, service["uri"])
			}
		}
	}
}

func TestTrap08And09EveryServiceIsAnObjectAtTheRoot(t *testing.T) {
	t.Parallel()
	services := discovered(t, "https://hub.example.org")
	for _, name := range []string{"libraryAPI", "keystoreAPI", "tokenAPI"} {
		if u, err := url.Parse(services[name]["uri"]); err != nil || u.Path != "" {
			t.Errorf("%s: %q, %v", name, services[name]["uri"], err)
		}
	}
	if len(services) != 3 { // every other would be probed by "remote status"
		t.Errorf("%v", services)
	}
}

func TestTrap02TokensFitIntoATokenFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if n := len(f.alice.token); n < 200 || n > 4096 {
		t.Errorf("%d characters", n)
	}
}

func TestTrap07NoAnswerOnOCIRedirect(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const path = "/v1/oci-redirect?accessTypes=pull%2Cpush&mapped=1&namespace=alice%2Ftools%2Fx"
	for _, p := range []person{f.alice, nobody, {token: "wrong"}} {
		p.refuse(t, f, http.StatusNotFound, http.MethodGet, path, "")
	}
	if a := nobody.ask(t, f, http.MethodGet, "/v1/something", ""); a.Status == http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestTrap11BearerWithNothingIsAnonymous(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	f.Publish(t, f.alice.Actor, "alice/tools")
	for _, header := range []string{"Bearer", "Bearer ", "bearer", "BEARER"} {
		a := f.Do(t, http.MethodGet, "/v1/images/alice/tools/x:1?arch=amd64", nil, "Authorization", header)
		if a.Status != http.StatusOK {
			t.Errorf("%q: %d %s", header, a.Status, a.Body)
		}
	}
	for _, header := range []string{"Bearer wrong", "Basic YTpi", "nonsense"} {
		a := f.Do(t, http.MethodGet, "/v1/images/alice/tools/x:1?arch=amd64", nil, "Authorization", header)
		wantFailure(t, a, http.StatusUnauthorized, header)
	}
	if a := f.Do(t, http.MethodGet, "/v1/token-status", nil, "Authorization", "BEARER "+f.alice.token); a.Status != http.StatusOK {
		t.Errorf("BEARER: %d", a.Status)
	}
}

func TestTrap12VersionIsStrictAndInTheEnvelope(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, p := range []person{f.alice, nobody, {token: "wrong"}} {
		v := p.want(t, f, 200, http.MethodGet, "/version", "")
		if v["apiVersion"] != "2.0.0-alpha.2" || v["version"] != "9.9.9" {
			t.Errorf("%v", v)
		}
	}
}

func TestTrap13And26ImagesAreWrittenAsTheClientsCompareThem(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := siftest.SIF(t, siftest.Options{})
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	i := f.alice.want(t, f, 200, http.MethodGet, "/v1/images/alice/tools/x:1?arch=amd64", "")
	if i["hash"] != hash(file) || i["size"] != float64(len(file)) || i["uploaded"] != true {
		t.Errorf("%v", i)
	}
	for _, field := range []string{"id", "container", "collection", "entity"} {
		if text, ok := i[field].(string); !ok || text == "" || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%s is %v", field, i[field])
		}
	}
	for _, path := range []string{"images/alice/tools/x:1", "containers/alice/tools/x", "collections/alice/tools", "collections/alice/default"} {
		if at := f.alice.want(t, f, 200, http.MethodGet, "/v1/"+path, "")["createdAt"]; at != nil {
			if _, err := time.Parse(time.RFC3339, at.(string)); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

func TestTrap14DownloadIsOneStream(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := siftest.SIF(t, siftest.Options{})
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	const path = "/v1/imagefile/alice/tools/x:1?arch=amd64"
	a := f.alice.ask(t, f, http.MethodGet, path, "")
	if a.Status != http.StatusOK || a.Body != string(file) || a.Header.Get("Location") != "" {
		t.Fatalf("%d, %d bytes", a.Status, len(a.Body))
	}
	part := f.Do(t, http.MethodGet, path, nil, "Authorization", "Bearer "+f.alice.token, "Range", "bytes=10-19")
	if part.Status != http.StatusPartialContent || part.Body != string(file[10:20]) {
		t.Errorf("%d %q", part.Status, part.Body)
	}
	if head := f.alice.ask(t, f, http.MethodHead, path, ""); head.Status != http.StatusOK || head.Header.Get("Content-Length") != a.Header.Get("Content-Length") {
		t.Errorf("HEAD: %d %v", head.Status, head.Header)
	}
}

func TestTrap17TagsGoByArchitectureAndHashesDoNot(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	amd, arm := siftest.SIF(t, siftest.Options{}), siftest.SIF(t, siftest.Options{Arch: "arm64"})
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{Arch: "arm64"})
	for query, want := range map[string][]byte{"1?arch=amd64": amd, "1?arch=arm64": arm, "1?arch%3Darm64": arm, "1": amd,
		hash(arm) + "?arch=amd64": arm, hash(amd) + "?arch=arm64": amd} {
		if i := f.alice.want(t, f, 200, http.MethodGet, "/v1/images/alice/tools/x:"+query, ""); i["hash"] != hash(want) {
			t.Errorf("%s: %v", query, i["hash"])
		}
	}
}

func TestTrap20PublicImagesNeedNoToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	for _, path := range []string{"/v1/images/alice/tools/x:1?arch=amd64", "/v1/imagefile/alice/tools/x:1?arch=amd64"} {
		if text := nobody.refuse(t, f, http.StatusUnauthorized, http.MethodGet, path, ""); !strings.Contains(text, "sign in") {
			t.Error(text)
		}
	}
	f.Publish(t, f.alice.Actor, "alice/tools")
	for _, path := range []string{"/v1/images/alice/tools/x:1?arch=amd64", "/v1/imagefile/alice/tools/x:1?arch=amd64"} {
		if a := nobody.ask(t, f, http.MethodGet, path, ""); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

// "remote login" says "Invalid Credentials" after 404, and "Unknown" after 401.
func TestTrap22TokenStatusIsPlain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if a := f.alice.ask(t, f, http.MethodGet, "/v1/token-status", ""); a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for _, p := range []person{nobody, {token: "wrong"}, {token: f.alice.token + "x"}} {
		p.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/token-status", "")
	}
}

func TestTrap24TheUserAgentChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	want := f.alice.ask(t, f, http.MethodGet, "/v1/images/alice/tools/x:1?arch=amd64", "").Body
	for _, agent := range []string{"Go-http-client/1.1", "Singularity-Ce/4.5.1 (Linux amd64) Go/1.26.8", "Mozilla/5.0"} {
		a := f.Do(t, http.MethodGet, "/v1/images/alice/tools/x:1?arch=amd64", nil, "Authorization", "Bearer "+f.alice.token, "User-Agent", agent)
		if a.Body != want {
			t.Errorf("%s: %s", agent, a.Body)
		}
	}
}

func TestTrap25ThePathsAreNotTheOCIDoors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, name := range []string{"imagefile", "tags"} {
		if !ref.Reserved(name) {
			t.Errorf("%s can be somebody's name", name)
		}
	}
	f.alice.refuse(t, f, http.StatusBadRequest, http.MethodGet, "/v2/tags/x", "")
	f.alice.refuse(t, f, http.StatusBadRequest, http.MethodPost, "/v2/imagefile/x", "{}")
	root := f.Admin(t, "root")
	f.Push(t, root, "library/default/samtools", "1", siftest.Options{})
	f.Push(t, f.alice.Actor, "alice/default/samtools", "1", siftest.Options{})
	f.Push(t, f.alice.Actor, "library/gromacs/mdrun", "1", siftest.Options{})
	admin := person{root, f.Token(t, root)}
	for path, want := range map[string]string{
		"//samtools:1": "library/default", "///samtools:1": "library/default", "/samtools:1": "library/default",
		"/alice//samtools:1": "alice/default", "//gromacs/mdrun:1": "library/gromacs", "/gromacs/mdrun:1": "library/gromacs",
	} {
		i := admin.want(t, f, 200, http.MethodGet, "/v1/images"+path, "")
		if got := i["entityName"].(string) + "/" + i["collectionName"].(string); got != want {
			t.Errorf("%s is in %s", path, got)
		}
		if a := admin.ask(t, f, http.MethodGet, "/v1/imagefile"+path, ""); a.Status != http.StatusOK {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	for path, want := range map[string]string{"//": "default", "//gromacs": "gromacs", "/alice/": "default"} {
		if got := admin.want(t, f, 200, http.MethodGet, "/v1/collections"+path, "")["name"]; got != want {
			t.Errorf("%s is %s", path, got)
		}
	}
	if got := admin.want(t, f, 200, http.MethodGet, "/v1/entities/", "")["name"]; got != "library" {
		t.Errorf("the default entity is %s", got)
	}
}

func TestRateIsPerToken(t *testing.T) {
	t.Parallel()
	s := doortest.New(t)
	limits := httpx.NewLimits(httpx.Rate{PerSecond: 0.001, Burst: 1}, plenty)
	address, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	settings := library.Settings{Registry: s.Registry, Identity: s.Identity, Limits: limits, Address: httpx.Address{Public: address}}
	s.Mount(library.Errors, library.Routes(settings), library.Authenticate(s.Identity, limits))
	s.Mount(library.Errors, library.Open(settings))
	token := s.Token(t, s.User(t, "alice"))
	for range 5 {
		if a := s.Do(t, http.MethodGet, "/v1/token-status", nil, "Authorization", "Bearer "+token); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	s.Do(t, http.MethodPut, "/v2/imagefile/_upload/x", nil)
	wantFailure(t, s.Do(t, http.MethodPut, "/v2/imagefile/_upload/x", nil), http.StatusTooManyRequests, "guessing")
}

package server

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/app/web"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// table gives all doors of a registry.
func table(t *testing.T) []Door {
	t.Helper()
	site := doortest.New(t)
	public, err := url.Parse("https://hub.example.org")
	if err != nil {
		t.Fatal(err)
	}
	pages := web.New(site.Registry, site.Identity, web.Settings{Public: public})
	all, err := Doors(DoorSettings{Registry: site.Registry, Identity: site.Identity, Address: httpx.Address{Public: public}, Site: pages,
		Limits: httpx.NewLimits(httpx.Rate{}, httpx.Rate{}), Metrics: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every route of the server is on one page, with what it asks of the core.
func TestRouteTable(t *testing.T) {
	var lines []string
	taken := map[string]string{}
	for _, d := range table(t) {
		for _, r := range d.Routes {
			if r.Action == "" {
				t.Errorf("%s %s does not say what it asks of the core", r.Method, r.Path)
			}
			if other, clash := taken[r.Method+r.Path]; clash {
				t.Errorf("%s %s is a route of %s and of %s", r.Method, r.Path, other, d.Name)
			}
			taken[r.Method+r.Path] = d.Name
			lines = append(lines, fmt.Sprintf("%-7s %-75s %-5s %s\n", r.Method, r.Path, d.Name, r.Action))
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[8:]+a, b[8:]+b) })
	got := strings.Join(lines, "")
	const golden = "testdata/routes.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// A name that is the first segment of an address can belong to nobody, so that no user,
// team or collection ever stands in a door's way.
func TestFirstSegmentsOfRoutesAreReserved(t *testing.T) {
	for _, d := range table(t) {
		for _, r := range d.Routes {
			first, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
			if first != "" && first != "admin" && !ref.Reserved(first) { // ref says why not that one
				t.Errorf("%s %s: %q is not reserved", r.Method, r.Path, first)
			}
		}
	}
}

package server

import (
	"crypto/rand"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/identity"
	"sregistry/app/metrics"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
	"sregistry/app/version"
)

var (
	pageImages = flag.Int("pages.images", 1000, "images in the registry of BenchmarkPages, a tenth as many collections")
	pageTimes  = flag.Int("pages.times", 100, "how often BenchmarkPages asks for each page")
	pageOnly   = flag.String("pages.only", "", "part of the names of the pages that BenchmarkPages asks for; empty is all")
	pageData   = flag.String("pages.data", "", "folder that keeps the registry of BenchmarkPages for the next time; it is made if it is empty")
)

// passHolder is an anonymous client of the OCI door, which has to ask for a pass first.
const passHolder = "anybody with a pass"

// pages are those that BenchmarkPages asks for.
var pages = []struct{ name, path string }{
	{"home", "/"},
	{"home, later collections", "/?after=library%2Fproteins"},
	{"search, a letter", "/search?q=s"},
	{"search, a letter, fragment", "/search?q=s&fragment=yes"},
	{"search, a common word", "/search?q=samtools"},
	{"search, part of a word", "/search?q=tools"},
	{"search, in all definitions", "/search?q=bootstrap"},
	{"search, a rare word", "/search?q=" + storetest.Rare},
	{"search, nothing", "/search?q=zzzzzz"},
	{"search, many words", "/search?q=library+wide+samtools+1+2+3+for+the+people+of+the+north+and+south"},
	{"search, tags", "/search?kind=tags&q=latest"},
	{"search, an architecture", "/search?arch=riscv64"},
	{"search, a label", "/search?label=purpose&value=neuro&sort=newest"},
	{"search, signed", "/search?signed=yes"},
	{"containers by name", "/search?kind=containers&sort=name"},
	{"containers by name, late", "/search?kind=containers&sort=name&after=samtools%2F9000"},
	{"labels", "/labels"},
	{"label, few values", "/labels/purpose"},
	{"label, 100,000 values", "/labels/org.label-schema.build-date"},
	{"collection, small", "/collections/library/" + storetest.Deep},
	{"collection, wide", "/collections/library/" + storetest.Wide},
	{"collection, wide, by pulls", "/collections/library/" + storetest.Wide + "?sort=pulled"},
	{"collection, wide, filtered", "/collections/library/" + storetest.Wide + "?filter=samtools"},
	{"container, of 10,000 tags", "/containers/library/" + storetest.Deep + "/" + storetest.Well},
	{"image, of 10,000 tags", "/containers/library/" + storetest.Deep + "/" + storetest.Well + ":2026.11"},
	{"admin, health", "/admin"},
	{"admin, storage", "/admin/storage"},
	{"admin, storage of a namespace", "/admin/storage?in=library"},
	{"admin, storage of a collection", "/admin/storage?in=library%2F" + storetest.Wide},
	{"admin, quotas", "/admin/quotas"},
	{"admin, users", "/admin/users"},
	{"admin, log", "/admin/log"},
	{"v1 collections", "/api/v1/collections?limit=200"},
	{"v1 collections, late", "/api/v1/collections?limit=200&after=library%2Fzz"},
	{"v1 images", "/api/v1/images?limit=200"},
	{"v1 images, a letter", "/api/v1/images?q=a"},
	{"v1 images, a word", "/api/v1/images?q=samtools"},
	{"v1 images, a rare word", "/api/v1/images?q=" + storetest.Rare},
	{"v1 labels, a key", "/api/v1/labels?key=purpose"},
	{"v1 tags", "/api/v1/containers/" + storetest.Deep + "%2F" + storetest.Well + "/tags?limit=200"},
	{"hub search", "/api/container/search/name/" + storetest.Rare + "/"},
	{"hub search, exact", "/api/container/search/collection/" + storetest.Deep + "/name/" + storetest.Well + "/tag/2026.11"},
	{"hub collection", "/api/collection/" + storetest.Deep + "/"},
	{"hub collections", "/api/collections/"},
	{"hub containers", "/api/containers/"},
	{"hub labels, a key", "/api/labels/search/purpose/key"},
	{"library search", "/v1/search?value=samtools"},
	{"oci catalog", "/v2/_catalog?n=100"},
	{"oci tags", "/v2/" + storetest.Deep + "/" + storetest.Well + "/tags/list?n=100"},
}

// BenchmarkPages prints how long the server takes for a page of a large registry, as
// somebody without an account, as a user with a part in hundreds of collections, and as
// the administrator: the median and the 99th of a hundred.
func BenchmarkPages(b *testing.B) {
	handler, people := largeRegistry(b)
	for b.Loop() {
		fmt.Printf("%-32s%16s%16s%16s\n", fmt.Sprintf("%d images: p50, p99 in ms", *pageImages), "anonymous", "user", "admin")
		for _, page := range pages {
			if !strings.Contains(page.name, *pageOnly) {
				continue
			}
			fmt.Printf("%-32s", page.name) // at once: a slow page is seen while it is slow
			for _, who := range []string{"", storetest.Worker, storetest.Boss} {
				header := people[who]
				if who == "" && strings.HasPrefix(page.path, "/v2/") {
					header = people[passHolder]
				}
				p50, p99 := timed(b, handler, page.path, header, answerTo(page.name, who))
				fmt.Printf("%8.1f%8.1f", milliseconds(p50), milliseconds(p99))
			}
			fmt.Println()
		}
	}
}

// answerTo gives the status with which somebody gets a page: those of the administrator
// are his alone.
func answerTo(page, who string) int {
	switch {
	case !strings.HasPrefix(page, "admin, ") || who == storetest.Boss:
		return http.StatusOK
	case who == "":
		return http.StatusSeeOther // to sign in
	}
	return http.StatusNotFound
}

// timed asks for a page again and again, and gives the median and the 99th percentile,
// which of a hundred is the slowest.
func timed(b *testing.B, handler http.Handler, path string, who http.Header, want int) (p50, p99 time.Duration) {
	b.Helper()
	times := make([]time.Duration, *pageTimes)
	for i := range times {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
		r.Header = who.Clone()
		w := httptest.NewRecorder()
		begin := time.Now()
		handler.ServeHTTP(w, r)
		times[i] = time.Since(begin)
		if w.Code != want {
			b.Fatalf("%s was answered with %d instead of %d: %.300s", path, w.Code, want, w.Body)
		}
	}
	slices.Sort(times)
	return times[len(times)/2], times[len(times)*99/100]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// largeRegistry is the whole server on a crowd, with what its people show of themselves:
// a session to the pages, and a token to the clients' doors.
func largeRegistry(b *testing.B) (http.Handler, map[string]http.Header) {
	b.Helper()
	dir := *pageData
	if dir == "" {
		dir = b.TempDir()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil {
		begin := time.Now()
		storetest.Fill(b, dir, storetest.Crowd{Collections: *pageImages / 10, Images: *pageImages, Seed: 1})
		fmt.Printf("%d images were made in %s\n", *pageImages, time.Since(begin).Round(time.Millisecond))
	}
	d, err := datadir.OpenExclusive(b.Context(), dir, storetest.Schema(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	log := slog.New(slog.NewTextHandler(b.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	public := &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	id, err := d.Identity(b.Context(), identity.WithAddress(public), identity.WithLog(log))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { id.Close() })
	settings := config.New()
	settings.AnonymousRate, settings.UserRate = 0, 0
	core := registry.New(d.DB, d.Blobs, registry.Settings{UserCollections: true}, log)
	handler, err := newHandler(settings, log, core, id, public, metrics.New(version.Number), limitMemory(settings))
	if err != nil {
		b.Fatal(err)
	}
	pass, err := id.SignPass(b.Context(), model.Anonymous)
	if err != nil {
		b.Fatal(err)
	}
	people := map[string]http.Header{"": {}, passHolder: {"Authorization": {"Bearer " + pass}}}
	for _, name := range []string{storetest.Worker, storetest.Boss} {
		people[name] = enter(b, d.DB, id, name)
	}
	return handler, people
}

// enter signs somebody in and makes a token for him.
func enter(b *testing.B, db *store.DB, id *identity.Service, name string) http.Header {
	b.Helper()
	var u model.User
	err := db.View(b.Context(), func(tx *store.Tx) (err error) {
		u, err = tx.UserByName(b.Context(), name)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	actor := model.Actor{UserID: u.ID, Name: u.Name, Admin: u.Admin, Via: model.ByPassword, Scope: model.ScopeAll}
	w := httptest.NewRecorder()
	if err := id.SignIn(w, httptest.NewRequest(http.MethodPost, "/sign-in", nil), "127.0.0.1", actor); err != nil {
		b.Fatal(err)
	}
	_, secret, err := id.CreateToken(b.Context(), actor, identity.NewToken{Name: rand.Text(), Scope: model.ScopeAll})
	if err != nil {
		b.Fatal(err)
	}
	c := w.Result().Cookies()[0]
	return http.Header{"Cookie": {c.Name + "=" + c.Value}, "Authorization": {"Bearer " + secret}}
}

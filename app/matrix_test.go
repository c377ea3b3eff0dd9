package app_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// The permission table, over every door: everybody who may come × everything he may want
// × private, public and frozen. No cell may differ between doors, and the whole is in
// testdata/matrix.txt.
func TestNoDoorOpensWhatAnotherKeepsShut(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	var out strings.Builder
	out.WriteString("Who may do what, by every door. login: asked for (better) credentials; hidden: as if it did not exist;\n" +
		"refused: seen, but not allowed; frozen: after a thaw. A dash: the door knows no such credential.\n")
	for _, target := range []string{"private/image", "public/image", "public/frozen"} {
		fmt.Fprintf(&out, "\n%s\n", target)
		w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "  \t")
		for _, op := range operations {
			fmt.Fprintf(w, "%s\t", op.name)
		}
		fmt.Fprintln(w)
		for _, who := range m.people {
			fmt.Fprintf(w, "  %s\t", who.name)
			for _, op := range operations {
				fmt.Fprintf(w, "%s\t", m.verdict(who, target, op))
			}
			fmt.Fprintln(w)
		}
		w.Flush()
	}
	got := strings.ReplaceAll(out.String(), " \n", "\n")
	const golden = "testdata/matrix.txt"
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

// person is somebody who comes to the doors, with the credentials he has.
type person struct {
	name, user, token string
	cookie            string // of a browser session
}

// matrix is a registry with all its doors, and everybody who comes.
type matrix struct {
	*doortest.Site
	t         *testing.T
	owner     model.Actor
	people    []person
	images    map[string]model.Image // tagged t
	others    map[string]model.Image // tagged other
	manifests map[string]registry.Manifest
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	site := doortest.New(t)
	mountAll(t, site)
	m := &matrix{Site: site, t: t, owner: site.User(t, "owner"), images: map[string]model.Image{}, others: map[string]model.Image{}, manifests: map[string]registry.Manifest{}}
	m.furnish()
	m.invite()
	return m
}

// furnish makes the collections at hand.
func (m *matrix) furnish() {
	t, ctx := m.t, m.t.Context()
	for seed, name := range []string{"private/image", "public/image", "public/frozen", "elsewhere/image"} {
		m.images[name] = m.Push(t, m.owner, name, "t", siftest.Options{Seed: uint64(seed), Payload: 100})
		m.others[name] = m.Push(t, m.owner, name, "other", siftest.Options{Seed: uint64(100 + seed), Payload: 100})
		manifest, err := m.Registry.Manifest(ctx, m.owner, doortest.Path(t, name), ref.Reference{Tag: "t"})
		m.must(err)
		m.manifests[name] = manifest
	}
	m.Publish(t, m.owner, "public")
	m.must(m.Registry.FreezeTag(ctx, m.owner, doortest.Path(t, "public/frozen"), "t", true))
	m.User(t, "nemo")
}

// invite makes everybody who comes, with the credentials he has.
func (m *matrix) invite() {
	t, ctx := m.t, m.t.Context()
	bob, carol, dave, eve := m.User(t, "contributor"), m.User(t, "member"), m.User(t, "left"), m.User(t, "stranger")
	suspended, admin := m.User(t, "suspended"), m.Admin(t, "admin")
	robot, err := m.Identity.CreateUser(ctx, model.Console, identity.NewUser{Name: "robot", Kind: model.Robot})
	m.must(err)
	_, err = m.Registry.CreateTeam(ctx, m.owner, "crew", model.Open)
	m.must(err)
	for _, member := range []model.Actor{carol, dave} {
		m.must(m.Registry.Join(ctx, member, "crew"))
	}
	for _, collection := range []string{"private", "public"} {
		for _, g := range []model.RoleAssignment{{User: "contributor", Role: model.Contributor}, {Team: "crew", Role: model.Contributor},
			{User: "robot", Role: model.Owner}, {User: "suspended", Role: model.Owner}} {
			m.must(m.Registry.SetRole(ctx, m.owner, doortest.Path(t, collection), g))
		}
	}
	m.must(m.Registry.Leave(ctx, dave, "crew"))
	other, err := m.Registry.Collection(ctx, m.owner, doortest.Path(t, "elsewhere"))
	m.must(err)
	token := func(name string, a model.Actor, n identity.NewToken) {
		n.User = a.Name
		by := a
		if a.Name == "robot" {
			by = admin
		}
		m.people = append(m.people, person{name: name, user: a.Name, token: m.TokenFor(t, by, n)})
	}
	everything := identity.NewToken{Scope: model.ScopeAll}
	m.people = append(m.people, person{name: "anonymous"})
	for _, a := range []model.Actor{eve, bob, m.owner, carol, dave, admin} {
		token(a.Name, a, everything)
		m.people[len(m.people)-1].cookie = m.session(a)
	}
	token("robot", model.Actor{Name: robot.Name}, everything)
	token("owner, read-only token", m.owner, identity.NewToken{Scope: model.ScopeRead})
	token("owner, token for another collection", m.owner, identity.NewToken{Scope: model.ScopeAll, Collections: []int64{other.ID}})
	expiry := time.Now().Add(2 * time.Second)
	token("owner, expired token", m.owner, identity.NewToken{Scope: model.ScopeAll, Expires: expiry})
	// His session has ended: to a browser's door he is a visitor like any other.
	token("suspended owner", suspended, everything)
	m.people = append(m.people, person{name: "nonsense token", user: "owner", token: "nonsense"})
	m.must(m.Identity.SetDisabled(ctx, model.Console, "suspended", true))
	time.Sleep(time.Until(expiry))
}

// session signs somebody in, and gives the cookie.
func (m *matrix) session(a model.Actor) string {
	w := httptest.NewRecorder()
	m.must(m.Identity.SignIn(w, httptest.NewRequest(http.MethodPost, m.URL+"/sign-in", nil), "127.0.0.1", a))
	c := w.Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

func (m *matrix) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// restore puts back what an operation that was allowed has changed.
func (m *matrix) restore(name string) {
	if name != "public/frozen" {
		_, err := m.Registry.SetTag(m.t.Context(), m.owner, doortest.Path(m.t, name), "t", ref.Reference{Digest: m.images[name].Digest})
		m.must(err)
	}
}

// verdict asks every door that knows an operation, and gives what all of them say.
func (m *matrix) verdict(who person, name string, op operation) string {
	said := ""
	for door, ask := range op.doors {
		if door == "web" && who.token != "" && who.cookie == "" {
			continue // a browser shows no tokens
		}
		m.restore(name)
		answer := ask(m, who, name)
		verdict := word(answer)
		if said == "" {
			said = verdict
		}
		if verdict != said {
			m.t.Errorf("%s, %s of %s: the door %s says %s (status %d), another %s", who.name, op.name, name, door, verdict, answer.Status, said)
		}
	}
	m.restore(name)
	if said == "" {
		return "-"
	}
	return said
}

// word puts an answer into a word.
func word(a doortest.Answer) string {
	switch {
	case a.Status/100 == 2:
		return "yes"
	case strings.Contains(a.Body, "is frozen"):
		return "frozen"
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/sign-in"),
		a.Status == http.StatusForbidden && hubAsks(a.Body):
		return "login"
	case a.Status == http.StatusNotFound:
		return "hidden"
	case a.Status == http.StatusForbidden:
		return "refused"
	}
	return fmt.Sprint(a.Status)
}

// hubAsks reports whether a 403 of the hub's door asks for (better) credentials: its
// clients know no 401.
func hubAsks(body string) bool {
	for _, words := range []string{"Authentication Required", "expired", "signature", "name or the password", "not known"} {
		if strings.Contains(body, words) {
			return true
		}
	}
	return false
}

// libraryID is the id by which the library's door knows a full name.
func libraryID(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

func libraryImage(name string, i model.Image) string {
	return libraryID("library/" + name + "@" + i.Content.Encoded())
}

func (m *matrix) bearer(who person, method, path string, body any, header ...string) doortest.Answer {
	if who.token != "" {
		header = append(header, "Authorization", "Bearer "+who.token)
	}
	return m.Do(m.t, method, path, body, header...)
}

func (m *matrix) signed(who person, kind, method, path, name, tag string) doortest.Answer {
	return m.signedBody(who, kind, method, path, name, tag, nil)
}

func (m *matrix) signedBody(who person, kind, method, path, name, tag string, body any) doortest.Answer {
	if who.token == "" {
		return m.Do(m.t, method, path, body)
	}
	collection, container, _ := strings.Cut(name, "/")
	h := doortest.HubClient{User: who.user, Token: who.token}
	return m.Do(m.t, method, path, body, "Authorization", h.Sign(time.Now(), kind, collection, container, tag))
}

func (m *matrix) browse(who person, path string) doortest.Answer {
	if who.cookie == "" {
		return m.Do(m.t, http.MethodGet, path, nil)
	}
	return m.Do(m.t, http.MethodGet, path, nil, "Cookie", who.cookie)
}

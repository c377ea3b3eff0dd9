package app_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"sregistry/app/sif/siftest"
)

// hostile is a text that would run as a script wherever it is written as it is.
const hostile = `"'><script>pwned()</script><img src=x onerror=pwned()><b id=pwned>[x](javascript:pwned())`

// visitor is a browser without scripts.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
	sent   map[string]bool // the forms, by their action
}

func newVisitor(t *testing.T, base string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, base, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, map[string]bool{}}
}

// site is the address whose cookies the visitor has.
func (v *visitor) site() *url.URL {
	v.t.Helper()
	u, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	return u
}

func (v *visitor) signIn(name string) *http.Response {
	v.t.Helper()
	return v.post("/sign-in", url.Values{"name": {name}, "password": {"the password of alice"}}, nil)
}

func (v *visitor) post(path string, fields url.Values, header http.Header) *http.Response {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.base+path, strings.NewReader(fields.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body) // only the status and the headers count
	answer.Body.Close()
	return answer
}

// page reads a page; nil if it is none.
func (v *visitor) page(path string) (*goquery.Document, *http.Response) {
	v.t.Helper()
	answer, err := v.client.Get(v.base + path)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return nil, answer
	}
	doc, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return doc, answer
}

// crawl visits every page that links lead to, once, but not those that change something.
func (v *visitor) crawl(see func(path string, page *goquery.Document, answer *http.Response)) int {
	v.t.Helper()
	const most, views = 150, 3 // pages, and views of one
	seen, viewed, queue, pages := map[string]bool{}, map[string]int{}, []string{"/", "/sign-in", "/teams", "/upload", "/account", "/admin", "/admin/quotas", "/admin/users/alice", "/search?q=hello", "/labels", "/collections/new"}, 0
	for len(queue) > 0 && pages < most {
		path := queue[0]
		queue = queue[1:]
		bare, _, _ := strings.Cut(path, "?")
		if seen[path] || viewed[bare] == views {
			continue
		}
		seen[path] = true
		viewed[bare]++
		page, answer := v.page(path)
		if page == nil {
			continue
		}
		pages++
		see(path, page, answer)
		page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			href := a.AttrOr("href", "")
			to, err := url.Parse(href)
			if err != nil || to.Host != "" && "http://"+to.Host != v.base || !strings.HasPrefix(to.Path, "/") {
				return
			}
			to.Fragment, to.Host, to.Scheme = "", "", ""
			queue = append(queue, to.String())
		})
	}
	return pages
}

// destructive are forms that would end the test, not test it.
var destructive = regexp.MustCompile(`delete|revoke|/end|sign-out|leave|remove|password|hand-over|disable|purge|/admin/settings`)

// fillIn sends every form of a page with a hostile text in all its fields for text.
func (v *visitor) fillIn(page *goquery.Document) (sent int) {
	page.Find("form[action]").Each(func(_ int, form *goquery.Selection) {
		action := form.AttrOr("action", "")
		if !strings.EqualFold(form.AttrOr("method", ""), "post") || destructive.MatchString(action) || !strings.HasPrefix(action, "/") || v.sent[action] {
			return
		}
		v.sent[action] = true
		fields := url.Values{}
		form.Find("input[name], textarea[name], select[name]").Each(func(_ int, in *goquery.Selection) {
			name := in.AttrOr("name", "")
			switch kind := in.AttrOr("type", "text"); {
			case goquery.NodeName(in) == "select":
				fields.Set(name, in.Find("option[selected], option").First().AttrOr("value", ""))
			case goquery.NodeName(in) == "textarea", kind == "text", kind == "search":
				fields.Set(name, hostile)
			case kind == "hidden", kind == "number", kind == "date":
				fields.Set(name, in.AttrOr("value", ""))
			case kind == "checkbox", kind == "radio":
				if _, on := in.Attr("checked"); on {
					fields.Add(name, in.AttrOr("value", "on"))
				}
			}
		})
		if v.post(action, fields, nil).StatusCode >= http.StatusInternalServerError {
			v.t.Errorf("%s with %v: the server failed", action, fields)
		}
		sent++
	})
	return sent
}

// harmless fails if a page has anything that would run, or may be shown in a frame.
func harmless(t *testing.T, path string, page *goquery.Document, answer *http.Response) {
	t.Helper()
	policy := answer.Header.Get("Content-Security-Policy")
	for _, want := range []string{"frame-ancestors 'none'", "default-src", "base-uri", "form-action"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s: the policy %q lacks %s", path, policy, want)
		}
	}
	if strings.Contains(policy, "unsafe-inline") || answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("Referrer-Policy") == "" {
		t.Errorf("%s: headers %v", path, answer.Header)
	}
	page.Find("*").Each(func(_ int, e *goquery.Selection) {
		node := e.Get(0)
		for _, a := range node.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			link := a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction"
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || link && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:text")) {
				t.Errorf("%s: <%s %s=%q>", path, node.Data, a.Key, a.Val)
			}
			if a.Key == "id" && a.Val == "pwned" {
				t.Errorf("%s: a text became an element", path)
			}
		}
		if node.Data == "script" && (!strings.HasPrefix(e.AttrOr("src", ""), "/static/") || strings.TrimSpace(e.Text()) != "") {
			t.Errorf("%s: a script that is not ours: %s", path, e.Text())
		}
	})
}

// newHostileSite has an admin, and the hostile text wherever a client can put one.
func newHostileSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, "--name", hostile, "--anonymous-rate", "0", "--user-rate", "0")
	s.run("user", "add", "root", "--admin", "--password-stdin", "--data", filepath.Join(s.home, "data"))
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Definition: "Bootstrap: docker\nFrom: x\n%help\n" + hostile + "\n%labels\n  l " + hostile + "\n",
		Labels: map[string]string{"org.label": hostile, hostile: "value"},
		Files:  map[string]string{"/etc/" + strings.ReplaceAll(hostile, "/", "_"): hostile}})
	path := filepath.Join(s.home, "hostile.sif")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	s.run("push", "--quiet", "--name", "lab/hello:v1", path)
	s.run("push", "--quiet", "--name", "lab/hello:v2", path)
	s.run("collection", "public", "lab")
	s.run("team", "create", "crew")
	s.run("token", "create", "named")
	return s
}

// Every text that anybody may store is shown as text, on every page to which links lead,
// to an admin and to a stranger, after every form was sent with a text that is a script.
func TestSecurityStoredScriptsAreText(t *testing.T) {
	t.Parallel()
	s := newHostileSite(t)
	forms, pages, shown, seen := 0, 0, 0, map[string]bool{}
	for _, name := range []string{"alice", "root"} {
		v := newVisitor(t, s.url)
		if answer := v.signIn(name); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign-in of %s: %s", name, answer.Status)
		}
		v.crawl(func(_ string, page *goquery.Document, _ *http.Response) { forms += v.fillIn(page) })
		pages += v.crawl(func(path string, page *goquery.Document, answer *http.Response) {
			harmless(t, path, page, answer)
			shown += strings.Count(page.Text(), "<b id=pwned>")
			seen[path] = seen[path] || answer.StatusCode == http.StatusOK
		})
	}
	for _, path := range []string{"/admin/quotas", "/admin/users/alice", "/collections/library/lab/settings", "/teams/crew", "/account", "/admin/log"} {
		if !seen[path] {
			t.Errorf("nobody has seen %s", path)
		}
	}
	stranger := newVisitor(t, s.url)
	pages += stranger.crawl(func(path string, page *goquery.Document, answer *http.Response) { harmless(t, path, page, answer) })
	t.Logf("%d forms sent, %d pages seen, the text shown as text %d times", forms, pages, shown)
	if forms == 0 || shown == 0 {
		t.Error("nothing was tried")
	}
}

// No form of the site does anything for a page of another site, and no page may be shown in
// a frame: every route that takes a POST from a browser refuses it.
func TestSecurityOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	s := newHostileSite(t)
	v := newVisitor(t, s.url)
	v.signIn("root")
	table, err := os.ReadFile("server/testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, m := range regexp.MustCompile(`(?m)^POST\s+(\S+)\s+web\s`).FindAllStringSubmatch(string(table), -1) {
		path := regexp.MustCompile(`:\w+|\*`).ReplaceAllString(m[1], "x")
		for name, header := range map[string]http.Header{
			"by its fetch metadata": {"Sec-Fetch-Site": {"cross-site"}},
			"by its origin":         {"Origin": {"https://evil.example"}},
			"from a sandbox":        {"Origin": {"null"}},
			"of a sister":           {"Sec-Fetch-Site": {"same-site"}},
		} {
			tried++
			if answer := v.post(path, url.Values{"name": {"x"}}, header); answer.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s, told %s: %s", path, name, answer.Status)
			}
		}
	}
	t.Logf("%d tried", tried)
	if tried == 0 {
		t.Error("no route was found")
	}
}

// A session that somebody else chose, or had before, is not the one that a sign-in makes.
func TestSecurityASignInMakesANewSession(t *testing.T) {
	t.Parallel()
	s := newHostileSite(t)
	v := newVisitor(t, s.url)
	site := v.site()
	v.signIn("alice")
	before := v.client.Jar.Cookies(site)
	if len(before) == 0 {
		t.Fatal("a sign-in sets no cookie")
	}
	v.signIn("root")
	after := v.client.Jar.Cookies(site)
	for i, c := range before {
		if c.Value == after[i].Value {
			t.Errorf("%s is the same after another sign-in", c.Name)
		}
	}
	// The cookie that a stranger planted is not taken over.
	planted := newVisitor(t, s.url)
	planted.client.Jar.SetCookies(site, []*http.Cookie{{Name: before[0].Name, Value: "chosen-by-somebody-else"}})
	planted.signIn("alice")
	if got := planted.client.Jar.Cookies(site)[0].Value; got == "chosen-by-somebody-else" {
		t.Error("a planted cookie became a session")
	}
	// After a sign-out the old one opens nothing.
	stolen := v.client.Jar.Cookies(site)
	v.post("/sign-out", nil, nil)
	thief := newVisitor(t, s.url)
	thief.client.Jar.SetCookies(site, stolen)
	if _, answer := thief.page("/account"); answer.StatusCode == http.StatusOK {
		t.Error("a session that was ended still opens the account")
	}
}

// Nobody is led to another site by an address of ours.
func TestSecurityNoOpenRedirect(t *testing.T) {
	t.Parallel()
	s := newHostileSite(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "///evil.example", "javascript:pwned()",
		"/%09/evil.example", "http:evil.example", "/\r\nLocation: https://evil.example"} {
		v := newVisitor(t, s.url)
		answer := v.post("/sign-in", url.Values{"name": {"alice"}, "password": {"the password of alice"}, "next": {next}}, nil)
		if to := answer.Header.Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") {
			t.Errorf("next=%q leads to %q", next, to)
		}
		if _, answer = v.page("/sign-in?next=" + url.QueryEscape(next)); strings.Contains(answer.Header.Get("Location"), "//") {
			t.Errorf("next=%q leads to %q", next, answer.Header.Get("Location"))
		}
	}
	for _, path := range []string{"//evil.example", "//evil.example/%2f..", `/\evil.example/`, "/https://evil.example"} {
		if _, answer := newVisitor(t, s.url).page(path); strings.Contains(answer.Header.Get("Location"), "//evil") {
			t.Errorf("%s leads to %q", path, answer.Header.Get("Location"))
		}
	}
}

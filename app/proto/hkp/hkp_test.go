package hkp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	key "github.com/sylabs/scs-key-client/client"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/pgp/pgptest"
	"sregistry/app/proto/hkp"
	"sregistry/app/registry"
)

// newSite is a registry with this door only.
func newSite(t *testing.T, options ...doortest.Option) *doortest.Site {
	t.Helper()
	s := doortest.New(t, options...)
	s.Mount(hkp.Errors, hkp.Routes(s.Registry), hkp.Authenticate(s.Identity, httpx.NewLimits(httpx.Rate{}, httpx.Rate{})))
	return s
}

// client is the key client library of SingularityCE and Apptainer.
func client(t *testing.T, s *doortest.Site, token string) *key.Client {
	t.Helper()
	c, err := key.NewClient(key.OptBaseURL(strings.Replace(s.URL, "http", "https", 1)), key.OptBearerToken(token),
		key.OptHTTPClient(&http.Client{Transport: plain{}}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plain does in the clear what the library insists on doing by TLS.
type plain struct{}

func (plain) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return http.DefaultTransport.RoundTrip(r)
}

func form(text string) string { return url.Values{"keytext": {text}}.Encode() }

const formType = "application/x-www-form-urlencoded"

func TestKeyClientPushesSearchesAndPulls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := client(t, s, s.Token(t, s.User(t, "alice")))
	e := pgptest.New(t, "alice")
	for range 2 { // a key is kept once
		if err := c.PKSAdd(t.Context(), pgptest.Public(t, e)); err != nil {
			t.Fatal(err)
		}
	}
	index, err := c.PKSLookup(t.Context(), &key.PageDetails{Size: 256}, "alice", key.OperationIndex, true, false, []string{key.OptionMachineReadable})
	if err != nil {
		t.Fatal(err)
	}
	if found := strictIndex(t, index); len(found) != 1 || found[0].fingerprint != pgptest.Fingerprint(e) || found[0].names[0] != "alice <alice@example.org>" {
		t.Errorf("found %+v", found)
	}
	anonymous := client(t, s, "")
	for _, search := range [][]byte{e.PrimaryKey.Fingerprint, e.PrimaryKey.Fingerprint[12:], e.PrimaryKey.Fingerprint[16:]} {
		text, err := anonymous.GetKey(t.Context(), search)
		if err != nil {
			t.Fatal(err)
		}
		list, err := openpgp.ReadArmoredKeyRing(strings.NewReader(text))
		if err != nil || len(list) != 1 {
			t.Errorf("%x: %d keys, %v", search, len(list), err)
		}
	}
	_, err = anonymous.GetKey(t.Context(), make([]byte, 20))
	if e, ok := errors.AsType[*key.HTTPError](err); !ok || e.Code() != http.StatusNotFound {
		t.Errorf("a key that is not there: %v", err)
	}
}

// published is a key as SingularityCE reads it from an index.
type published struct {
	fingerprint string
	names       []string
}

// strictIndex reads an index by the rules of SingularityCE, which indexes into the fields
// of a line without looking how many there are.
func strictIndex(t *testing.T, index string) []published {
	t.Helper()
	count := -1
	var found []published
	for line := range strings.SplitSeq(strings.TrimSuffix(index, "\n"), "\n") {
		f := strings.Split(line, ":")
		switch {
		case f[0] == "info" && len(f) == 3 && f[1] == "1":
			count = number(t, f[2])
		case f[0] == "pub" && len(f) == 7 && len(f[1]) == 40 && len(f[6]) <= 1:
			number(t, f[2])
			number(t, f[3])
			number(t, f[4])
			number(t, "0"+f[5])
			found = append(found, published{fingerprint: f[1]})
		case f[0] == "uid" && len(f) == 5 && len(found) > 0 && len(f[4]) <= 1:
			name, err := url.QueryUnescape(f[1])
			if err != nil {
				t.Error(err)
			}
			last := &found[len(found)-1]
			last.names = append(last.names, name)
		default:
			t.Errorf("the line %q would make a client panic", line)
		}
	}
	if count != len(found) {
		t.Errorf("info says %d, but there are %d keys", count, len(found))
	}
	return found
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Error(err)
	}
	return n
}

// What Apptainer 1.6 sends, as it was recorded.
func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := "Bearer " + s.Token(t, s.User(t, "alice"))
	e := pgptest.NewWith(t, "al:ice+50%", pgptest.Config())
	fingerprint := pgptest.Fingerprint(e)
	added := s.Do(t, "POST", "/pks/add", form(pgptest.Public(t, e)), "Authorization", token, "Content-Type", formType, "Connection", "close")
	if added.Status != http.StatusOK || !strings.Contains(added.Body, fingerprint) {
		t.Fatalf("push: %+v", added)
	}
	for _, search := range []string{"0x" + fingerprint[32:], "0x" + fingerprint, strings.ToLower(fingerprint), "al%3Aice%2B50%25%40example.org"} {
		a := s.Do(t, "GET", "/pks/lookup?fingerprint=on&op=index&options=mr&search="+search+"&x-pagesize=256", nil, "Authorization", "Bearer ", "Connection", "close")
		if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
			t.Fatalf("search %s: %+v", search, a)
		}
		if found := strictIndex(t, a.Body); len(found) != 1 || found[0].names[0] != "al:ice+50% <al:ice+50%@example.org>" {
			t.Errorf("search %s: %+v", search, found)
		}
	}
	id := strings.TrimLeft(strings.ToLower(fingerprint[24:]), "0")
	for _, search := range []string{strings.ToLower(fingerprint), id} {
		a := s.Do(t, "GET", "/pks/lookup?exact=on&op=get&search=0x"+search, nil, "Connection", "close")
		if a.Status != http.StatusOK || strings.Count(a.Body, "-----BEGIN PGP PUBLIC KEY BLOCK-----") != 1 {
			t.Errorf("pull %s: %+v", search, a)
		}
	}
}

// Trap 23 of the clients: colons, the count, short ids and one key for each fingerprint.
func TestIndexOfOddKeysKeepsItsColons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alice := s.User(t, "alice")
	expired := pgptest.Config()
	expired.KeyLifetimeSecs = 1
	revoked := pgptest.New(t, "odd-revoked")
	if err := revoked.RevokeKey(0, "", pgptest.Config()); err != nil {
		t.Fatal(err)
	}
	text := pgptest.Public(t, pgptest.NewWith(t, "odd-expired", expired), revoked, pgptest.New(t, "odd-ü\n:"), pgptest.New(t, "odd"))
	if _, err := s.Registry.AddKeys(t.Context(), alice, text); err != nil {
		t.Fatal(err)
	}
	a := s.Do(t, "GET", "/pks/lookup?op=vindex&search=odd&x-pagesize=1000", nil)
	if found := strictIndex(t, a.Body); len(found) != 4 {
		t.Errorf("found %+v", found)
	}
	if strings.Count(a.Body, ":e\n") != 1 || strings.Count(a.Body, ":r\n") != 1 {
		t.Errorf("flags:\n%s", a.Body)
	}
	if found := strictIndex(t, s.Do(t, "GET", "/pks/lookup?op=index&search=odd&x-pagesize=2", nil).Body); len(found) != 2 {
		t.Errorf("a page of 2 has %d", len(found))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alice := s.User(t, "alice")
	token := "Bearer " + s.Token(t, alice)
	e := pgptest.New(t, "alice")
	public := form(pgptest.Public(t, e))
	for name, c := range map[string]struct {
		method, path, body, auth string
		status                   int
	}{
		"add, no token":       {"POST", "/pks/add", public, "", 401},
		"add, empty token":    {"POST", "/pks/add", public, "Bearer", 401},
		"add, wrong token":    {"POST", "/pks/add", public, "Bearer nonsense", 401},
		"add, unknown scheme": {"POST", "/pks/add", public, "Digest x", 401},
		"add, no form":        {"POST", "/pks/add", "hello", token, 400},
		"add, bad form":       {"POST", "/pks/add", "keytext=%zz", token, 400},
		"add, garbage":        {"POST", "/pks/add", form("hello"), token, 400},
		"add, private":        {"POST", "/pks/add", form(pgptest.Private(t, e)), token, 400},
		"add, much":           {"POST", "/pks/add", form(strings.Repeat("a", 300<<10)), token, 413},
		"add, megabytes":      {"POST", "/pks/add", form(strings.Repeat("a", 3<<20)), token, 413},
		"get, none":           {"GET", "/pks/lookup?op=get&search=0x0123456789abcdef", "", "", 404},
		"index, none":         {"GET", "/pks/lookup?op=index&options=mr&search=nobody", "", "", 404},
		"get, no digits":      {"GET", "/pks/lookup?op=get&search=0xhello", "", "", 400},
		"no search":           {"GET", "/pks/lookup?op=get", "", "", 400},
		"no operation":        {"GET", "/pks/lookup?search=alice", "", "", 400},
		"other operation":     {"GET", "/pks/lookup?op=stats&search=alice", "", "", 400},
		"search, wrong token": {"GET", "/pks/lookup?op=get&search=alice", "", "Bearer nonsense", 401},
	} {
		a := s.Do(t, c.method, c.path, c.body, "Authorization", c.auth, "Content-Type", formType)
		if a.Status != c.status || !strings.Contains(a.Body, fmt.Sprintf(`{"error":{"code":%d,"message":"`, c.status)) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// Nothing is read of a stranger, who would have the server hold it in its memory.
func TestKeysOfStrangersAreNotRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.Do(t, "POST", "/pks/add", "no form, and "+strings.Repeat("too large ", 200_000))
	if a.Status != http.StatusUnauthorized {
		t.Errorf("%d: %s", a.Status, a.Body)
	}
}

func TestSignInOnlySiteShowsNoKeysToStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t, doortest.WithSettings(registry.Settings{SignIn: true}))
	alice := s.User(t, "alice")
	if _, err := s.Registry.AddKeys(t.Context(), alice, pgptest.Public(t, pgptest.New(t, "alice"))); err != nil {
		t.Fatal(err)
	}
	for _, search := range []string{"alice", "nobody"} { // there or not, the same
		for _, op := range []string{"get", "index"} {
			if a := s.Do(t, "GET", "/pks/lookup?op="+op+"&search="+search, nil, "Authorization", "Bearer"); a.Status != 401 {
				t.Errorf("%s %s: %+v", op, search, a)
			}
		}
	}
	if a := s.Do(t, "GET", "/pks/lookup?op=get&search=alice", nil, "Authorization", "Bearer "+s.Token(t, alice)); a.Status != 200 {
		t.Errorf("signed in: %+v", a)
	}
}

func TestOnlyAdminsAddKeysWhereTheSettingsSaySo(t *testing.T) {
	t.Parallel()
	s := newSite(t, doortest.WithSettings(registry.Settings{KeysByAdmins: true}))
	for _, c := range []struct {
		by     model.Actor
		status int
	}{{s.User(t, "alice"), 403}, {s.Admin(t, "root"), 200}} {
		a := s.Do(t, "POST", "/pks/add", form(pgptest.Public(t, pgptest.New(t, "alice"))), "Authorization", "Bearer "+s.Token(t, c.by))
		if a.Status != c.status {
			t.Errorf("%s: %+v", c.by.Name, a)
		}
	}
}

package cli_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/api"
	"sregistry/app/client/clienttest"
)

// accounts lets a registry make tokens for everybody who has the right password, and records
// what it was asked.
type accounts struct {
	wanted  []api.NewToken
	revoked []string
}

func withAccounts(r *clienttest.Registry) *accounts {
	a := &accounts{}
	r.API.HandleFunc("POST /api/v1/tokens", func(w http.ResponseWriter, req *http.Request) {
		user, password, _ := req.BasicAuth()
		if password != clienttest.Password {
			clienttest.Fail(w, 401, "unauthenticated", "Wrong name or password.")
			return
		}
		var want api.NewToken
		json.NewDecoder(req.Body).Decode(&want)
		a.wanted = append(a.wanted, want)
		clienttest.JSON(w, 201, api.Token{ID: "id1", User: user, Name: want.Name, Secret: clienttest.Token})
	})
	r.API.HandleFunc("GET /api/v1/whoami", func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") != "Bearer "+clienttest.Token {
			clienttest.Fail(w, 401, "unauthenticated", "The token is not good.")
			return
		}
		clienttest.JSON(w, 200, api.Whoami{User: "bob"})
	})
	r.API.HandleFunc("DELETE /api/v1/tokens/{id}", func(w http.ResponseWriter, req *http.Request) {
		a.revoked = append(a.revoked, req.PathValue("id")+" "+req.Header.Get("Authorization"))
		w.WriteHeader(http.StatusNoContent)
	})
	return a
}

// secrets reads the credentials file, with the registry's address made the same always.
func secrets(t *testing.T, u *user, base string) string {
	t.Helper()
	text, err := os.ReadFile(u.file(".sregistry"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(u.file(".sregistry"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	return strings.ReplaceAll(string(text), base, "BASE")
}

const loggedIn = `{
    "SREGISTRY_CLIENT": "registry",
    "registries": {
        "BASE": {
            "token": "the-good-token",
            "token_id": "id1",
            "username": "bob"
        }
    },
    "registry": {
        "base": "BASE",
        "token": "the-good-token",
        "username": "bob"
    }
}
`

func TestLoginAndLogout(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	a := withAccounts(r)
	for name, login := range map[string]func(u *user) []string{
		"asked for": func(u *user) []string { u.stdin, u.secret = "bob\n", clienttest.Password; return nil },
		"password-stdin": func(u *user) []string {
			u.stdin = clienttest.Password + "\n"
			return []string{"-u", "bob", "--password-stdin"}
		},
	} {
		u := newUser(t, "")
		got := u.want(t, 0, append([]string{"login", r.URL + "/api/"}, login(u)...)...)
		if got.stdout != "" || strings.Contains(got.stderr, "Warning") {
			t.Errorf("%s: said %q and %q", name, got.stdout, got.stderr)
		}
		if diff := cmp.Diff(loggedIn, secrets(t, u, r.URL)); diff != "" {
			t.Errorf("%s: the file (-want +got):\n%s", name, diff)
		}
		u.want(t, 0, "logout")
		if left := secrets(t, u, r.URL); strings.Contains(left, "token") || !strings.Contains(left, "BASE") {
			t.Errorf("%s: logout left %s", name, left)
		}
		u.want(t, 0, "logout")
	}
	want := api.NewToken{Name: "bob@laptop", Scope: []string{"read", "write", "delete", "manage"}, Replace: true}
	if diff := cmp.Diff([]api.NewToken{want, want}, a.wanted); diff != "" {
		t.Errorf("the tokens asked for (-want +got):\n%s", diff)
	}
	ended := "id1 Bearer " + clienttest.Token
	if diff := cmp.Diff([]string{ended, ended}, a.revoked); diff != "" {
		t.Errorf("the tokens ended (-want +got):\n%s", diff)
	}
}

func TestLoginWithATokenThatWasMadeElsewhereDoesNotEndIt(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	a := withAccounts(r)
	u := newUser(t, "")
	u.stdin = clienttest.Token + "\n"
	u.want(t, 0, "login", strings.TrimPrefix(r.URL, "http://"), "--token-stdin")
	if text := secrets(t, u, r.URL); !strings.Contains(text, clienttest.Token) || strings.Contains(text, "token_id") {
		t.Errorf("the file is %s", text)
	}
	u.want(t, 0, "logout", r.URL)
	if a.revoked != nil {
		t.Errorf("ended %v", a.revoked)
	}
}

func TestLoginThatFailsStoresNothing(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	withAccounts(r)
	for name, tt := range map[string]struct {
		stdin string
		args  []string
		code  int
	}{
		"wrong password": {"wrong\n", []string{r.URL, "-u", "bob", "--password-stdin"}, 12},
		"wrong token":    {"wrong\n", []string{r.URL, "--token-stdin"}, 12},
		"no input":       {"", []string{r.URL, "--token-stdin"}, 2},
		"no terminal":    {"", []string{r.URL}, 2},
		"no name":        {"x\n", []string{r.URL, "--password-stdin"}, 2},
		"no server":      {"x\n", []string{"http://127.0.0.1:1", "-u", "bob", "--password-stdin"}, 14},
		"not ours":       {"x\n", []string{r.URL + "/elsewhere", "-u", "bob", "--password-stdin"}, 1},
	} {
		u := newUser(t, "")
		u.stdin = tt.stdin
		if got := u.want(t, tt.code, append([]string{"login"}, tt.args...)...); strings.Contains(got.stderr, "Log in with") {
			t.Errorf("%s: advised to do what failed: %q", name, got.stderr)
		}
		if _, err := os.Stat(u.file(".sregistry")); err == nil {
			t.Errorf("%s: a file was written", name)
		}
	}
}

func TestTokenOfTheEnvironmentIsUsedAndNotStored(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	seen := ""
	r.API.HandleFunc("GET /api/v1/teams", func(w http.ResponseWriter, req *http.Request) {
		seen = req.Header.Get("Authorization")
		clienttest.JSON(w, 200, api.List[api.Team]{})
	})
	u := newUser(t, r.URL+"/api")
	u.vars["SREGISTRY_REGISTRY_USERNAME"], u.vars["SREGISTRY_REGISTRY_TOKEN"] = "bob", "from-env"
	u.want(t, 0, "team", "list")
	if seen != "Bearer from-env" {
		t.Errorf("the token sent is %q", seen)
	}
	if _, err := os.Stat(u.file(".sregistry")); err == nil {
		t.Error("a file was written")
	}
	u.vars["SREGISTRY_REGISTRY_BASE"] = "https://another.example"
	u.want(t, 0, "team", "list", "--registry", r.URL)
	if seen != "" {
		t.Errorf("the token of another registry was sent: %q", seen)
	}
}

func TestTokenThatOthersCanReadIsWarnedOf(t *testing.T) {
	t.Parallel()
	r := clienttest.New(t)
	r.API.HandleFunc("GET /api/v1/teams", func(w http.ResponseWriter, _ *http.Request) {
		clienttest.JSON(w, 200, api.List[api.Team]{})
	})
	u := newUser(t, r.URL)
	for mode, says := range map[os.FileMode]string{0o644: "other users can read", 0o600: ""} {
		if err := os.WriteFile(u.file(".sregistry"), []byte(`{"registry":{"base":"`+r.URL+`","token":"t"}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(u.file(".sregistry"), mode); err != nil {
			t.Fatal(err)
		}
		if got := u.want(t, 0, "team", "list"); !strings.Contains(got.stderr, says) || says == "" && got.stderr != "" {
			t.Errorf("mode %o: %q", mode, got.stderr)
		}
	}
	if err := os.Chmod(u.file(".sregistry"), 0o666); err != nil {
		t.Fatal(err)
	}
	u.want(t, 11, "team", "list")
}

// A token that somebody has found ends itself: its secret is a credential, and stands in no
// address, no log and no message.
func TestTokenIsRevokedByItsText(t *testing.T) {
	t.Parallel()
	const id = "abcdefgh234567ab"
	text := "sregistry_" + id + "_" + strings.Repeat("abcdefg2", 22)
	for name, tt := range map[string]struct {
		login string // what the user is logged in with
		valid bool   // the token
		asks  []string
		code  int
	}{
		"by itself":            {"", true, []string{id + " by the token"}, 0},
		"by itself, logged in": {"own", true, []string{id + " by the token"}, 0},
		"expired, logged in":   {"own", false, []string{id + " by the token", id + " by own"}, 0},
		"not valid":            {"", false, []string{id + " by the token"}, 12},
	} {
		r := clienttest.New(t)
		var asked []string
		r.API.HandleFunc("DELETE /api/v1/tokens/{token}", func(w http.ResponseWriter, req *http.Request) {
			by := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
			asked = append(asked, req.PathValue("token")+" by "+strings.Replace(by, text, "the token", 1))
			if by == text && !tt.valid {
				clienttest.Fail(w, 401, "unauthenticated", "The token is not good.")
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
		for _, given := range []string{text, "-"} {
			u := newUser(t, r.URL)
			u.stdin = text + "\n"
			if tt.login != "" {
				u.vars["SREGISTRY_REGISTRY_TOKEN"] = tt.login
			}
			asked = nil
			got := u.want(t, tt.code, "token", "revoke", given)
			if diff := cmp.Diff(tt.asks, asked); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if strings.Contains(got.stdout+got.stderr, text) {
				t.Errorf("%s: said %q", name, got.stderr)
			}
		}
		for _, request := range r.Requests() {
			if strings.Contains(request, text) {
				t.Errorf("%s: asked %s", name, request)
			}
		}
	}
}

// Who types a secret in the wrong place does not find it in the log of the job.
func TestSecretInTheWrongPlaceIsNotSaid(t *testing.T) {
	t.Parallel()
	u := newUser(t, clienttest.New(t).URL)
	text := "sregistry_abcdefgh234567ab_" + strings.Repeat("abcdefg2", 22)
	for _, args := range [][]string{{"login", text}, {"pull", text}, {"token", text}, {"list", "--registry", text}, {"team", "show", text}, {"tag", "lab/x:1", text}} {
		if got := u.run(t, args...); got.code == 0 || strings.Contains(got.stderr, text) {
			t.Errorf("%v: said %q", args[0], got.stderr)
		}
	}
}

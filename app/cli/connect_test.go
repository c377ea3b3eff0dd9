package cli

import (
	"os"
	"path/filepath"
	"testing"

	"sregistry/app/cli/credentials"
	"sregistry/app/ref"
)

const secretsText = `{"registry": {"base": "http://default.example/api", "token": "t1", "username": "bob"},
	"registries": {"http://lan.example:8080": {"token": "t2", "username": "bob"}, "https://default.example": {"token": "t3"}}}`

// TestWhichRegistryAndWhichToken is inside the package, since what would have to be seen from
// outside is requests to hosts that do not exist.
func TestWhichRegistryAndWhichToken(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(path, []byte(secretsText), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := credentials.Load(path, false)
	if err != nil {
		t.Fatal(err)
	}
	env := func(pairs ...string) map[string]string {
		vars := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			vars[pairs[i]] = pairs[i+1]
		}
		return vars
	}
	for _, tt := range []struct {
		name, flag  string
		vars        map[string]string
		base, token string
	}{
		{"lab/x", "", nil, "http://default.example", "t1"},
		{"lab/x", "", env(envBase, "https://env.example/api/"), "https://env.example", ""},
		{"lab/x", "https://flag.example/", env(envBase, "https://env.example"), "https://flag.example", ""},
		{"lan.example:8080/lab/x", "https://flag.example", nil, "http://lan.example:8080", "t2"},
		{"default.example/lab/x", "", nil, "http://default.example", "t1"},
		{"https://default.example/lab/x", "", nil, "https://default.example", "t3"},
		{"other.example/lab/x", "", nil, "https://other.example", ""},
		{"other.example/lab/x", "", env(envNoHTTPS, ""), "http://other.example", ""},
		{"127.0.0.2:8080/lab/x", "", nil, "http://127.0.0.2:8080", ""},
		{"[::1]:8080/lab/x", "", nil, "http://[::1]:8080", ""},
		{"localhost/lab/x", "", nil, "http://localhost", ""},
		{"lab/x", "flag.example:80", nil, "https://flag.example:80", ""},
		{"lab/x", "", env(envToken, "te"), "http://default.example", "te"},
		{"other.example/lab/x", "", env(envToken, "te"), "https://other.example", ""},
		{"env.example/lab/x", "", env(envToken, "te", envBase, "https://env.example/api"), "https://env.example", "te"},
		{"lan.example:8080/lab/x", "", env(envToken, "te", envBase, "https://env.example"), "http://lan.example:8080", "t2"},
	} {
		e := Env{LookupEnv: func(key string) (string, bool) { v, ok := tt.vars[key]; return v, ok }}
		u, err := ref.ParseURI(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		base, err := remoteOptions{registry: tt.flag}.base(e, file, u)
		if err != nil || base != tt.base {
			t.Errorf("%s, --registry %q, %v: got %q, %v; want %q", tt.name, tt.flag, tt.vars, base, err, tt.base)
			continue
		}
		if token := loginFor(e, file, base).Token; token != tt.token {
			t.Errorf("%s, --registry %q, %v: the token is %q, not %q", tt.name, tt.flag, tt.vars, token, tt.token)
		}
	}
}

func TestPlacesOfFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		vars             map[string]string
		home             string
		secrets, uploads string
	}{
		{nil, "/home/bob", "/home/bob/.sregistry", "/home/bob/.local/state/sregistry/uploads"},
		{map[string]string{"SREGISTRY_CLIENT_SECRETS": "/s", "XDG_STATE_HOME": "/state"}, "/home/bob", "/s", "/state/sregistry/uploads"},
		{map[string]string{"XDG_STATE_HOME": "relative"}, "/home/bob", "/home/bob/.sregistry", "/home/bob/.local/state/sregistry/uploads"},
		{nil, "", ".sregistry", ""},
	} {
		e := Env{Home: tt.home, LookupEnv: func(key string) (string, bool) { v, ok := tt.vars[key]; return v, ok }}
		if secrets, named := e.secretsFile(); secrets != tt.secrets || named != (tt.secrets == "/s") || e.uploadsDir() != tt.uploads {
			t.Errorf("%v: got %s and %s", tt.vars, secrets, e.uploadsDir())
		}
	}
}

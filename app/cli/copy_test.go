package cli_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	foreign "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// newForeign runs a registry of somebody else's that lets only ann in.
func newForeign(t *testing.T) (host string) {
	t.Helper()
	registry := foreign.New(foreign.WithReferrersSupport(true), foreign.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		registry.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

type asAnn struct{}

func (asAnn) RoundTrip(r *http.Request) (*http.Response, error) {
	r.SetBasicAuth("ann", "secret")
	return http.DefaultTransport.RoundTrip(r)
}

// TestCopyWithDockersLogin copies between two registries which docker knows the way into.
func TestCopyWithDockersLogin(t *testing.T) {
	t.Parallel()
	from, to := newForeign(t), newForeign(t)
	image, err := random.Image(1000, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"v1", "v2"} {
		at, err := name.NewTag(from+"/some/app:"+tag, name.Insecure)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(at, image, remote.WithTransport(asAnn{})); err != nil {
			t.Fatal(err)
		}
	}
	d, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	u := newUser(t, "")
	u.want(t, 12, "copy", from+"/some/app:v1", to+"/other/app") // not logged in
	config := fmt.Sprintf(`{"auths":{%q:{"auth":%q},%q:{"auth":%q}}}`, from, base64.StdEncoding.EncodeToString([]byte("ann:secret")),
		to, base64.StdEncoding.EncodeToString([]byte("ann:secret")))
	if err := os.MkdirAll(filepath.Join(u.home, ".docker"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(u.home, ".docker", "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := u.want(t, 0, "copy", from+"/some/app:v1", to+"/other/app"); r.stdout != d.String()+"\n" || !strings.Contains(r.stderr, "Copied other/app:v1") {
		t.Errorf("%q %q", r.stdout, r.stderr)
	}
	if r := u.want(t, 0, "copy", "--quiet", "--json", from+"/some/app@"+d.String(), "docker://"+to+"/other/app:named"); !strings.Contains(r.stdout, d.String()) || r.stderr != "" {
		t.Errorf("%q %q", r.stdout, r.stderr)
	}
	if r := u.want(t, 0, "copy", "--all-tags", from+"/some/app", to+"/all/app"); strings.Count(r.stdout, d.String()) != 2 {
		t.Errorf("%q %q", r.stdout, r.stderr)
	}
	u.want(t, 10, "copy", from+"/some/app:v9", to+"/other/app")
	u.want(t, 2, "copy", "--all-tags", from+"/some/app:v1", to+"/other/app")
	u.want(t, 2, "copy", from+"/some/app:v1", to+"/other/app@"+d.String())
	u.want(t, 2, "copy", from+"/some/app:v1")
}

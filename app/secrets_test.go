package app_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// What looks like a secret of ours gets into no log, wherever a caller puts it: the request log,
// the audit log, and the errors in both.
func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--log-level", "debug", "--anonymous-rate", "0")
	must(t, pushBytes(t.Context(), s.url, s.token, "lab/hello", "v1", siftestBytes(t, 4, 1000)))
	_, pass, _ := strings.Cut(page(t, s.url+"/v2/_token?service=x", http.StatusOK), "pass_")
	pass = "pass_" + pass[:strings.IndexByte(pass, '"')]
	link := lastOf(s.run("share", "lab/hello:v1"))
	link = strings.Split(strings.TrimPrefix(link, s.url+"/share/"), "/")[0]
	invitation := "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	ticket := strings.Repeat("A_-0b9Z", 10)
	secrets := []string{s.token, pass, link, invitation, ticket}
	for _, secret := range secrets {
		for _, path := range []string{
			"/api/v1/tokens/SECRET", "/api/v1/containers/SECRET/images/x", "/api/v1/containers/lab%2Fhello/images/SECRET", "/api/v1/users/SECRET",
			"/share/SECRET", "/download/SECRET", "/setup/SECRET", "/invitations/SECRET", "/password/SECRET", "/SECRET", "/SECRET/x", "/v2/SECRET/manifests/x",
			"/v2/lab/hello/manifests/SECRET", "/v2/lab/hello/blobs/SECRET", "/v1/images/lab/hello:SECRET", "/v1/imagefile/SECRET", "/v2/imagefile/SECRET",
			"/api/container/SECRET", "/api/container/lab/hello:SECRET", "/pks/lookup?op=get&search=SECRET", "/containers/library/lab/SECRET", "/users/SECRET",
			"/?q=SECRET", "/search?q=SECRET", "/api/v1/images?q=SECRET", "/static/SECRET", "/collections/library/SECRET", "/teams/SECRET",
		} {
			for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPost} {
				r, err := http.NewRequestWithContext(t.Context(), method, s.url+strings.ReplaceAll(path, "SECRET", secret), strings.NewReader(secret))
				must(t, err)
				r.Header.Set("User-Agent", "x "+secret)
				r.Header.Set("Referer", s.url+"/share/"+secret)
				r.Header.Set("X-Request-Id", secret)
				if method == http.MethodDelete { // who may read only is denied, which the audit log notes
					r.SetBasicAuth(secret, "wrong")
				}
				answer, err := http.DefaultClient.Do(r)
				must(t, err)
				answer.Body.Close()
			}
		}
	}
	s.run("user", "add", "root", "--admin", "--password-stdin", "--data", filepath.Join(s.home, "data"))
	s.run("login", s.url, "--username", "root", "--password-stdin")
	audit := s.run("audit", "--json")
	s.stop()
	log := s.err.String()
	if !strings.Contains(log, "/api/v1/tokens/:token") || !strings.Contains(audit, "denied") {
		t.Fatalf("nothing was logged: %.300s %.300s", log, audit)
	}
	for _, secret := range secrets {
		for name, text := range map[string]string{"log": log, "audit log": audit} {
			for line := range strings.Lines(text) {
				if strings.Contains(line, secret) {
					t.Errorf("in the %s: %.900s", name, line)
					break
				}
			}
		}
	}
}

// lastOf is the last line of a text.
func lastOf(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

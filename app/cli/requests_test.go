package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestEveryCommandAsksWhatItSays runs the commands that are one request, and compares these
// with the table in testdata/requests.txt, which is the client's side of the interface.
func TestEveryCommandAsksWhatItSays(t *testing.T) {
	t.Parallel()
	const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	var mu sync.Mutex
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		asked = append(asked, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body)))
		mu.Unlock()
		fmt.Fprint(w, `{"items":[]}`)
	}))
	t.Cleanup(s.Close)
	var table strings.Builder
	for _, command := range []string{
		"list", "list lab", "list lab/hello", "list alice/tools/samtools", "collection list", "tags lab/hello",
		"inspect registry://lab/hello:1", "inspect --arch arm64 registry://lab/hello@sha256." + hex,
		"search", "search *", "search lab", "search lab/", "search lab/hello", "search lab/hello:V1", "search /hello", "search /hello:1", "search hello:1",
		"search alice/tools/samtools", "search registry://Lab/", "search a b/",
		"labels", "labels -k maintainer", "labels --key maintainer --value bob", "labels -v bob",
		"tag lab/hello:1 latest stable", "tag --json lab/hello@sha256." + hex + " latest",
		"freeze lab/hello", "freeze lab/hello:1", "thaw lab/hello", "thaw lab/hello:1",
		"delete -f lab/hello", "delete -f lab/hello:1", "delete -f lab/hello@sha256." + hex, "delete --all -f lab/hello",
		"share lab/hello", "share lab/hello:1 --days 7", "share lab/hello --expires 72h", "share lab/hello --list", "share --revoke 12",
		"readme lab/hello", "readme lab/hello --set -",
		"collection show lab", "collection create lab --public", "collection create alice/tools --description x",
		"collection public lab", "collection private lab",
		"collection grant lab --contributor bob --owner carol,dora --contributor-team imaging --owner-team core",
		"collection revoke lab --contributor bob", "collection delete -f lab",
		"team list", "team show imaging", "team create imaging", "team create imaging --open", "team delete -f imaging",
		"team invite imaging", "team invite imaging --expires 7d", "team join imaging", "team join http://h/invitations/s3", "team leave imaging",
		"team add imaging bob carol", "team remove imaging bob", "team promote imaging bob", "team demote imaging bob",
		"token list", "token list --user robot1", "token create ci",
		"token create ci --scope read --collection lab,alice/tools --expires 90d --user robot1", "token revoke ci", "key list", "key remove 8883491F4268F173C6E5DC49EDECE4F3F38D871E",
		"collection require-signature lab --key 8883491F4268F173C6E5DC49EDECE4F3F38D871E,ABCD", "collection require-signature lab --off",
		"token revoke --user robot1 ci",
	} {
		u := newUser(t, s.URL)
		u.run(t, strings.Fields(command)...)
		fmt.Fprintf(&table, "sregistry %s\n", command)
		for _, request := range asked {
			fmt.Fprintf(&table, "    %s\n", request)
		}
		asked = nil
	}
	golden(t, "requests.txt", table.String())
}

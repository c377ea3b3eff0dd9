package v1_test

import (
	"net/http"
	"testing"

	"sregistry/app/api"
)

func TestNarrowedTokenReachesItsCollectionOnly(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	lab := decode[api.Collection](t, s.call(t, http.MethodGet, "/collections/lab", p["owner"], ""))
	if lab.Name != "lab" {
		t.Fatal(lab)
	}
	token := want[api.Token](t, s, 201, "POST", "/tokens", p["owner"], `{"name":"n","scope":["read","write"],"collections":["lab"]}`).Secret
	want[any](t, s, 200, "GET", hello, token, "")
	want[any](t, s, 404, "GET", "/containers/other%2Fthing", token, "")
	want[any](t, s, 403, "POST", "/tokens", token, `{"name":"more"}`)
	want[any](t, s, 403, "DELETE", hello+"/tags/latest", token, "")
}

// What belongs to no collection is beyond a token that is narrowed to some, though an
// administrator made it.
func TestNarrowedTokenOfAnAdminRunsNothing(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	token := want[api.Token](t, s, 201, "POST", "/tokens", p["admin"], `{"name":"n","scope":["read","write","delete","manage"],"collections":["lab"]}`).Secret
	want[any](t, s, 403, "PUT", "/usage/lab/quota", token, `{"bytes":1}`)
	want[any](t, s, 403, "GET", "/usage", token, "")
	want[any](t, s, 403, "GET", "/usage/alice", token, "")
	want[any](t, s, 403, "GET", "/tokens?user=alice", token, "")
	want[any](t, s, 403, "GET", "/events", token, "")
	want[any](t, s, 200, "GET", "/usage/lab", token, "")
}

package v1_test

import (
	"fmt"
	"testing"
)

// TestWhoMayDoWhat is the table of all requests by all callers. A request that changes
// something is first made by those who may not, then by those who may.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	callers := []string{"anonymous", "expired", "stranger", "contributor", "reader", "narrowed", "owner", "admin"}
	for _, tt := range []struct {
		method, path, body string
		status             [8]int // by the order of callers; 0 is not tried
	}{
		//                                              anon exp  str  con  read narr own  adm
		{"GET", "", "", [8]int{200, 401, 200, 200, 200, 200, 200, 200}},
		{"GET", "/openapi.json", "", [8]int{200, 401, 200, 200, 200, 200, 200, 200}},
		{"GET", "/whoami", "", [8]int{401, 401, 200, 200, 200, 200, 200, 200}},
		{"GET", "/tokens", "", [8]int{401, 401, 200, 200, 403, 403, 200, 200}},
		{"GET", "/tokens?user=alice", "", [8]int{401, 401, 403, 403, 403, 403, 200, 200}},
		{"POST", "/tokens", `{"name":"x","user":"alice","replace":true}`, [8]int{401, 401, 403, 403, 403, 403, 201, 201}},
		{"DELETE", "/tokens/none?user=alice", "", [8]int{401, 401, 403, 403, 403, 403, 404, 404}},
		{"GET", "/collections", "", [8]int{200, 401, 200, 200, 200, 200, 200, 200}},
		{"POST", "/collections", `{"name":"lab"}`, [8]int{401, 401, 409, 409, 403, 403, 409, 409}},
		{"POST", "/collections", `{"name":"alice/new"}`, [8]int{401, 401, 403, 403, 403, 403, 201, 409}},
		{"GET", "/collections/lab", "", [8]int{401, 401, 404, 200, 200, 404, 200, 200}},
		{"PATCH", "/collections/lab", `{"description":"new"}`, [8]int{401, 401, 404, 403, 403, 404, 200, 200}},
		{"GET", "/collections/lab/roles", "", [8]int{401, 401, 404, 403, 403, 404, 200, 200}},
		{"PUT", "/collections/lab/roles", `{"team":"crew","role":""}`, [8]int{401, 401, 404, 403, 403, 404, 404, 404}},
		{"PUT", "/collections/lab/roles", `{"user":"alice","role":"contributor"}`, [8]int{401, 401, 404, 403, 403, 404, 409, 409}},
		{"GET", "/collections/lab/containers", "", [8]int{401, 401, 404, 200, 200, 404, 200, 200}},
		{"GET", hello, "", [8]int{401, 401, 404, 200, 200, 404, 200, 200}},
		{"GET", hello + "/readme", "", [8]int{401, 401, 404, 200, 200, 404, 200, 200}},
		{"PUT", hello + "/readme", `{"text":"","version":9}`, [8]int{401, 401, 404, 403, 403, 404, 409, 409}},
		{"PUT", hello + "/readme", `{"text":""}`, [8]int{400, 401, 400, 400, 400, 400, 400, 400}},
		{"PUT", hello + "/frozen", `{"frozen":false}`, [8]int{401, 401, 404, 403, 403, 404, 204, 204}},
		{"GET", hello + "/tags", "", [8]int{401, 401, 404, 200, 200, 404, 200, 200}},
		{"PUT", hello + "/tags/new", `{"reference":"latest"}`, [8]int{401, 401, 404, 403, 403, 404, 204, 204}},
		{"PUT", hello + "/tags/held", `{"reference":"latest"}`, [8]int{401, 401, 404, 403, 403, 404, 423, 423}},
		{"PUT", hello + "/tags/held/frozen", `{"frozen":true}`, [8]int{401, 401, 404, 403, 403, 404, 204, 204}},
		{"DELETE", hello + "/tags/held", "", [8]int{401, 401, 404, 403, 403, 404, 423, 423}},
		{"GET", hello + "/images/latest", "", [8]int{401, 401, 404, 200, 200, 404, 200, 200}},
		{"GET", hello + "/images/none", "", [8]int{401, 401, 404, 404, 404, 404, 404, 404}},
		{"POST", hello + "/images/latest/shares", "", [8]int{401, 401, 404, 403, 403, 404, 201, 201}},
		{"GET", hello + "/shares", "", [8]int{401, 401, 404, 403, 403, 404, 200, 200}},
		{"DELETE", "/shares/1", "", [8]int{401, 401, 404, 403, 403, 404, 204, 404}},
		{"GET", "/images", "", [8]int{200, 401, 200, 200, 200, 200, 200, 200}},
		{"GET", "/events", "", [8]int{401, 401, 403, 403, 403, 403, 403, 200}},
		{"GET", "/events?collection=lab", "", [8]int{401, 401, 404, 403, 403, 404, 200, 200}},
		{"GET", "/webhooks?collection=lab", "", [8]int{401, 401, 404, 403, 403, 404, 200, 200}},
		{"POST", "/webhooks", `{"url":"https://ci.example.org/"}`, [8]int{401, 401, 403, 403, 403, 403, 403, 201}},
		{"DELETE", "/webhooks/999", "", [8]int{401, 401, 404, 404, 404, 404, 404, 404}},
		{"GET", "/labels", "", [8]int{200, 401, 200, 200, 200, 200, 200, 200}},
		{"POST", "/teams", `{"name":"crew"}`, [8]int{401, 401, 0, 0, 403, 403, 201, 409}},
		{"GET", "/teams", "", [8]int{401, 401, 200, 200, 200, 200, 200, 200}},
		{"GET", "/teams/crew", "", [8]int{401, 401, 200, 200, 200, 200, 200, 200}},
		{"POST", "/teams/crew/invitations", "", [8]int{401, 401, 403, 403, 403, 403, 201, 201}},
		{"POST", "/teams/crew/join", "", [8]int{401, 401, 403, 403, 403, 403, 403, 403}},
		{"POST", "/teams/crew/leave", "", [8]int{401, 401, 404, 404, 403, 403, 409, 404}},
		{"PUT", "/teams/crew/members/carol", `{"owner":true}`, [8]int{401, 401, 403, 403, 403, 403, 204, 204}},
		{"DELETE", "/teams/crew/members/carol", "", [8]int{401, 401, 403, 0, 403, 403, 204, 404}},
		{"POST", "/invitations/accept", `{"invitation":"none"}`, [8]int{401, 401, 404, 404, 403, 403, 404, 404}},
		{"DELETE", "/teams/crew", "", [8]int{401, 401, 403, 403, 403, 403, 204, 404}},
		{"DELETE", hello + "/images/sha256:" + zeros, "", [8]int{401, 401, 404, 403, 403, 404, 404, 404}},
		{"DELETE", hello, "", [8]int{401, 401, 404, 403, 403, 404, 423, 423}},
		{"DELETE", "/collections/lab", "", [8]int{401, 401, 404, 403, 403, 404, 423, 423}},
	} {
		t.Run(fmt.Sprint(tt.method, " ", tt.path, " ", tt.body), func(t *testing.T) {
			for i, who := range callers {
				if tt.status[i] == 0 {
					continue
				}
				if a := s.call(t, tt.method, tt.path, p[who], tt.body); a.Status != tt.status[i] {
					t.Errorf("%s: got %d %s, want %d", who, a.Status, a.Body, tt.status[i])
				}
			}
		})
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

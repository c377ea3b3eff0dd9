package v1_test

import (
	"regexp"
	"strings"
	"testing"

	"sregistry/app/doortest"
)

var (
	requestID = regexp.MustCompile(`"request":"[^"]*"`)
	names     = regexp.MustCompile(`\b(lab/hello|non/esuch|lab|non|link \d+)\b`)
)

// TestHiddenEqualsMissing asks for what is private, and for what does not exist; whoever
// may not see it gets one answer for both, apart from the name that he himself wrote.
func TestHiddenEqualsMissing(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	want[any](t, s, 201, "POST", hello+"/images/latest/shares", p["owner"], "") // the link 1
	const none = "/containers/non%2Fesuch"
	for _, tt := range []struct{ method, hidden, missing, body string }{
		{"GET", "/collections/lab", "/collections/non", ""},
		{"PATCH", "/collections/lab", "/collections/non", `{"public":true}`},
		{"DELETE", "/collections/lab", "/collections/non", ""},
		{"GET", "/collections/lab/roles", "/collections/non/roles", ""},
		{"PUT", "/collections/lab/roles", "/collections/non/roles", `{"user":"bob","role":"owner"}`},
		{"GET", "/collections/lab/containers", "/collections/non/containers", ""},
		{"GET", "/collections/lab/containers?after=a&limit=1", "/collections/non/containers?after=a&limit=1", ""},
		{"GET", hello, none, ""},
		{"DELETE", hello, none, ""},
		{"PUT", hello + "/frozen", none + "/frozen", `{"frozen":true}`},
		{"GET", hello + "/tags", none + "/tags", ""},
		{"PUT", hello + "/tags/held", none + "/tags/held", `{"reference":"latest"}`},
		{"DELETE", hello + "/tags/held", none + "/tags/held", ""},
		{"PUT", hello + "/tags/held/frozen", none + "/tags/held/frozen", `{"frozen":false}`},
		{"GET", hello + "/images/latest", none + "/images/latest", ""},
		{"GET", hello + "/images/latest?arch=s390x", none + "/images/latest?arch=s390x", ""},
		{"DELETE", hello + "/images/sha256:" + zeros, none + "/images/sha256:" + zeros, ""},
		{"POST", hello + "/images/latest/shares", none + "/images/latest/shares", ""},
		{"GET", hello + "/shares", none + "/shares", ""},
		{"DELETE", "/shares/1", "/shares/999", ""},
		{"POST", "/tokens", "", `{"name":"t","collections":["lab"]}`},
		{"GET", "/images?collection=lab", "/images?collection=non", ""},
		{"GET", "/images?q=hello", "/images?q=esuch", ""},
		{"GET", "/events?collection=lab", "/events?collection=non", ""},
		{"GET", "/labels?key=maker", "/labels?key=nobody", ""},
	} {
		for _, who := range []string{"anonymous", "stranger", "narrowed"} {
			body, path := tt.body, tt.missing
			if path == "" {
				body, path = strings.ReplaceAll(body, "lab", "non"), tt.hidden
			}
			hidden := s.call(t, tt.method, tt.hidden, p[who], tt.body)
			missing := s.call(t, tt.method, path, p[who], body)
			if hidden.Status != missing.Status || anonymized(hidden) != anonymized(missing) {
				t.Errorf("%s: %s %s: %d %s differs from %d %s", who, tt.method, tt.hidden, hidden.Status, hidden.Body, missing.Status, missing.Body)
			}
		}
	}
}

// anonymized is the body of an answer without the request's id and the name asked for.
func anonymized(a doortest.Answer) string {
	return names.ReplaceAllString(requestID.ReplaceAllString(a.Body, ""), "NAME")
}

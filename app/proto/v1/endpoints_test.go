package v1_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sregistry/app/api"
	"sregistry/app/pgp/pgptest"
)

// TestEveryEndpointAnswersAsDocumented goes through the whole interface as an owner would;
// call checks every answer against the document.
func TestEveryEndpointAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	for _, step := range []func(*testing.T, *site, people){tellWhoIsThere, manageTokens, manageCollections, manageImages, shareImages, searchImages, manageKeys, manageTeams, limitThings, deleteThings, seeWhatHappened} {
		step(t, s, p)
	}
	for name := range s.operations {
		if !s.succeeded[name] {
			t.Errorf("%s was not seen to succeed", name)
		}
	}
}

func tellWhoIsThere(t *testing.T, s *site, p people) {
	if got := want[api.Server](t, s, 200, "GET", "", "", ""); got != (api.Server{Name: "Test Hub", Version: "0", Address: public}) {
		t.Errorf("server: %+v", got)
	}
	want[any](t, s, 200, "GET", "/openapi.json", "", "")
	me := want[api.Whoami](t, s, 200, "GET", "/whoami", p["reader"], "")
	if me.User != "alice" || me.Admin || me.Via != "token" || strings.Join(me.Scope, " ") != "read" {
		t.Errorf("whoami: %+v", me)
	}
}

func manageTokens(t *testing.T, s *site, p people) {
	made := want[api.Token](t, s, 201, "POST", "/tokens", p["owner"], `{"name":"a/b c","collections":["lab"],"expires_in":60}`)
	if strings.Join(made.Scope, " ") != "read write" || strings.Join(made.Collections, " ") != "lab" || made.User != "alice" || made.Expires == nil {
		t.Errorf("token: %+v", made)
	}
	want[any](t, s, 200, "GET", "/collections/lab", made.Secret, "")
	again := want[api.Token](t, s, 201, "POST", "/tokens", p["owner"], `{"name":"a/b c","scope":["delete"],"replace":true}`)
	if strings.Join(again.Scope, " ") != "read delete" || again.Collections != nil || again.Expires != nil {
		t.Errorf("token: %+v", again)
	}
	for _, token := range want[api.List[api.Token]](t, s, 200, "GET", "/tokens", p["owner"], "").Items {
		if token.Secret != "" {
			t.Error("a list tells a secret")
		}
	}
	want[any](t, s, 204, "DELETE", "/tokens/a%2Fb%20c", p["owner"], "")
	want[any](t, s, 401, "GET", "/whoami", again.Secret, "")

	robot := want[api.Token](t, s, 201, "POST", "/tokens", p["admin"], `{"name":"ci","user":"bob"}`)
	if robot.User != "bob" {
		t.Errorf("token for another: %+v", robot)
	}
	if list := want[api.List[api.Token]](t, s, 200, "GET", "/tokens?user=bob", p["admin"], "").Items; len(list) != 2 || list[0].User != "bob" {
		t.Errorf("tokens of another: %+v", list)
	}
	want[any](t, s, 204, "DELETE", "/tokens/"+robot.ID+"?user=bob", p["admin"], "")
}

func manageCollections(t *testing.T, s *site, p people) {
	made := want[api.Collection](t, s, 201, "POST", "/collections", p["owner"], `{"name":"alice/tools","description":"d"}`)
	if made.Name != "alice/tools" || made.Public || made.Role != "owner" || made.Page != public+"/collections/alice/tools" {
		t.Errorf("collection: %+v", made)
	}
	changed := want[api.Collection](t, s, 200, "PATCH", "/collections/alice%2Ftools", p["owner"], `{"public":true}`)
	if !changed.Public || changed.Description != "d" {
		t.Errorf("changed: %+v", changed)
	}
	if got := want[api.Collection](t, s, 200, "GET", "/collections/alice%2Ftools", "", ""); !got.Public || got.Role != "" {
		t.Errorf("as anonymous: %+v", got)
	}
	list := want[api.List[api.Collection]](t, s, 200, "GET", "/collections", "", "")
	if len(list.Items) != 1 || list.Items[0].Name != "alice/tools" {
		t.Errorf("anonymous sees %+v", list)
	}
	want[any](t, s, 204, "PUT", "/collections/alice%2Ftools/roles", p["owner"], `{"user":"bob","role":"owner"}`)
	roles := want[api.List[api.Grant]](t, s, 200, "GET", "/collections/alice%2Ftools/roles", p["stranger"], "")
	if len(roles.Items) != 2 {
		t.Errorf("roles: %+v", roles)
	}
	want[any](t, s, 204, "PUT", "/collections/alice%2Ftools/roles", p["owner"], `{"user":"bob","role":""}`)
	want[any](t, s, 403, "GET", "/collections/alice%2Ftools/roles", p["stranger"], "")
	want[any](t, s, 204, "DELETE", "/collections/alice%2Ftools", p["owner"], "")
	want[any](t, s, 404, "GET", "/collections/alice%2Ftools", p["owner"], "")

	containers := want[api.List[api.Container]](t, s, 200, "GET", "/collections/lab/containers", p["contributor"], "")
	if len(containers.Items) != 1 || containers.Items[0].Name != "lab/hello" || containers.Items[0].Tags != 2 {
		t.Errorf("containers: %+v", containers)
	}
}

func manageKeys(t *testing.T, s *site, p people) {
	key := pgptest.New(t, "alice")
	body, err := json.Marshal(api.NewKeys{Armored: pgptest.Public(t, key)})
	if err != nil {
		t.Fatal(err)
	}
	added := want[api.List[api.Key]](t, s, 200, "POST", "/keys", p["owner"], string(body))
	if len(added.Items) != 1 || added.Items[0].Names[0] != "alice <alice@example.org>" || added.Items[0].Fingerprint != pgptest.Fingerprint(key) {
		t.Errorf("added %+v", added)
	}
	want[any](t, s, 401, "POST", "/keys", "", string(body))
	want[any](t, s, 400, "POST", "/keys", p["owner"], `{"armored":"hello"}`)
	if own := want[api.List[api.Key]](t, s, 200, "GET", "/keys", p["owner"], ""); len(own.Items) != 1 {
		t.Errorf("own keys: %+v", own)
	}
	if own := want[api.List[api.Key]](t, s, 200, "GET", "/keys", p["stranger"], ""); len(own.Items) != 0 {
		t.Errorf("a stranger's keys: %+v", own)
	}

	signers := want[api.Collection](t, s, 200, "PATCH", "/collections/lab", p["owner"], `{"signers":["`+pgptest.Fingerprint(key)+`"]}`).TrustedKeys
	if len(signers) != 1 {
		t.Errorf("signers: %v", signers)
	}
	want[any](t, s, 403, "PUT", hello+"/tags/unsigned", p["owner"], `{"reference":"latest"}`)
	if again := want[api.Collection](t, s, 200, "PATCH", "/collections/lab", p["owner"], `{"signers":[]}`); again.TrustedKeys != nil {
		t.Errorf("signers: %v", again.TrustedKeys)
	}

	want[any](t, s, 403, "DELETE", "/keys/"+pgptest.Fingerprint(key), p["stranger"], "")
	want[any](t, s, 204, "DELETE", "/keys/"+pgptest.Fingerprint(key), p["owner"], "")
	want[any](t, s, 404, "DELETE", "/keys/"+pgptest.Fingerprint(key), p["owner"], "")
}

const hello = "/containers/lab%2Fhello"

func manageImages(t *testing.T, s *site, p people) {
	if k := want[api.Container](t, s, 200, "GET", hello, p["contributor"], ""); k.Collection != "lab" || k.Frozen {
		t.Errorf("container: %+v", k)
	}
	image := want[api.Image](t, s, 200, "GET", hello+"/images/latest?arch=amd64", p["contributor"], "")
	report, ok := image.Report.(map[string]any)
	if !ok || report["format"] != "sif" || image.Labels["maker"] != "alice" {
		t.Errorf("report: %v, labels %v", image.Report, image.Labels)
	}
	if image.Page != public+"/containers/library/lab/hello:latest" || image.Name != "lab/hello:latest" || image.FileName != "hello_latest.sif" {
		t.Errorf("image: %+v", image)
	}
	byDigest := want[api.Image](t, s, 200, "GET", hello+"/images/"+image.Content, p["contributor"], "")
	if dotted := strings.Replace(image.Content, ":", ".", 1); byDigest.Page != public+"/containers/library/lab/hello:"+dotted || byDigest.Name != "lab/hello@"+image.Content {
		t.Errorf("image by digest: %+v", byDigest)
	}
	want[any](t, s, 204, "PUT", hello+"/tags/v1", p["owner"], `{"reference":"latest"}`)
	want[any](t, s, 204, "PUT", hello+"/tags/v2", p["owner"], `{"reference":"`+image.Digest+`"}`)
	tags := want[api.List[api.Tag]](t, s, 200, "GET", hello+"/tags", p["contributor"], "")
	if len(tags.Items) != 4 || tags.Items[2].Name != "v1" || len(tags.Items[2].Images) != 1 || tags.Items[2].Images[0].Content != image.Content {
		t.Errorf("tags: %+v", tags)
	}
	want[any](t, s, 204, "PUT", hello+"/tags/v1/frozen", p["owner"], `{"frozen":true}`)
	want[any](t, s, 423, "DELETE", hello+"/tags/v1", p["owner"], "")
	want[any](t, s, 423, "PUT", hello+"/tags/v1", p["owner"], `{"reference":"held"}`)
	want[any](t, s, 204, "PUT", hello+"/tags/v1/frozen", p["owner"], `{"frozen":false}`)
	want[any](t, s, 204, "DELETE", hello+"/tags/v1?arch=amd64", p["owner"], "")
	if r := want[api.Readme](t, s, 200, "PUT", hello+"/readme", p["owner"], `{"text":"# Hello","version":0}`); r.Text != "# Hello" || r.Version != 1 {
		t.Errorf("the readme is %+v", r)
	}
	if r := want[api.Readme](t, s, 200, "GET", hello+"/readme", p["contributor"], ""); r.Text != "# Hello" || r.By == "" {
		t.Errorf("the readme is %+v", r)
	}
	want[any](t, s, 409, "PUT", hello+"/readme", p["owner"], `{"text":"# Other","version":0}`)
	want[any](t, s, 204, "PUT", hello+"/frozen", p["owner"], `{"frozen":true}`)
	want[any](t, s, 423, "DELETE", hello, p["owner"], "")
	want[any](t, s, 204, "PUT", hello+"/frozen", p["owner"], `{"frozen":false}`)
}

func shareImages(t *testing.T, s *site, p people) {
	made := want[api.Share](t, s, 201, "POST", hello+"/images/latest/shares", p["owner"], `{"expires_in":3600}`)
	secret, ok := strings.CutPrefix(made.Link, public+"/share/")
	secret, name, _ := strings.Cut(secret, "/")
	if !ok || name != "hello_latest.sif" || made.By != "alice" || made.Expires.Sub(made.Created).Hours() != 1 {
		t.Errorf("share: %+v", made)
	}
	if i, err := s.Registry.SharedImage(t.Context(), secret); err != nil || i.Title() != "lab/hello:latest" {
		t.Errorf("the link leads to %v, %v", i.Title(), err)
	}
	want[api.Share](t, s, 201, "POST", hello+"/images/latest/shares", p["owner"], "")
	list := want[api.List[api.Share]](t, s, 200, "GET", hello+"/shares", p["owner"], "")
	if len(list.Items) != 2 || list.Items[1].ID != made.ID || list.Items[1].Link != "" {
		t.Errorf("shares: %+v", list)
	}
	want[any](t, s, 204, "DELETE", "/shares/1", p["owner"], "")
	want[any](t, s, 404, "DELETE", "/shares/1", p["owner"], "")
}

func searchImages(t *testing.T, s *site, p people) {
	for query, n := range map[string]int{"": 4, "?q=hell": 3, "?collection=other": 1, "?container=hello&tag=v2": 1, "?q=nothing": 0, "?collection=none": 0} {
		if list := want[api.List[api.Image]](t, s, 200, "GET", "/images"+query, p["owner"], ""); len(list.Items) != n {
			t.Errorf("images%s: %d, want %d", query, len(list.Items), n)
		}
		if list := want[api.List[api.Image]](t, s, 200, "GET", "/images"+query, p["stranger"], ""); len(list.Items) != 0 {
			t.Errorf("a stranger finds %+v", list.Items)
		}
	}
	list := want[api.List[api.Label]](t, s, 200, "GET", "/labels?key=maker&value=alice", p["owner"], "")
	if len(list.Items) != 1 || len(list.Items[0].Images) == 0 {
		t.Errorf("labels: %+v", list)
	}
	if list := want[api.List[api.Label]](t, s, 200, "GET", "/labels", "", ""); len(list.Items) != 0 {
		t.Errorf("anonymous finds %+v", list.Items)
	}
}

func manageTeams(t *testing.T, s *site, p people) {
	if made := want[api.Team](t, s, 201, "POST", "/teams", p["owner"], `{"name":"crew"}`); made.Join != "invite" || made.Size != 1 {
		t.Errorf("team: %+v", made)
	}
	want[any](t, s, 403, "POST", "/teams/crew/join", p["stranger"], "")
	invitation := want[api.Invitation](t, s, 201, "POST", "/teams/crew/invitations", p["owner"], `{"expires_in":60}`)
	if !strings.HasPrefix(invitation.Link, public+"/invitations/") {
		t.Errorf("invitation: %+v", invitation)
	}
	joined := want[api.Team](t, s, 200, "POST", "/invitations/accept", p["stranger"], `{"invitation":"`+invitation.Link+`"}`)
	if joined.Name != "crew" || len(joined.Members) != 2 {
		t.Errorf("joined: %+v", joined)
	}
	want[any](t, s, 404, "POST", "/invitations/accept", p["contributor"], `{"invitation":"`+invitation.Link+`"}`)
	want[any](t, s, 204, "PUT", "/teams/crew/members/carol", p["owner"], `{"owner":false}`)
	first := want[api.Team](t, s, 200, "GET", "/teams/crew?limit=2", p["owner"], "")
	rest := want[api.Team](t, s, 200, "GET", "/teams/crew?limit=2&after="+first.Next, p["owner"], "")
	if len(first.Members) != 2 || len(rest.Members) != 1 || rest.Next != "" {
		t.Errorf("members: %+v, then %+v", first, rest)
	}
	want[any](t, s, 204, "DELETE", "/teams/crew/members/carol", p["owner"], "")
	if seen := want[api.Team](t, s, 200, "GET", "/teams/crew", p["contributor"], ""); seen.Members != nil {
		t.Errorf("who is no member sees %+v", seen.Members)
	}
	want[any](t, s, 204, "POST", "/teams/crew/leave", p["stranger"], "")
	want[any](t, s, 409, "POST", "/teams/crew/leave", p["owner"], "")
	want[any](t, s, 201, "POST", "/teams", p["owner"], `{"name":"club","join":"open"}`)
	want[any](t, s, 204, "POST", "/teams/club/join", p["stranger"], "")
	if all := want[api.List[api.Team]](t, s, 200, "GET", "/teams", p["stranger"], ""); len(all.Items) != 2 {
		t.Errorf("teams: %+v", all)
	}
	if mine := want[api.List[api.Team]](t, s, 200, "GET", "/teams?mine=true", p["stranger"], ""); len(mine.Items) != 1 || mine.Items[0].Name != "club" {
		t.Errorf("my teams: %+v", mine)
	}
	want[any](t, s, 204, "DELETE", "/teams/club", p["owner"], "")
}

func seeWhatHappened(t *testing.T, s *site, p people) {
	all := want[api.List[api.Event]](t, s, 200, "GET", "/events?action=collection&denied=false&since=2000-01-01T00:00:00Z&limit=2", p["admin"], "")
	if len(all.Items) != 2 || all.Next == "" || !strings.HasPrefix(all.Items[0].Action, "collection.") || all.Items[0].Request == "" || all.Items[0].Source == "" {
		t.Errorf("events: %+v", all)
	}
	made := want[api.Webhook](t, s, 201, "POST", "/webhooks", p["admin"], `{"url":"https://ci.example.org/","events":["push"]}`)
	if !strings.HasPrefix(made.Secret, "whsec_") || made.ID == 0 {
		t.Errorf("webhook: %+v", made)
	}
	one := fmt.Sprint("/webhooks/", made.ID)
	for _, w := range want[api.List[api.Webhook]](t, s, 200, "GET", "/webhooks", p["admin"], "").Items {
		if w.Secret != "" {
			t.Error("a list tells a secret")
		}
	}
	sent := want[api.Tested](t, s, 201, "POST", one+"/test", p["admin"], "")
	list := want[api.List[api.Delivery]](t, s, 200, "GET", one+"/deliveries", p["admin"], "")
	if len(list.Items) != 1 || list.Items[0].ID != sent.Delivery || list.Items[0].State != "waiting" || list.Items[0].Next == nil {
		t.Errorf("deliveries: %+v", list)
	}
	want[any](t, s, 204, "POST", fmt.Sprint(one, "/deliveries/", sent.Delivery), p["admin"], "")
	want[any](t, s, 404, "POST", one+"/deliveries/999", p["admin"], "")
	want[any](t, s, 204, "DELETE", one, p["admin"], "")
	want[any](t, s, 404, "DELETE", one, p["admin"], "")
	for _, wrong := range []string{`{}`, `{"url":"x"}`, `{"url":"https://ci.example.org/","events":["%"]}`, `{"url":"https://ci.example.org/","collection":"//"}`} {
		want[any](t, s, 400, "POST", "/webhooks", p["admin"], wrong)
	}
	for _, wrong := range []string{"since=yesterday", "denied=perhaps", "after=x", "collection=%00"} {
		want[any](t, s, 400, "GET", "/events?"+wrong, p["admin"], "")
	}
}

func limitThings(t *testing.T, s *site, p people) {
	set := want[api.Usage](t, s, 200, "PUT", "/usage/lab/quota", p["admin"], `{"bytes":1000000}`)
	if set.Name != "lab" || set.Quota != 1_000_000 || set.Used == 0 {
		t.Errorf("quota: %+v", set)
	}
	want[any](t, s, 403, "PUT", "/usage/lab/quota", p["owner"], `{}`)
	want[any](t, s, 400, "PUT", "/usage/lab/quota", p["admin"], `{"bytes":-1}`)
	if got := want[api.Usage](t, s, 200, "GET", "/usage/lab", p["owner"], ""); got != set {
		t.Errorf("usage: %+v, want %+v", got, set)
	}
	want[any](t, s, 403, "GET", "/usage/alice", p["stranger"], "")
	want[any](t, s, 404, "GET", "/usage/lab", p["stranger"], "")
	if list := want[api.List[api.Usage]](t, s, 200, "GET", "/usage", p["admin"], "").Items; len(list) < 2 {
		t.Errorf("usages: %+v", list)
	}
	if list := want[api.List[api.Usage]](t, s, 200, "GET", "/usage", p["owner"], "").Items; len(list) != 3 || list[0].Kind != "user" || list[1].Kind != "team" || list[2].Name != "lab" || list[2].Kind != "collection" {
		t.Errorf("the owner's: %+v", list)
	}
	if list := want[api.List[api.Usage]](t, s, 200, "GET", "/usage", p["stranger"], "").Items; len(list) != 1 {
		t.Errorf("a stranger's: %+v", list)
	}
	want[any](t, s, 401, "GET", "/usage", "", "")

	want[any](t, s, 204, "PUT", "/collections/lab/retention", p["owner"], `{"rules":[{"tags":"*","last":10}]}`)
	want[any](t, s, 400, "PUT", "/collections/lab/retention", p["owner"], `{"rules":[{"tags":"*"}]}`)
	if got := want[api.Retention](t, s, 200, "GET", "/collections/lab/retention", p["owner"], ""); len(got.Rules) != 1 || got.Rules[0].Last != 10 {
		t.Errorf("retention: %+v", got)
	}
	want[any](t, s, 403, "GET", "/collections/lab/retention", p["contributor"], "")
	if got := want[api.Expiring](t, s, 200, "POST", "/collections/lab/retention/preview", p["owner"], `{"rules":[]}`); len(got.Tags) > 0 || got.More {
		t.Errorf("preview: %+v", got)
	}
}

func deleteThings(t *testing.T, s *site, p people) {
	held := want[api.Image](t, s, 200, "GET", hello+"/images/held", p["owner"], "")
	want[any](t, s, 423, "DELETE", hello+"/images/"+held.Content, p["owner"], "")
	want[any](t, s, 400, "DELETE", hello+"/images/latest", p["owner"], "")
	latest := want[api.Image](t, s, 200, "GET", hello+"/images/latest", p["owner"], "")
	want[any](t, s, 204, "DELETE", hello+"/images/"+latest.Content, p["owner"], "")
	want[any](t, s, 404, "GET", hello+"/images/latest", p["owner"], "")
	gone := want[api.List[api.Deletion]](t, s, 200, "GET", "/deletions?container=lab%2Fhello", p["owner"], "").Items
	if len(gone) == 0 || gone[0].Kind != "image" || gone[0].By != "alice" || !gone[0].Until.After(gone[0].Deleted) {
		t.Fatalf("deletions: %+v", gone)
	}
	if got := want[api.List[api.Deletion]](t, s, 200, "GET", "/deletions", p["stranger"], "").Items; len(got) > 0 {
		t.Errorf("a stranger could bring back %+v", got)
	}
	number := "/deletions/" + strconv.FormatInt(gone[0].ID, 10)
	want[any](t, s, 404, "POST", number+"/undo", p["stranger"], "")
	want[any](t, s, 404, "POST", number+"/undo", p["contributor"], "")
	want[any](t, s, 400, "POST", "/deletions/x/undo", p["owner"], "")
	if back := want[api.Restored](t, s, 200, "POST", number+"/undo", p["owner"], ""); !slices.Contains(back.Tags, "latest") {
		t.Errorf("brought back: %+v", back)
	}
	want[api.Image](t, s, 200, "GET", hello+"/images/latest", p["owner"], "")
	answer := s.call(t, "DELETE", hello+"/images/"+latest.Content, p["owner"], "")
	want[any](t, s, 204, "DELETE", "/deletions/"+answer.Header.Get(api.HeaderUndo), p["owner"], "")
	want[any](t, s, 404, "DELETE", "/deletions/"+answer.Header.Get(api.HeaderUndo), p["owner"], "")
	want[any](t, s, 423, "DELETE", "/collections/lab", p["owner"], "")
	want[any](t, s, 204, "DELETE", "/containers/other%2Fthing", p["owner"], "")
}

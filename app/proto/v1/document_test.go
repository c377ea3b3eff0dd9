package v1_test

import (
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/api"
	v1 "sregistry/app/proto/v1"
)

var segment = regexp.MustCompile(`:(\w+)`)

func TestDocumentAndRoutesAreTheSame(t *testing.T) {
	t.Parallel()
	var routes, documented []string
	for _, r := range v1.Routes(v1.Settings{Address: &url.URL{}}) {
		if r.Action == "" {
			t.Errorf("%s %s asks nothing of the core", r.Method, r.Path)
		}
		routes = append(routes, r.Method+" "+segment.ReplaceAllString(r.Path, "{$1}"))
	}
	for name := range readSpecification(t).operations(t) {
		documented = append(documented, name)
	}
	slices.Sort(routes)
	slices.Sort(documented)
	if diff := cmp.Diff(routes, documented); diff != "" {
		t.Errorf("routes (-) and openapi.json (+) differ:\n%s", diff)
	}
}

func TestDocumentIsWhole(t *testing.T) {
	t.Parallel()
	s := readSpecification(t)
	ids := map[string]bool{}
	for name, o := range s.operations(t) {
		if o.ID == "" || ids[o.ID] || o.Summary == "" || o.Description == "" {
			t.Errorf("%s: needs an operationId of its own, a summary, and who may call", name)
		}
		ids[o.ID] = true
		_, path, _ := strings.Cut(name, " ")
		for _, m := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(path, -1) {
			if p := s.Components.Parameters[m[1]]; p.In != "path" || !strings.Contains(string(s.Paths[path]["parameters"]), "/"+m[1]+`"`) {
				t.Errorf("%s: the parameter %s is not described", path, m[1])
			}
		}
		for status := range o.Responses {
			if _, ok := s.answer(o, atoi(t, status)); !ok {
				t.Errorf("%s: no answer for %s", name, status)
			}
		}
	}
	for name, of := range s.Components.Schemas {
		for field, p := range of.Properties {
			if _, known := s.Components.Schemas[strings.TrimPrefix(p.Ref, "#/components/schemas/")]; p.Ref != "" && !known {
				t.Errorf("%s.%s: there is no schema %s", name, field, p.Ref)
			}
		}
		for _, field := range of.Required {
			if of.Properties[field] == nil {
				t.Errorf("%s: %s is required, and not described", name, field)
			}
		}
	}
}

// TestSchemasAreTheTypes holds each schema to the Go type that the server writes and the
// client reads: the same fields, and required what is never left out.
func TestSchemasAreTheTypes(t *testing.T) {
	t.Parallel()
	s := readSpecification(t)
	for name, of := range map[string]any{
		"Event": api.Event{}, "Webhook": api.Webhook{}, "NewWebhook": api.NewWebhook{}, "Delivery": api.Delivery{}, "Tested": api.Tested{}, "Server": api.Server{}, "Whoami": api.Whoami{}, "Token": api.Token{}, "NewToken": api.NewToken{},
		"Collection": api.Collection{}, "NewCollection": api.NewCollection{}, "CollectionChange": api.CollectionChange{},
		"Grant": api.Grant{}, "NewGrant": api.Grant{}, "Container": api.Container{}, "Image": api.Image{}, "Tag": api.Tag{},
		"SetTag": api.SetTag{}, "Freeze": api.Freeze{}, "Readme": api.Readme{}, "SetReadme": api.SetReadme{}, "Label": api.Label{}, "Expiry": api.Expiry{}, "Share": api.Share{},
		"Team": api.Team{}, "NewTeam": api.NewTeam{}, "Member": api.Member{}, "SetMember": api.SetMember{},
		"Invitation": api.Invitation{}, "Accept": api.Accept{}, "Failure": api.Failure{}, "Problem": api.Problem{},
		"Signing": api.Signing{}, "VerifiedSignature": api.Signature{}, "Key": api.Key{}, "NewKeys": api.NewKeys{}, "Keys": api.List[api.Key]{},
		"Tokens": api.List[api.Token]{}, "Images": api.List[api.Image]{},
	} {
		documented := s.Components.Schemas[name]
		if documented == nil {
			t.Errorf("there is no schema %s", name)
			continue
		}
		want, got := map[string]bool{}, map[string]bool{}
		for i := range reflect.TypeOf(of).NumField() {
			field, options, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("json"), ",")
			want[field] = options == ""
		}
		for field := range documented.Properties {
			got[field] = slices.Contains(documented.Required, field)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Go type (-) and schema (+), each field and whether it is required:\n%s", name, diff)
		}
	}
}

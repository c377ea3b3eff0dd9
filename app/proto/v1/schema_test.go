package v1_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// schema is as much of a JSON schema as openapi.json uses.
type schema struct {
	Ref         string             `json:"$ref"`
	Type        string             `json:"type"`
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Enum        []string           `json:"enum"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	Default     any                `json:"default"`
	Items       *schema            `json:"items"`
	Required    []string           `json:"required"`
	Properties  map[string]*schema `json:"properties"`
	// Additional is false, the schema of all fields, or absent.
	Additional json.RawMessage `json:"additionalProperties"`
}

type content map[string]struct{ Schema *schema }

// specification is what the tests read of openapi.json.
type specification struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Schemas    map[string]*schema
		Parameters map[string]struct{ Name, In string }
		Responses  map[string]struct{ Content content }
	}
}

type parameter struct {
	Ref  string `json:"$ref"`
	Name string
	In   string
}

// operation is one method of one path.
type operation struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Parameters  []parameter
	RequestBody *struct{ Content content }
	Responses   map[string]struct {
		Ref     string `json:"$ref"`
		Content content
	}
}

// readSpecification reads the document that ships.
func readSpecification(t testing.TB) *specification {
	t.Helper()
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var s specification
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// operations gives all of them by "METHOD path".
func (s *specification) operations(t testing.TB) map[string]operation {
	t.Helper()
	all := map[string]operation{}
	for path, methods := range s.Paths {
		for method, text := range methods {
			if method == "parameters" {
				continue
			}
			var o operation
			if err := json.Unmarshal(text, &o); err != nil {
				t.Fatal(err)
			}
			all[strings.ToUpper(method)+" "+path] = o
		}
	}
	return all
}

// answer gives the schema of an operation's answer with a status; ok is false if the
// document does not speak of it.
func (s *specification) answer(o operation, status int) (want *schema, ok bool) {
	r, ok := o.Responses[fmt.Sprint(status)]
	if !ok {
		return nil, false
	}
	if name, isRef := strings.CutPrefix(r.Ref, "#/components/responses/"); isRef {
		r.Content = s.Components.Responses[name].Content
	}
	return r.Content["application/json"].Schema, true
}

// check gives a sentence for everything in a value that is not as a schema says.
func (s *specification) check(at string, want *schema, value any) []string {
	if want.Ref != "" {
		name := strings.TrimPrefix(want.Ref, "#/components/schemas/")
		if s.Components.Schemas[name] == nil {
			return []string{at + ": there is no schema " + want.Ref}
		}
		return s.check(at, s.Components.Schemas[name], value)
	}
	switch v := value.(type) {
	case map[string]any:
		return append(wrongType(at, want, "object"), s.checkObject(at, want, v)...)
	case []any:
		wrong := wrongType(at, want, "array")
		for i, item := range v {
			if want.Items != nil {
				wrong = append(wrong, s.check(fmt.Sprintf("%s[%d]", at, i), want.Items, item)...)
			}
		}
		return wrong
	case string:
		return append(wrongType(at, want, "string"), checkString(at, want, v)...)
	case bool:
		return wrongType(at, want, "boolean")
	case float64:
		wrong := wrongType(at, want, "integer")
		if v != float64(int64(v)) || want.Minimum != nil && v < *want.Minimum || want.Maximum != nil && v > *want.Maximum {
			wrong = append(wrong, fmt.Sprintf("%s: %v is out of bounds", at, v))
		}
		return wrong
	}
	return []string{fmt.Sprintf("%s: %v is not allowed", at, value)}
}

func wrongType(at string, want *schema, got string) []string {
	if want.Type == got {
		return nil
	}
	return []string{fmt.Sprintf("%s: is of type %s, documented is %q", at, got, want.Type)}
}

func checkString(at string, want *schema, v string) []string {
	if want.Enum != nil && !slices.Contains(want.Enum, v) {
		return []string{fmt.Sprintf("%s: %q is not one of %q", at, v, want.Enum)}
	}
	if want.Format != "date-time" {
		return nil
	}
	if _, err := time.Parse(time.RFC3339, v); err != nil || !strings.HasSuffix(v, "Z") {
		return []string{fmt.Sprintf("%s: %q is not a time in UTC", at, v)}
	}
	return nil
}

func (s *specification) checkObject(at string, want *schema, v map[string]any) []string {
	var wrong []string
	for _, name := range want.Required {
		if _, ok := v[name]; !ok {
			wrong = append(wrong, at+": lacks "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if p, ok := want.Properties[name]; ok {
			wrong = append(wrong, s.check(at+"."+name, p, v[name])...)
			continue
		}
		var rest schema
		switch {
		case string(want.Additional) == "false":
			wrong = append(wrong, at+": has "+name+", which is not documented")
		case want.Additional != nil && json.Unmarshal(want.Additional, &rest) == nil:
			wrong = append(wrong, s.check(at+"."+name, &rest, v[name])...)
		}
	}
	return wrong
}

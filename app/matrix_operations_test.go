package app_test

import (
	"fmt"
	"net/url"
	"strings"

	"sregistry/app/doortest"
)

// operation is something that one may want, said in the words of each door that knows it.
type operation struct {
	name  string
	doors map[string]func(m *matrix, who person, name string) doortest.Answer
}

var operations = []operation{
	{"pull", map[string]func(*matrix, person, string) doortest.Answer{
		"oci": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "GET", "/v2/"+name+"/manifests/t", nil)
		},
		"oci blob": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "HEAD", "/v2/"+name+"/blobs/"+string(m.images[name].Content), nil)
		},
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "GET", "/api/v1/containers/"+url.PathEscape(name)+"/images/t", nil)
		},
		"library": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "GET", "/v1/imagefile/"+name+":t?arch=amd64", nil)
		},
		"hub": func(m *matrix, who person, name string) doortest.Answer {
			return m.signed(who, "pull", "GET", "/api/container/"+name+":t", name, "t")
		},
		"web": func(m *matrix, who person, name string) doortest.Answer {
			return m.browse(who, "/containers/library/"+name+":t")
		},
	}},
	{"list", map[string]func(*matrix, person, string) doortest.Answer{
		"library": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "GET", "/v2/tags/"+libraryID("library/"+name), nil)
		},
		"oci": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "GET", "/v2/"+name+"/tags/list", nil)
		},
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "GET", "/api/v1/containers/"+url.PathEscape(name)+"/tags", nil)
		},
		"web": func(m *matrix, who person, name string) doortest.Answer {
			return m.browse(who, "/collections/library/"+strings.Split(name, "/")[0])
		},
	}},
	{"push", map[string]func(*matrix, person, string) doortest.Answer{
		"oci": func(m *matrix, who person, name string) doortest.Answer {
			r := m.manifests[name]
			body := string(r.Body)
			if strings.Contains(name, "frozen") { // the same manifest again would change nothing
				body = strings.Replace(body, "{", `{"annotations":{"pushed":"again"},`, 1)
			}
			return m.bearer(who, "PUT", "/v2/"+name+"/manifests/t", body, "Content-Type", r.MediaType)
		},
		"hub": func(m *matrix, who person, name string) doortest.Answer {
			collection, container, _ := strings.Cut(name, "/")
			body := fmt.Sprintf(`{"collection":%q,"name":%q,"tag":"t"}`, collection, container)
			return m.signedBody(who, "push", "POST", "/api/upload/chunked_upload", name, "t", body)
		},
	}},
	{"retag", map[string]func(*matrix, person, string) doortest.Answer{
		"library": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "POST", "/v2/tags/"+libraryID("library/"+name), fmt.Sprintf(`{"Tag":"t","ImageID":%q}`, libraryImage(name, m.others[name])))
		},
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "PUT", "/api/v1/containers/"+url.PathEscape(name)+"/tags/t", `{"reference":"other"}`)
		},
	}},
	{"upload", map[string]func(*matrix, person, string) doortest.Answer{
		"library": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "POST", "/v2/imagefile/"+libraryImage(name, m.images[name]), `{"filesize":1}`)
		},
		"oci": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "POST", "/v2/"+name+"/blobs/uploads/", nil)
		},
	}},
	{"delete", map[string]func(*matrix, person, string) doortest.Answer{
		"library": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "DELETE", "/v1/images/"+name+":t?arch=amd64", nil)
		},
		"oci": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "DELETE", "/v2/"+name+"/manifests/t", nil)
		},
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "DELETE", "/api/v1/containers/"+url.PathEscape(name)+"/tags/t", nil)
		},
		"hub": func(m *matrix, who person, name string) doortest.Answer {
			return m.signed(who, "delete", "DELETE", "/api/container/"+name+":t", name, "t")
		},
	}},
	{"freeze", map[string]func(*matrix, person, string) doortest.Answer{
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "PUT", "/api/v1/containers/"+url.PathEscape(name)+"/tags/other/frozen", `{"frozen":false}`)
		},
	}},
	{"roles", map[string]func(*matrix, person, string) doortest.Answer{
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "PUT", "/api/v1/collections/"+strings.Split(name, "/")[0]+"/roles", `{"user":"nemo","role":"contributor"}`)
		},
	}},
	{"share", map[string]func(*matrix, person, string) doortest.Answer{
		"v1": func(m *matrix, who person, name string) doortest.Answer {
			return m.bearer(who, "POST", "/api/v1/containers/"+url.PathEscape(name)+"/images/t/shares", `{}`)
		},
	}},
}

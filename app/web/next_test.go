package web_test

import (
	"net/url"
	"strings"
	"testing"

	"sregistry/app/web"
)

// FuzzNext holds the address that somebody is led to after signing in against a reader
// that is as lenient as browsers are: it must stay on this site, whatever was asked.
func FuzzNext(f *testing.F) {
	for _, seed := range []string{
		"/account/tokens", "/?a=b", "//evil.example", `/\evil.example`, "/\t/evil.example", "https://evil.example", "/%2f/evil.example",
		"/.//evil.example", "/..//evil.example", "javascript:alert(1)", "/\x00/", "/a#b", "/a?next=//evil.example", "/\u2028/x", "/ /x",
	} {
		f.Add(seed)
	}
	here, err := url.Parse("https://hub.example.org/sign-in")
	if err != nil {
		f.Fatal(err)
	}
	// https://url.spec.whatwg.org/#concept-basic-url-parser: white space at the ends and
	// tabs and line breaks anywhere are dropped, and "\" is "/".
	lenient := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/")
	f.Fuzz(func(t *testing.T, asked string) {
		next := web.LocalPath(asked)
		if next == "" {
			return
		}
		if next != asked {
			t.Fatalf("%q became %q", asked, next)
		}
		read := strings.TrimFunc(lenient.Replace(next), func(r rune) bool { return r <= ' ' })
		if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
			t.Fatalf("%q leads away", asked)
		}
		u, err := here.Parse(read)
		if err != nil || u.Host != here.Host || u.Scheme != here.Scheme {
			t.Fatalf("%q leads to %v, %v", asked, u, err)
		}
	})
}

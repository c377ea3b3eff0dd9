package client_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sregistry/app/client"
	"sregistry/app/errs"
)

// serve runs a handler until the test ends.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAnswersBecomeKindsAndSentences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status     int
		body       string
		kind       errs.Kind
		says       string
		retryAfter string
	}{
		{403, `{"error":{"kind":"frozen","message":"It is frozen."}}`, errs.Frozen, "It is frozen.", ""},
		{404, `{"error":{"kind":"not_found","message":"No such."}}`, errs.NotFound, "No such.", ""},
		{409, `{"error":{"kind":"of_a_later_time","message":"New."}}`, errs.Conflict, "New.", ""},
		{507, `{"errors":[{"code":"UNKNOWN","message":"The disk is full."}]}`, errs.NoSpace, "The disk is full.", ""},
		{403, `{"errors":[{"code":"DENIED","message":"Frozen.","detail":{"kind":"frozen"}}]}`, errs.Frozen, "Frozen.", ""},
		{416, `{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"Not there.","detail":"x"}]}`, errs.RangeInvalid, "Not there.", ""},
		{400, `{"errors":[{"code":"DIGEST_INVALID","message":"Wrong bytes."}]}`, errs.DigestInvalid, "Wrong bytes.", ""},
		{401, `{"errors":[{"code":"UNAUTHORIZED","message":"Who are you?"}]}`, errs.Unauthenticated, "Who are you?", ""},
		{404, `<html>nginx</html>`, errs.NotFound, "status 404", ""},
		{502, `<html>nginx</html>`, errs.Unavailable, "status 502", ""},
		{400, "This registry is at https://hub.example.org; use that address.\n", errs.Invalid, "answered: This registry is at https://hub.example.org; use", ""},
		{400, `<html>nginx</html>`, errs.Invalid, "status 400", ""},
		{400, "one line\nand another", errs.Invalid, "status 400", ""},
		{400, strings.Repeat("long", 51), errs.Invalid, "status 400", ""},
		{413, ``, errs.TooLarge, "status 413", ""},
		{418, ``, errs.Unsupported, "status 418", ""},
		{429, ``, errs.RateLimited, "status 429", "7"},
	} {
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", tt.retryAfter)
			w.WriteHeader(tt.status)
			fmt.Fprint(w, tt.body)
		})
		_, err := mustClient(t, base).Whoami(t.Context())
		if !errs.Is(err, tt.kind) || !strings.Contains(errs.Message(err), tt.says) {
			t.Errorf("%d %s: got kind %v, %q", tt.status, tt.body, errs.KindOf(err), errs.Message(err))
		}
		if tt.retryAfter != "" && errs.RetryAfter(err) != 7*time.Second {
			t.Errorf("%d: retry after %v", tt.status, errs.RetryAfter(err))
		}
	}
}

func TestServersThatFailOrAreNoneAreToldApart(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		fmt.Fprint(w, `{"error":{"kind":"internal","message":"secret","request":"r42"}}`)
	})
	_, err := mustClient(t, base).Whoami(t.Context())
	if !errs.Is(err, errs.Internal) || !strings.Contains(err.Error(), "r42") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	base = serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello</html>") })
	_, err = mustClient(t, base).Server(t.Context())
	wantKind(t, err, errs.Unsupported)
	base = serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	_, err = mustClient(t, base).Server(t.Context())
	wantKind(t, err, errs.Unsupported)
}

func TestUnreachableServerIsSaidInWords(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	l.Close()
	_, err = mustClient(t, base).Whoami(t.Context())
	wantKind(t, err, errs.Unavailable)
	if want := "Cannot reach " + base + ": connection refused. Is the address right and the server running?"; errs.Message(err) != want {
		t.Errorf("got %q, want %q", errs.Message(err), want)
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err = mustClient(t, strings.Replace(plain, "http:", "https:", 1)).Whoami(t.Context())
	wantKind(t, err, errs.Unavailable)
	if !strings.Contains(errs.Message(err), "does not speak https") {
		t.Errorf("got %q", errs.Message(err))
	}
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	_, err = mustClient(t, untrusted.URL).Whoami(t.Context())
	wantKind(t, err, errs.Unavailable)
	if !strings.Contains(errs.Message(err), "certificate") {
		t.Errorf("got %q", errs.Message(err))
	}
}

func TestSilentServerIsGivenUp(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"user":`)
		http.NewResponseController(w).Flush()
		<-done
	})
	defer close(done)
	c, err := client.New(client.Options{Base: base, Silence: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Whoami(t.Context())
	wantKind(t, err, errs.Unavailable)
}

func TestTokenGoesToNoOtherHost(t *testing.T) {
	t.Parallel()
	var elsewhere []string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Method+" "+r.Header.Get("Authorization"))
		fmt.Fprint(w, `{"user":"x"}`)
	})
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t" {
			t.Errorf("the registry itself was sent %q", r.Header.Get("Authorization"))
		}
		http.Redirect(w, r, other+r.URL.Path, http.StatusFound)
	})
	c := mustClient(t, base)
	if _, err := c.Whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := c.JoinTeam(t.Context(), "imaging")
	wantKind(t, err, errs.Unsupported)
	if !strings.Contains(errs.Message(err), other) {
		t.Errorf("the message does not say where to: %q", errs.Message(err))
	}
	if len(elsewhere) != 1 || elsewhere[0] != "GET " {
		t.Errorf("the other host got %q", elsewhere)
	}
}

func TestUploadElsewhereGoesWithoutTheToken(t *testing.T) {
	t.Parallel()
	var elsewhere []string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Method+" "+r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusForbidden)
	})
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Location", other+"/upload")
		w.WriteHeader(http.StatusAccepted)
	})
	_, err := mustClient(t, base).Push(t.Context(), client.PushRequest{
		File: mustOpen(t, mustWrite(t, content(100, 1))), Container: mustPath(t, "lab/hello"), Tag: "latest"})
	wantKind(t, err, errs.Forbidden)
	if len(elsewhere) != 1 || elsewhere[0] != "PATCH " {
		t.Errorf("the other host got %q", elsewhere)
	}
}

// TestSlowServerIsWaitedFor sends a byte now and then, for longer than silence may last.
func TestSlowServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for _, piece := range strings.SplitAfter(`{"user": "bob", "via": "token"}`, " ") {
			fmt.Fprint(w, piece)
			http.NewResponseController(w).Flush()
			time.Sleep(400 * time.Millisecond)
		}
	})
	c, err := client.New(client.Options{Base: base, Silence: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if who, err := c.Whoami(t.Context()); err != nil || who.User != "bob" {
		t.Errorf("got %+v, %v", who, err)
	}
}

func TestListsAreReadPageAfterPageAsFarAsWanted(t *testing.T) {
	t.Parallel()
	var asked []string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		switch r.URL.Query().Get("after") {
		case "":
			fmt.Fprint(w, `{"items":[{"name":"lab/a:1"},{"name":"lab/b:1"}],"next":"b 2"}`)
		case "b 2":
			fmt.Fprint(w, `{"items":[{"name":"lab/c:1"}]}`)
		}
	})
	var names []string
	for image, err := range mustClient(t, base).Images(t.Context(), client.Search{Collection: "lab"}) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, image.Name)
	}
	if got := strings.Join(names, " "); got != "lab/a:1 lab/b:1 lab/c:1" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(asked, " "); got != "/api/v1/images?collection=lab /api/v1/images?after=b+2&collection=lab" {
		t.Errorf("asked for %s", got)
	}
	for range mustClient(t, base).Images(t.Context(), client.Search{}) {
		break
	}
	if len(asked) != 3 {
		t.Errorf("%d requests for a list that was not read on", len(asked)-2)
	}
}

func TestParseBase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://h:8080": "http://h:8080", "https://H.example/": "https://h.example", "http://h/api/": "http://h",
		"http://h/pre/api": "http://h/pre", "http://api.h": "http://api.h",
	} {
		if u, err := client.ParseBase(in); err != nil || u.String() != want {
			t.Errorf("%q: got %v, %v", in, u, err)
		}
	}
	for _, in := range []string{"", "h:8080", "ftp://h", "http://", "http://u:p@h", "http://h?q", "://"} {
		if _, err := client.ParseBase(in); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: got %v", in, err)
		}
	}
}

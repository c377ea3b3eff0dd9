package oci_test

import (
	"io"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
)

func TestFullCollectionRefusesBeforeTheBytesAreRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	limit := int64(1000)
	if _, err := s.Registry.SetQuota(t.Context(), model.Console, doortest.Path(t, "ann"), &limit); err != nil {
		t.Fatal(err)
	}
	refused := func(a doortest.Answer) {
		t.Helper()
		want(t, a, 413)
		if text := string(a.Body); !strings.Contains(text, `"DENIED"`) || !strings.Contains(text, "over_quota") {
			t.Errorf("the answer is %s", text)
		}
	}
	at := s.begin(t, auth, "ann/hello")
	refused(s.Do(t, "PATCH", at, noise(1001), "Authorization", auth))
	// It stands where it stood, and what fits is still taken.
	want(t, s.Do(t, "PATCH", at, noise(600), "Authorization", auth), 202)
	refused(s.Do(t, "PATCH", at, io.MultiReader(strings.NewReader(strings.Repeat("x", 401))), "Authorization", auth))
	want(t, s.Do(t, "DELETE", at, nil, "Authorization", auth), 204)

	s.upload(t, auth, "ann/hello", noise(1000))
	refused(s.Do(t, "POST", "/v2/ann/hello/blobs/uploads/", nil, "Authorization", auth))
}

package oci_test

import (
	"bytes"
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
	limit := int64(100_000)
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
	for name, body := range map[string]io.Reader{
		"of known length": bytes.NewReader(noise(100_001)), "of unknown length": io.MultiReader(bytes.NewReader(noise(100_001))),
	} {
		at := s.begin(t, auth, "ann/hello")
		refused(s.Do(t, "PATCH", at, body, "Authorization", auth))
		// Nothing is kept of it, and so what fits goes in.
		want(t, s.Do(t, "GET", at, nil, "Authorization", auth), 404, "BLOB_UPLOAD_UNKNOWN")
		at = s.begin(t, auth, "ann/hello")
		a := s.Do(t, "PATCH", at, noise(90_000), "Authorization", auth)
		if a.Status != 202 {
			t.Errorf("after a body %s: %d %s", name, a.Status, a.Body)
		}
		want(t, s.Do(t, "DELETE", at, nil, "Authorization", auth), 204)
	}

	s.upload(t, auth, "ann/hello", noise(90_000))
	limit = 50_000
	if _, err := s.Registry.SetQuota(t.Context(), model.Console, doortest.Path(t, "ann"), &limit); err != nil {
		t.Fatal(err)
	}
	refused(s.Do(t, "POST", "/v2/ann/other/blobs/uploads/", nil, "Authorization", auth))
}

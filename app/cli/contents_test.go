package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestInspectShowsAnImageOfLayers shows what a registry tells of one.
func TestInspectShowsAnImageOfLayers(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"container":"lab/app","name":"lab/app:v1","kind":"oci","digest":"sha256:aa","size":2048,"frozen":false,
			"pushed":"2026-01-02T03:04:05Z","file_name":"x","page":"http://x/y","labels":{"maker":"me"},"contents":{
			"media_type":"application/vnd.oci.image.manifest.v1+json","platforms":[{"os":"linux","arch":"arm64","variant":"v8","digest":"sha256:aa"}],
			"layers":[{"media_type":"application/x-layer","digest":"sha256:bb","size":2000}],
			"config":{"author":"ann","user":"nobody","working_dir":"/srv","entrypoint":["/bin/sh","-c"],"cmd":["run"],"env":["A=b"]},
			"history":[{"by":"COPY . .","comment":"first"},{"by":"\u001b[31mCMD","empty":true}],
			"annotations":{"note":"hello"},"referrers":[{"artifact_type":"example/sbom","digest":"sha256:cc"}]}}`)
	}))
	t.Cleanup(s.Close)
	golden(t, "inspect_layers.txt", newUser(t, s.URL).want(t, 0, "inspect", "registry://lab/app:v1").stdout)
}

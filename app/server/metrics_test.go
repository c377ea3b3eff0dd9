package server

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/sif/siftest"
)

func TestFiguresOfARegistryAreScraped(t *testing.T) {
	t.Parallel()
	site := doortest.New(t)
	site.Push(t, site.User(t, "alice"), "lab/hello", "v1", siftest.Options{})
	log := slog.New(slog.DiscardHandler)
	m := newMetrics(t.Context(), site.Registry, log)
	w := httptest.NewRecorder()
	newPrivateHandler(site.Registry, m, log).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	text := w.Body.String()
	for _, line := range []string{"sregistry_blobs 2\n", "sregistry_uploads_open 0\n", "sregistry_database_writes_total ", "sregistry_disk_free_bytes ",
		"sregistry_backup_last_success_timestamp_seconds 0\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is missing:\n%s", line, text)
		}
	}
	if strings.Contains(text, "alice") || strings.Contains(text, "hello") {
		t.Error("a name is told")
	}
}

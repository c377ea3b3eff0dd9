package redact_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"sregistry/app/redact"
)

var tokenText = "sregistry_abcdefgh234567ab_" + strings.Repeat("abcdefg2", 22)

// secrets are one of each kind that the registry gives out, and of what must not be left of it.
func secrets() map[string]string {
	bytes := make([]byte, 60)
	rand.Read(bytes)
	bytes[0] = 0 // no text
	address := base64.RawURLEncoding.EncodeToString(bytes)
	link := rand.Text()
	hook := base64.StdEncoding.EncodeToString(bytes[:32])
	return map[string]string{tokenText: tokenText[30:], "pass_" + address: address, address: address, link: link, "whsec_" + hook: hook}
}

func TestSecretsAreLeftOutWhereverTheyStand(t *testing.T) {
	t.Parallel()
	for secret, left := range secrets() {
		for _, around := range []string{"SECRET", "/api/v1/tokens/SECRET", "/share/SECRET/x.sif", "a=b&token=SECRET&c", `has no token "SECRET".`,
			"Bearer SECRET, and SECRET again", "https://user:SECRET@host/v2/", "curl/8 (SECRET)", "x:SECRET\nnext"} {
			got := redact.Secrets(strings.ReplaceAll(around, "SECRET", secret))
			if strings.Contains(got, left) {
				t.Errorf("%q is left in %q", left, got)
			}
		}
	}
	if got := redact.Secrets("token " + tokenText); got != "token sregistry_abcdefgh234567ab_…" {
		t.Errorf("the id of a token is gone: %q", got)
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "lab/hello:latest", "There is no lab/hello:latest, or you may not see it.",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha256.e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha512:" + strings.Repeat("0123456789abcdef", 8),
		"8883491F4268F173C6E5DC49EDECE4F3F38D871E",
		base64.RawURLEncoding.EncodeToString([]byte("alice/tools/x@e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 a Description")),
		"/v2/some-quite-long-name-of-a-collection/and_a_container/manifests/2026-11-30T08-58-10Z",
		"registry.PutManifest: registry.keep: store.Update: SQLITE_CONSTRAINT_FOREIGNKEY",
		"53zyr2jperj42fgm",
	} {
		if got := redact.Secrets(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestNothingIsLoggedWithASecret(t *testing.T) {
	t.Parallel()
	for secret, left := range secrets() {
		var out bytes.Buffer
		log := slog.New(redact.Handler(slog.NewJSONHandler(&out, nil)))
		log.With("with", secret).WithGroup("g").Info("message "+secret, "string", secret, "error", errors.New("no "+secret),
			"list", []string{secret}, slog.Group("inner", "x", "/"+secret), "number", 7)
		if text := out.String(); strings.Contains(text, left) || !strings.Contains(text, `"number":7`) {
			t.Errorf("logged %s", text)
		}
	}
	var out bytes.Buffer
	slog.New(redact.Handler(slog.NewTextHandler(&out, nil))).Info("x", "upload", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if !strings.Contains(out.String(), "upload=ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t.Errorf("the id of an upload is gone: %s", out.String())
	}
}

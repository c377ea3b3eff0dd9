package app_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sregistry/app"
	"sregistry/app/cli"
	"sregistry/app/version"
)

// TestMain makes the test binary the program, too: run under the name "sregistry", it is
// what main.go builds, with the schema that ships.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sregistry": func() {
		schema, err := os.ReadFile(os.Getenv("SREGISTRY_TEST_SCHEMA"))
		if err != nil {
			panic(err)
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(ctx, stop)
		os.Exit(app.Main(ctx, os.Args[1:], cli.System(version.Number), app.Assets{Schema: string(schema)}))
	}})
}

// schemaFile is where schema.sql is, for the program.
func schemaFile(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("../schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

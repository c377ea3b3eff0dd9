// Sregistry stores and hands out Singularity/Apptainer images. This one program is the
// server, its web site, the administrator's tool and the client.
package main

import (
	"context"
	_ "embed"
	"os"
	"os/signal"
	"syscall"

	"sregistry/app"
	"sregistry/app/cli"
	"sregistry/app/version"
)

// schema is embedded here because only a package beside a file can embed it.
//
//go:embed schema.sql
var schema string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for transfers
	os.Exit(app.Main(ctx, os.Args[1:], cli.System(version.Number), app.Assets{Schema: schema}))
}

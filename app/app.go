// Package app puts the program together: the tree of commands, and for the server the
// order in which its rooms are opened and closed. It holds no logic of its own; see
// docs/ARCHITECTURE.md for the map of the rooms, and arch_test.go for who may import whom.
package app

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
)

// Version is the version of the program.
const Version = "0.1.0"

// Assets are files that only package main can embed.
type Assets struct {
	Schema string // schema.sql
}

// Main runs the program with its arguments and gives its exit status.
func Main(ctx context.Context, args []string, env cli.Env, assets Assets) int {
	root := newRoot(env, assets)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(env.Stderr, "sregistry: "+cli.Explain(err))
	return cli.ExitCode(err)
}

func newRoot(env cli.Env, assets Assets) *cobra.Command {
	root := &cobra.Command{
		Use:   "sregistry",
		Short: "Store and hand out Singularity and Apptainer images",
		Long: `Sregistry stores and hands out Singularity and Apptainer images.

Start with "sregistry serve" on the machine that will keep them, and with
"sregistry login ADDRESS" everywhere else.`,
		Version: Version,
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.AddGroup(&cobra.Group{ID: "client", Title: "Commands for everybody:"},
		&cobra.Group{ID: "server", Title: "Commands on the server's machine:"})
	for _, c := range cli.Commands(env) {
		c.GroupID = "client"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{newServe(env, assets), newUser(env, assets), newCheck(env, assets), newConfig(env, assets), newDemo(env, assets),
		newBackup(env, assets), newRestore(env), newSystemd(env)} {
		c.GroupID = "server"
		root.AddCommand(c)
	}
	root.AddCommand(&cobra.Command{
		Use: "version", Short: "Print the version", Args: cli.Takes(0, 0, ""),
		Run: func(*cobra.Command, []string) { fmt.Fprintln(env.Stdout, Version) },
	})
	cli.Prepare(root)
	return root
}

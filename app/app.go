// Package app puts the program together: the tree of commands. It holds no logic of its own;
// see docs/ARCHITECTURE.md for the map of the rooms, and arch_test.go for who may import whom.
package app

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sregistry/app/admin"
	"sregistry/app/cli"
	"sregistry/app/version"
)

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
		Version: version.Number,
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.AddGroup(&cobra.Group{ID: "client", Title: "Commands for everybody:"},
		&cobra.Group{ID: "server", Title: "Commands on the server's machine:"})
	add(root, "client", cli.Commands(env))
	add(root, "server", admin.Commands(env, assets.Schema))
	root.AddCommand(newVersion(env))
	cli.Prepare(root)
	return root
}

// add gives the root command the commands of a group.
func add(root *cobra.Command, group string, commands []*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}

// newVersion makes the command that prints which build this is.
func newVersion(env cli.Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "version", Short: "Print the version", Args: cli.Takes(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return cli.PrintJSON(env.Stdout, version.Get())
			}
			_, err := fmt.Fprintln(env.Stdout, version.Number)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the version, commit and platform as JSON")
	return c
}

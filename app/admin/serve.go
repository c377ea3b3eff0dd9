package admin

import (
	"os"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/server"
)

// newServe makes the command that runs the server.
func newServe(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	var lost server.Replace
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server: the registry, its web site and all its protocols.

Every setting can be a flag (--public-url), an environment variable
(SREGISTRY_SERVER_PUBLIC_URL) or a line of DATA/sregistry.conf (public-url=…).
A flag overrides the variable, and the variable the file.

The first run prints a setup link to create the administrator account. Ctrl-C
stops the server after active transfers; a second Ctrl-C stops it immediately.

To run it as a service, see "sregistry systemd".`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := settings.Load(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return server.Run(c.Context(), settings, schema, env.Stdout, env.Stderr, lost)
		},
	}
	settings.Flags(c.Flags())
	c.Flags().BoolVar(&lost.Database, "new-database", false, "replace a lost database by an empty one")
	c.Flags().BoolVar(&lost.Key, "new-key", false, "replace a lost server key; ends all tokens")
	config.Once(c.Flags(), "new-database")
	config.Once(c.Flags(), "new-key")
	return c
}

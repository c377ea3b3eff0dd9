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
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the registry, on this machine",
		Long: `Run the registry. Nothing else has to be installed or running.

Every setting can be given as a flag (--public-url), in the environment
(SREGISTRY_SERVER_PUBLIC_URL) or in the file DATA/sregistry.conf (public-url = …);
the flag wins over the environment, and that over the file.

On the first run it prints a link with which you create the administrator's account.
Ctrl-C lets transfers end, and stops; a second Ctrl-C does not wait for them.

It works under a service manager: "sregistry systemd" prints the units.`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := settings.Load(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return server.Run(c.Context(), settings, schema, env.Stdout, env.Stderr)
		},
	}
	settings.Flags(c.Flags())
	return c
}

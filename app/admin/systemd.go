package admin

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/errs"
	"sregistry/app/systemd"
)

// newSystemd makes the command that prints the systemd units of the server.
func newSystemd(env cli.Env) *cobra.Command {
	u := systemd.Units{Data: "/var/lib/sregistry", User: "sregistry", Drain: time.Minute, Listen: []string{"443"}}
	var socket bool
	c := &cobra.Command{
		Use:   "systemd",
		Short: "Print systemd units for the server",
		Long: `Print the systemd unit of the server, or with --socket that of its ports. The
unit isolates the server from the machine except for its data folder, restarts
it when it fails or stops responding, and gives transfers time to end. It hides
/home, /root and /tmp, so the program must be elsewhere. With the socket unit,
systemd opens the ports, and the server needs no privilege for low ones. Write
the settings before you start it.`,
		Example: `  install sregistry /usr/local/bin/
  useradd --system --home-dir /var/lib/sregistry sregistry
  install -d -o sregistry -g sregistry -m 0700 /var/lib/sregistry
  echo 'acme-domains = hub.example.org' > /var/lib/sregistry/sregistry.conf
  sregistry systemd > /etc/systemd/system/sregistry.service
  sregistry systemd --socket --listen 443,80 \
    > /etc/systemd/system/sregistry.socket
  systemctl daemon-reload
  systemctl enable --now sregistry.socket sregistry.service`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			if u.Group == "" {
				u.Group = u.User
			}
			var err error
			if u.Program == "" {
				if u.Program, err = program(); err != nil {
					return err
				}
			}
			if socket {
				return u.WriteSocket(env.Stdout)
			}
			return u.WriteService(env.Stdout)
		},
	}
	c.Flags().BoolVar(&socket, "socket", false, "print the socket unit")
	c.Flags().StringVar(&u.Data, "data", u.Data, "data `folder`")
	c.Flags().StringVar(&u.User, "user", u.User, "`account` the server runs as")
	c.Flags().StringVar(&u.Group, "group", u.Group, "`group` it runs as (default that of --user)")
	c.Flags().StringVar(&u.Program, "program", "", "`path` of the program (default this one)")
	c.Flags().StringSliceVar(&u.Listen, "listen", u.Listen, "`ports`, the main one first")
	c.Flags().DurationVar(&u.Drain, "drain-time", u.Drain, "shutdown `timeout` for transfers")
	return c
}

// program finds the path of the running program.
func program() (string, error) {
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", errs.Because("admin.program", errs.Unsupported, err, "Cannot find the path of this program. Set it with --program.")
	}
	return path, nil
}

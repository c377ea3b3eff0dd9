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

// newSystemd makes the command that prints the units by which systemd runs the server.
func newSystemd(env cli.Env) *cobra.Command {
	u := systemd.Units{Data: "/var/lib/sregistry", User: "sregistry", Drain: time.Minute, Listen: []string{"443"}}
	var socket bool
	c := &cobra.Command{
		Use:   "systemd",
		Short: "Print the units by which systemd runs the server",
		Long: `Print the units by which systemd runs the server: shut off from all of the machine
but its data folder, started again when it fails or does not answer, stopped only when
transfers had time to end. The program has to be where the server sees it: not below /home,
/root or /tmp. With the socket's unit, systemd opens the ports, and the server needs no right
to the low ones.`,
		Example: `  install sregistry /usr/local/bin/
  useradd --system --home-dir /var/lib/sregistry --shell /usr/sbin/nologin sregistry
  sregistry systemd > /etc/systemd/system/sregistry.service
  sregistry systemd --socket --listen 443,80 > /etc/systemd/system/sregistry.socket
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
	c.Flags().BoolVar(&socket, "socket", false, "print the unit of the ports")
	c.Flags().StringVar(&u.Data, "data", u.Data, "the data `folder`")
	c.Flags().StringVar(&u.User, "user", u.User, "the `account` that the server runs as")
	c.Flags().StringVar(&u.Group, "group", u.Group, "its `group` (default: named like the account)")
	c.Flags().StringVar(&u.Program, "program", "", "the `path` of this program (default: where it is)")
	c.Flags().StringSliceVar(&u.Listen, "listen", u.Listen, "`ports` or addresses of the socket: the main one and, with TLS, the plain one")
	c.Flags().DurationVar(&u.Drain, "drain-time", u.Drain, "how long transfers may go on after a stop")
	return c
}

// program finds the path of the running program.
func program() (string, error) {
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", errs.Because("admin.program", errs.Unsupported, err, "This program does not know where it is; say so with --program.")
	}
	return path, nil
}

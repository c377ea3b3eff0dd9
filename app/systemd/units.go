package systemd

import (
	"embed"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"text/template"
	"time"

	"sregistry/app/errs"
)

//go:embed *.service *.socket
var files embed.FS

// Units are what the unit files are made of.
type Units struct {
	Program string        // the path of the program
	Data    string        // the data folder
	User    string        // the account that the server runs as
	Group   string        // its group
	Drain   time.Duration // for which transfers may go on after a stop
	Listen  []string      // what the socket listens on, the main one first
}

// stopMargin is what is left, beside the drain time, to close the database and so on.
const stopMargin = 15 * time.Second

// StopSeconds is how long the manager waits for the program to end.
func (u Units) StopSeconds() int { return int((u.Drain + stopMargin) / time.Second) }

// StateDirectory is the data folder below /var/lib, where the manager makes it; "" if it is
// elsewhere.
func (u Units) StateDirectory() string {
	name, ok := strings.CutPrefix(u.Data, "/var/lib/")
	if !ok {
		return ""
	}
	return name
}

// hidden are the folders that the unit shows empty to the server (ProtectHome=,
// PrivateTmp=).
var hidden = []string{"/home", "/root", "/run/user", "/tmp", "/var/tmp"}

// WriteService writes the unit of the server. Errors are Invalid, also for a program or a
// data folder where the server could not see it.
func (u Units) WriteService(w io.Writer) error {
	const op = "systemd.Units.WriteService"
	for _, folder := range hidden {
		switch {
		case strings.HasPrefix(u.Program, folder+"/"):
			return errs.E(op, errs.Invalid, "The unit hides %s from the server, so it could not start %s. Copy the program to /usr/local/bin and run it from there, or set --program.", folder, u.Program)
		case u.Data == folder, strings.HasPrefix(u.Data, folder+"/"):
			return errs.E(op, errs.Invalid, "The unit hides %s from the server. Choose a data folder elsewhere, such as /var/lib/sregistry or /srv/sregistry.", folder)
		}
	}
	return u.write(w, "sregistry.service")
}

// WriteSocket writes the unit of its sockets. Errors are Invalid.
func (u Units) WriteSocket(w io.Writer) error {
	for _, at := range u.Listen {
		port := at
		if _, after, err := net.SplitHostPort(at); err == nil {
			port = after
		}
		if n, err := strconv.ParseUint(port, 10, 16); (err != nil || n == 0) && !strings.HasPrefix(at, "/") {
			return errs.E("systemd.Units.WriteSocket", errs.Invalid, "A socket cannot listen on %q. Use a port such as 443, or an address and a port such as 10.0.0.5:443.", at)
		}
	}
	return u.write(w, "sregistry.socket")
}

func (u Units) write(w io.Writer, name string) error {
	const op = "systemd.Units.write"
	for _, word := range append([]string{u.Program, u.Data, u.User, u.Group}, u.Listen...) {
		if word == "" || strings.ContainsAny(word, " \t\n\r\"'\\%$;") {
			return errs.E(op, errs.Invalid, "%q is not valid in a unit file. Use a path without spaces and special characters.", word)
		}
	}
	for _, path := range []string{u.Program, u.Data} {
		if !strings.HasPrefix(path, "/") {
			return errs.E(op, errs.Invalid, "%q is not an absolute path. Unit files need one.", path)
		}
	}
	all, err := template.ParseFS(files, "*.service", "*.socket")
	if err == nil {
		err = all.ExecuteTemplate(w, name, u)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

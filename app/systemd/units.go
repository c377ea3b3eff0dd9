package systemd

import (
	"embed"
	"fmt"
	"io"
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
	User    string        // whom the server runs as
	Group   string        // his group
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

// WriteService writes the unit of the server. Errors are Invalid.
func (u Units) WriteService(w io.Writer) error { return u.write(w, "sregistry.service") }

// WriteSocket writes the unit of its sockets. Errors are Invalid.
func (u Units) WriteSocket(w io.Writer) error { return u.write(w, "sregistry.socket") }

func (u Units) write(w io.Writer, name string) error {
	const op = "systemd.Units.write"
	for _, word := range append([]string{u.Program, u.Data, u.User, u.Group}, u.Listen...) {
		if word == "" || strings.ContainsAny(word, " \t\n\r\"'\\%$;") {
			return errs.E(op, errs.Invalid, "%q cannot stand in a unit file; choose a path without blanks and special characters.", word)
		}
	}
	for _, path := range []string{u.Program, u.Data} {
		if !strings.HasPrefix(path, "/") {
			return errs.E(op, errs.Invalid, "%q is no absolute path, as a unit file needs.", path)
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

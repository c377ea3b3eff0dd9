package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"sregistry/app/cli/credentials"
	"sregistry/app/sif"
)

// Env is everything that a command takes from its surroundings.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// LookupEnv reads a variable of the environment, as os.LookupEnv does.
	LookupEnv func(string) (string, bool)
	// Home is the user's home directory.
	Home string
	// Hostname names this machine in the tokens that are made on it.
	Hostname string
	Version  string
	// Terminal tells that stderr is one, so that progress can be drawn on it.
	Terminal bool
	// Shown tells that stdout is one, so that a text of somebody else's, which is written out
	// as it is, has to be made safe for it.
	Shown bool
	// Secret reads a line that is not echoed; nil if there is no terminal to read it from.
	Secret func() (string, error)
	// Inspect reads what is inside an image file.
	Inspect func(ctx context.Context, r io.ReaderAt, size int64) (*sif.Report, error)
}

// System is the Env of the running program.
func System(version string) Env {
	env := Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LookupEnv: os.LookupEnv,
		Version:   version,
		Terminal:  term.IsTerminal(int(os.Stderr.Fd())),
		Shown:     term.IsTerminal(int(os.Stdout.Fd())),
		Inspect:   sif.Inspect,
	}
	// What cannot be found out stays empty: nothing depends on it but a name and a path.
	env.Home, _ = os.UserHomeDir()
	env.Hostname, _ = os.Hostname()
	if stdin := int(os.Stdin.Fd()); term.IsTerminal(stdin) {
		env.Secret = func() (string, error) {
			text, err := term.ReadPassword(stdin)
			return string(text), err
		}
	}
	return env
}

// getenv reads a variable; one that is not set is empty.
func (e Env) getenv(key string) string {
	value, _ := e.LookupEnv(key)
	return value
}

// secretsFile is where the credentials are, and whether the user has named that file.
func (e Env) secretsFile() (path string, named bool) {
	if path := e.getenv(credentials.EnvFile); path != "" {
		return path, true
	}
	return filepath.Join(e.Home, ".sregistry"), false
}

// logins reads the credentials.
func (e Env) logins() (*credentials.File, error) {
	path, named := e.secretsFile()
	file, err := credentials.Load(path, named)
	if err != nil {
		return nil, err
	}
	if file.Exposed() {
		say(e, "Warning: other users can read %s, which holds a token. Run: chmod 600 %s", path, path)
	}
	return file, nil
}

// uploadsDir is where unfinished uploads are remembered; empty if there is no place for it.
func (e Env) uploadsDir() string {
	state := e.getenv("XDG_STATE_HOME")
	switch {
	case filepath.IsAbs(state): // the XDG specification has relative ones ignored
	case e.Home == "":
		return ""
	default:
		state = filepath.Join(e.Home, ".local", "state")
	}
	return filepath.Join(state, "sregistry", "uploads")
}

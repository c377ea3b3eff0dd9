package config

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"sregistry/app/errs"
)

// prefix begins the name of every setting in the environment. It is longer than
// SREGISTRY_ because the Python client has its own settings under that.
const prefix = "SREGISTRY_SERVER_"

// FileName is the settings file's in the data folder.
const FileName = "sregistry.conf"

// Load fills in what the command line left open: from the environment, given as
// os.Environ does, and then from the file. Errors: Invalid, with the place and what to
// write instead.
func (c *Config) Load(f *pflag.FlagSet, environment []string) error {
	const op = "config.Load"
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed {
			c.note(flag.Name, "the flag --"+flag.Name)
		}
	})
	for _, entry := range environment {
		key, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		name := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(key, prefix), "_", "-"))
		if err := c.set(f, name, value, "the environment variable "+key); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if err := c.loadFile(f); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, c.Validate())
}

// LoadData fills in only the data folder, for the administrator's other commands. Errors:
// Invalid.
func (c *Config) LoadData(f *pflag.FlagSet, environment []string) error {
	const key = prefix + "DATA"
	for _, entry := range environment {
		if value, ok := strings.CutPrefix(entry, key+"="); ok {
			return errs.Wrap("config.LoadData", c.set(f, "data", value, "the environment variable "+key))
		}
	}
	return nil
}

func (c *Config) loadFile(f *pflag.FlagSet) error {
	const op = "config.loadFile"
	path := c.File
	if path == "" {
		path = filepath.Join(c.Data, FileName)
	}
	file, err := os.Open(path)
	if c.File == "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) {
		return nil // that the folder is none is said by who opens it
	}
	if err != nil {
		return errs.Because(op, errs.Invalid, err, "The settings file %s cannot be read.", path)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return errs.E(op, errs.Invalid, "Line %d of %s is %q; write name = value.", n, path, line)
		}
		name = strings.TrimSpace(name)
		if name == "data" || name == "config" {
			return errs.E(op, errs.Invalid, "Line %d of %s sets %s, which cannot be set in the file; use the flag.", n, path, name)
		}
		if err := c.set(f, name, strings.TrimSpace(value), path); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return errs.Because(op, errs.Invalid, err, "The settings file %s cannot be read.", path)
	}
	return nil
}

// set gives a setting a value, unless one that counts more has given it one already.
func (c *Config) set(f *pflag.FlagSet, name, value, source string) error {
	const op = "config.set"
	flag := f.Lookup(name)
	if flag == nil || name == "help" {
		return errs.E(op, errs.Invalid, "There is no setting %q, which %s sets; sregistry serve --help lists them all.", name, source)
	}
	if flag.Changed {
		return nil
	}
	if err := f.Set(name, value); err != nil {
		return errs.Because(op, errs.Invalid, err, "The setting %s cannot be %q, as %s has it; %s.", name, value, source, wanted(flag))
	}
	c.note(name, source)
	return nil
}

// Started gives the settings of a server that is started on a data folder without flags,
// for the administrator's other commands. Errors: those of Load.
func Started(data string, environment []string) (*Config, error) {
	c := New()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.Flags(f)
	if err := f.Set("data", data); err != nil {
		return nil, errs.Wrap("config.Started", err)
	}
	return c, c.Load(f, environment)
}

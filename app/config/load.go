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

// Load sets the settings without a flag: from the environment, given as os.Environ does, and
// then from the file. Errors: Invalid, with the place and what to write instead.
func (c *Config) Load(f *pflag.FlagSet, environment []string) error {
	const op = "config.Load"
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed && !isOnce(flag) {
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

// LoadData sets only the data folder, for the administrator's other commands. Errors: Invalid.
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
		return nil // whoever opens the folder reports that it is none
	}
	if err != nil {
		return unreadable(op, path, err)
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
			return errs.E(op, errs.Invalid, "Line %d of %s is %q. Use name = value.", n, path, line)
		}
		name = strings.TrimSpace(name)
		if name == "data" || name == "config" {
			return errs.E(op, errs.Invalid, "Line %d of %s sets %s, which cannot be set in a file. Use the flag.", n, path, name)
		}
		if err := c.set(f, name, strings.TrimSpace(value), path); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return unreadable(op, path, err)
	}
	return nil
}

// unreadable says why a settings file cannot be read.
func unreadable(op, path string, err error) error {
	why := "it is not a text file on a working disk"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		why = "it does not exist"
	case errors.Is(err, fs.ErrPermission):
		why = "this user has no permission"
	case errors.Is(err, syscall.EISDIR):
		why = "it is a folder"
	}
	return errs.Because(op, errs.Invalid, err, "Cannot read the settings file %s: %s.", path, why)
}

// onceAnnotation marks a flag that is no setting.
const onceAnnotation = "once"

// Once says of a flag that it is for one start only, and no setting: it cannot be given in the
// environment or a file, where it would stay.
func Once(f *pflag.FlagSet, name string) {
	if err := f.SetAnnotation(name, onceAnnotation, []string{}); err != nil {
		panic(err) // there is no such flag
	}
}

func isOnce(f *pflag.Flag) bool { _, is := f.Annotations[onceAnnotation]; return is }

// set gives a setting a value, unless a source that overrides this one has set it already.
func (c *Config) set(f *pflag.FlagSet, name, value, source string) error {
	const op = "config.set"
	flag := f.Lookup(name)
	if flag == nil || name == "help" || isOnce(flag) {
		return errs.E(op, errs.Invalid, "Unknown setting %q in %s. Run \"sregistry serve --help\" for the list.", name, source)
	}
	if flag.Changed {
		return nil
	}
	if err := f.Set(name, value); err != nil {
		return errs.E(op, errs.Invalid, "%s sets %s to %q, which is not valid. %s", capital(source), name, value, expected(flag))
	}
	c.note(name, source)
	return nil
}

// Started gives the settings that a server has which is started on a data folder without
// flags, for the administrator's other commands. Errors: those of Load.
func Started(data string, environment []string) (*Config, error) {
	c := New()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.Flags(f)
	if err := f.Set("data", data); err != nil {
		return nil, errs.Wrap("config.Started", err)
	}
	return c, c.Load(f, environment)
}

// capital makes a source begin a sentence; the name of a file stays as it is.
func capital(source string) string {
	if rest, ok := strings.CutPrefix(source, "the "); ok {
		return "The " + rest
	}
	return source
}

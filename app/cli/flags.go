package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sregistry/app/model"
)

// remoteOptions are the flags of every command that asks a registry.
type remoteOptions struct {
	registry string
	json     bool
}

// addFlags adds the flags of a command that has a result.
func (o *remoteOptions) addFlags(f *pflag.FlagSet) {
	o.addRegistry(f)
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
}

// addRegistry adds those of a command that has none.
func (o *remoteOptions) addRegistry(f *pflag.FlagSet) {
	f.StringVar(&o.registry, "registry", "", "`address` of the registry (default: SREGISTRY_REGISTRY_BASE, else that of the last login)")
}

// duration is a flag for a time to live: "90m", "72h", "30d".
type duration time.Duration

func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return model.FormatSpan(time.Duration(*d))
}

func (d *duration) Type() string { return "time" }

func (d *duration) Set(s string) error {
	value, err := model.ParseSpan(s)
	if err != nil || value < time.Second {
		return errors.New("write a time like 90m, 72h or 30d")
	}
	*d = duration(value)
	return nil
}

func (d duration) seconds() int64 { return int64(time.Duration(d) / time.Second) }

// Takes checks how many arguments were given, most being -1 where there is no bound; names
// says in words which they are. What it finds wrong is a usage error.
func Takes(least, most int, names string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return UsageError("%s needs %s. See %s --help.", cmd.CommandPath(), names, cmd.CommandPath())
		case most >= 0 && len(args) > most && names == "":
			return UsageError("%s takes no argument, but was given %q. See %s --help.", cmd.CommandPath(), args[most], cmd.CommandPath())
		case most >= 0 && len(args) > most:
			return UsageError("%s takes only %s; %q is too much. See %s --help.", cmd.CommandPath(), names, args[most], cmd.CommandPath())
		}
		return nil
	}
}

// exclusive refuses more than one of the flags named.
func exclusive(cmd *cobra.Command, names ...string) error {
	first := ""
	for _, name := range names {
		switch {
		case !cmd.Flags().Changed(name):
		case first != "":
			return UsageError("--%s and --%s do not go together. See %s --help.", first, name, cmd.CommandPath())
		default:
			first = name
		}
	}
	return nil
}

// filled refuses lists among the flags named that were given and are empty.
func filled(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		values, err := cmd.Flags().GetStringSlice(name)
		if err == nil && len(values) == 0 && cmd.Flags().Changed(name) {
			return UsageError("--%s is empty; leave it out, or say what it should be.", name)
		}
	}
	return nil
}

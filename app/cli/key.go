package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newKeyCommand(env Env) *cobra.Command {
	return group("key", "Manage the OpenPGP public keys by which the registry verifies signatures",
		newKeyListCommand(env), newKeyAddCommand(env), newKeyRemoveCommand(env))
}

func newKeyListCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List the keys that you added; to administrators, all",
		Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return runKeyList(cmd.Context(), opts, env) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runKeyList(ctx context.Context, opts remoteOptions, env Env) error {
	const op = "cli.key.list"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	keys, err := collect(c.Keys(ctx))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return printList(env, opts.json, keys, []string{"FINGERPRINT", "NAME", "CREATED", "EXPIRES", "REVOKED"}, func(k api.Key) []string {
		return []string{k.Fingerprint, strings.Join(k.Names, ", "), when(k.Created), whenever(k.Expires, "never"), yesNo(k.Revoked)}
	})
}

func newKeyAddCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "add FILE", Short: "Add the public keys in an armored file, and print their fingerprints",
		Long: `Add the public keys in an armored file, or from standard input if FILE is "-", and print
their fingerprints. "apptainer key push" does the same for a key in Apptainer's keyring.`,
		Example: `  gpg --armor --export alice@example.org | sregistry key add -`,
		Args:    Takes(1, 1, "one FILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runKeyAdd(cmd.Context(), opts, env, args[0]) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

// maxKeyFile bounds what is read of a file with keys, in bytes; the registry takes less.
const maxKeyFile = 512 << 10

func runKeyAdd(ctx context.Context, opts remoteOptions, env Env, path string) error {
	const op = "cli.key.add"
	from := env.Stdin
	if path != fromStdin {
		f, err := os.Open(path)
		if err != nil {
			return errs.Because(op, errs.Invalid, err, "The file %s cannot be read.", path)
		}
		defer f.Close()
		from = f
	}
	armored, err := io.ReadAll(io.LimitReader(from, maxKeyFile))
	if err != nil {
		return errs.Because(op, errs.Invalid, err, "The keys cannot be read from %s.", path)
	}
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	keys, err := c.AddKeys(ctx, string(armored))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, keys)
	}
	for _, k := range keys {
		fmt.Fprintln(env.Stdout, line(k.Fingerprint))
		say(env, "The registry has the key of %s.", strings.Join(k.Names, ", "))
	}
	return nil
}

func newKeyRemoveCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "remove FINGERPRINT", Short: "Remove a key that you added",
		Args: Takes(1, 1, "one FINGERPRINT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runKeyRemove(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

func runKeyRemove(ctx context.Context, opts remoteOptions, env Env, fingerprint string) error {
	const op = "cli.key.remove"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.RemoveKey(ctx, fingerprint); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "The key %s is removed.", fingerprint)
	return nil
}

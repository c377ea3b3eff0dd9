package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
)

type requireSignatureOptions struct {
	remoteOptions
	keys []string
	off  bool
}

func newCollectionRequireSignatureCommand(env Env) *cobra.Command {
	var opts requireSignatureOptions
	cmd := &cobra.Command{
		Use: "require-signature COLLECTION", Short: "Take only images that are signed by certain keys",
		Long: `Take only images that are signed by one of the keys that are given, or, with --off, all images
again. What is in the collection already stays, but gets no new tags if it is not signed so.
The registry has to know the keys: apptainer key push, or sregistry key add.`,
		Example: `  sregistry collection require-signature lab --key 8883491F4268F173C6E5DC49EDECE4F3F38D871E
  sregistry collection require-signature lab --off`,
		Args: Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			// A script whose list came out empty does not want all images.
			if err := filled(cmd, "key"); err != nil {
				return err
			}
			if err := exclusive(cmd, "key", "off"); err != nil {
				return err
			}
			return runCollectionRequireSignature(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringSliceVar(&opts.keys, "key", nil, "the `fingerprints` of the keys, in place of those before")
	cmd.Flags().BoolVar(&opts.off, "off", false, "take all images")
	return cmd
}

func runCollectionRequireSignature(ctx context.Context, opts requireSignatureOptions, env Env, arg string) error {
	const op = "cli.collection.require-signature"
	if len(opts.keys) == 0 && !opts.off {
		return UsageError("By which keys? Write --key with a fingerprint, or --off.")
	}
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	signers := append([]string{}, opts.keys...) // [], not null, which would change nothing
	changed, err := c.ChangeCollection(ctx, name, api.CollectionChange{TrustedKeys: &signers})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, changed)
	}
	if len(changed.TrustedKeys) == 0 {
		say(env, "%s takes images whether they are signed or not.", name)
		return nil
	}
	say(env, "%s takes only images that are signed by %s.", name, strings.Join(changed.TrustedKeys, " or "))
	return nil
}

package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// suggestionDistance is how many letters a command may be mistyped by and still be guessed.
const suggestionDistance = 2

// Prepare gives the root of the program and all its commands, which it has to hold already,
// the manners of this package: usage errors are such in their exit status, also a command
// that a group does not have, and every --help ends with the table of these. Errors are
// returned for Explain and ExitCode, not printed.
func Prepare(root *cobra.Command) {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.InitDefaultCompletionCmd()
	prepareGroups(root)
	root.SetFlagErrorFunc(flagError)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		help(cmd, args)
		fmt.Fprint(cmd.OutOrStdout(), "\n"+ExitStatus())
	})
}

// Commands gives the client's commands, for the program to put under its root.
func Commands(env Env) []*cobra.Command {
	return []*cobra.Command{
		newLoginCommand(env), newLogoutCommand(env),
		newPushCommand(env), newPullCommand(env), newCopyCommand(env),
		newSearchCommand(env), newListCommand(env), newTagsCommand(env), newInspectCommand(env), newLabelsCommand(env),
		newTagCommand(env), newFreezeCommand(env), newThawCommand(env), newDeleteCommand(env), newUndeleteCommand(env), newShareCommand(env), newReadmeCommand(env),
		newCollectionCommand(env), newTeamCommand(env), newTokenCommand(env), newKeyCommand(env), newQuotaCommand(env), newRetentionCommand(env), newAuditCommand(env),
		newWebhookCommand(env),
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use + " COMMAND", Short: short}
	cmd.AddCommand(commands...)
	return cmd
}

// prepareGroups has a command that only holds others, and all such below it, refuse what
// it does not hold; by itself it would print its help, as if nothing were wrong.
func prepareGroups(cmd *cobra.Command) {
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.Args, cmd.RunE = cobra.ArbitraryArgs, runGroup
	}
	for _, c := range cmd.Commands() {
		prepareGroups(c)
	}
}

// runGroup runs when a command that holds others was given none of them.
func runGroup(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	cmd.SuggestionsMinimumDistance = suggestionDistance
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return UsageError("%s has no command %q; did you mean %q?", cmd.CommandPath(), args[0], near[0])
	}
	return UsageError("%s has no command %q. See %s --help.", cmd.CommandPath(), args[0], cmd.CommandPath())
}

// flagError makes a usage error of what is wrong with a flag; the texts of the flag package
// are made for people.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	return UsageError("%s. See %s --help.", strings.ToUpper(text[:1])+text[1:], cmd.CommandPath())
}

package cli

import "github.com/spf13/cobra"

// Commands gives the client's commands, for the program to put under its root.
func Commands(env Env) []*cobra.Command {
	commands := []*cobra.Command{
		newLoginCommand(env), newLogoutCommand(env),
		newPushCommand(env), newPullCommand(env),
		newSearchCommand(env), newListCommand(env), newTagsCommand(env), newInspectCommand(env), newLabelsCommand(env),
		newTagCommand(env), newFreezeCommand(env), newThawCommand(env), newDeleteCommand(env), newShareCommand(env),
		newCollectionCommand(env), newTeamCommand(env), newTokenCommand(env),
	}
	for _, cmd := range commands {
		cmd.SetFlagErrorFunc(flagError)
	}
	return commands
}

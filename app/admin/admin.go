// Package admin is the administrator's commands: those that work on a data folder or a backup,
// on the server's machine. Each is a file of its own, and holds no more than its flags, what it
// asks of the rooms below, and what it prints.
//
// Entry point: Commands.
package admin

import (
	"github.com/spf13/cobra"

	"sregistry/app/cli"
)

// Commands makes all commands; schema is the text of schema.sql.
func Commands(env cli.Env, schema string) []*cobra.Command {
	return []*cobra.Command{newServe(env, schema), newUser(env, schema), newCheck(env, schema), newConfig(env, schema), newDemo(env, schema),
		newBackup(env, schema), newRestore(env), newMaintenance(env, schema), newSystemd(env)}
}

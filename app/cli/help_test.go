package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sregistry/app/cli"
)

// TestCommandsAndFlags holds the tree of commands to the list in testdata/commands.txt: a
// command line that scripts may rely on does not change by accident.
func TestCommandsAndFlags(t *testing.T) {
	t.Parallel()
	var tree strings.Builder
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		fmt.Fprintf(&tree, "%s\n", cmd.UseLine())
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			short := ""
			if f.Shorthand != "" {
				short = "-" + f.Shorthand + ", "
			}
			fmt.Fprintf(&tree, "    %s--%s %s\n", short, f.Name, f.Value.Type())
		})
		if cmd.Short == "" || cmd.Runnable() && cmd.RunE == nil {
			t.Errorf("%s has no description or cannot fail", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	root := &cobra.Command{Use: "sregistry"}
	root.AddCommand(cli.Commands(cli.Env{})...)
	for _, cmd := range root.Commands() {
		walk(cmd)
	}
	golden(t, "commands.txt", tree.String())
}

func TestHelpEndsWithTheExitStatuses(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"push", "--help"}, {"collection", "grant", "--help"}, {"help", "pull"}} {
		r := newUser(t, "").want(t, 0, args...)
		if !strings.HasSuffix(r.stdout, cli.ExitStatus()) {
			t.Errorf("%v: the help ends with %q", args, r.stdout[max(0, len(r.stdout)-100):])
		}
	}
	golden(t, "exit_status.txt", cli.ExitStatus())
}

func TestWrongUseIsSaidInASentence(t *testing.T) {
	t.Parallel()
	for command, says := range map[string]string{
		"push x.sif":                                     "Under which name?",
		"push --name lab/x":                              "needs one FILE",
		"push --name lab/x a b":                          `"b" is too much`,
		"push lab/x:1 help_test.go":                      "write --name: sregistry push --name lab/x:1 help_test.go",
		"push help_test.go lab/x:1":                      "write --name: sregistry push --name lab/x:1 help_test.go",
		"push lab/x:1 help_test.go lab/y":                `"help_test.go" is too much`,
		"push --nonsense":                                "Unknown flag: --nonsense",
		"pull":                                           "at least one IMAGE",
		"pull LAB//x":                                    "empty",
		"pull a b --name c":                              "--name is for one image",
		"pull --json --name - a":                         "both want standard output",
		"collection grnt":                                `did you mean "grant"`,
		"collection create lab:1":                        "has a tag or digest",
		"collection require-signature lab":               "By which keys?",
		"collection require-signature lab --key=":        "--key is empty",
		"collection require-signature lab --key a --off": "do not go together",
		"collection grant lab":                           "Whom?",
		"nonsense":                                       `has no command "nonsense"`,
		"share x --days 3 --list":                        "do not go together",
		"share":                                          "Which image?",
		"team invite x --expires soon":                   "write a time like",
		"team create a/b":                                "write one word",
		"token create ci --collection=":                  "--collection is empty",
		"labels x":                                       "takes no argument",
		"search :tag":                                    "half a query",
		"list":                                           "Which registry?",
		"list --registry ftp://h":                        "is not the address of a registry",
		"login --token-stdin --password-stdin":           "do not go together",
		"freeze lab/x@sha256:" + emptySHA256:             "has a digest",
		"push --name lab/x@sha256:" + emptySHA256 + " f": "under a tag",
	} {
		u := newUser(t, "")
		r := u.run(t, strings.Fields(command)...)
		if r.code != 2 || !strings.Contains(r.stderr, says) {
			t.Errorf("sregistry %s: exit %d, %q; want 2 and %q", command, r.code, r.stderr, says)
		}
	}
}

const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

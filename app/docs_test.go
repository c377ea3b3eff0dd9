package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sregistry/app"
	"sregistry/app/cli"
)

// manuals are the documents whose commands have to be true, in the order a reader takes.
var manuals = []string{"../README.md", "docs/clients.md", "docs/administration.md"}

// docLine is a command line of ours in a manual.
type docLine struct {
	file, text string
	line       int
}

func (l docLine) String() string { return fmt.Sprintf("%s:%d: %s", l.file, l.line, l.text) }

// docLines gives all command lines of a manual that run our program: those in its indented
// blocks. What another "sregistry" runs, the Python client, is left out.
func docLines(t *testing.T, file string) []docLine {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found []docLine
	python := false
	for i, line := range strings.Split(string(text), "\n") {
		command, indented := strings.CutPrefix(line, "    ")
		python = indented && (python || strings.Contains(command, "SREGISTRY_CLIENT="))
		command, _, _ = strings.Cut(command, "  #")
		if indented && !python && !strings.HasPrefix(command, " ") && ourProgram.MatchString(command) {
			found = append(found, docLine{file, strings.TrimSpace(command), i + 1})
		}
	}
	return found
}

// ourProgram finds each call of the program in a line of shell.
var ourProgram = regexp.MustCompile(`(?:^|^(?:[A-Z_]+=\S* )+|^srun |^sudo -u sregistry |\| |\$\()sregistry ([^|)>&]+)`)

// TestManualsNameCommandsThatExist holds every command line to the tree of commands: the
// command, its flags, and how many arguments it takes.
func TestManualsNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	for _, file := range manuals {
		lines := docLines(t, file)
		if len(lines) < 5 {
			t.Errorf("only %d command lines were found in %s", len(lines), file)
		}
		for _, l := range lines {
			for _, call := range ourProgram.FindAllStringSubmatch(l.text, -1) {
				if err := wellFormed(shellWords(call[1])); err != nil {
					t.Errorf("%s: %v", l, err)
				}
			}
		}
	}
}

// wellFormed reports why the program would refuse the form of a command line; nil if it
// would not.
func wellFormed(args []string) error {
	root := app.NewRoot(cli.Env{}, app.Assets{})
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if c == root {
		return fmt.Errorf("%q is not a command", args)
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

var shellWord = regexp.MustCompile(`(?:[^\s"']+|"[^"]*"|'[^']*')+`)

// shellWords splits a line as the shell does, as far as the manuals' lines go.
func shellWords(line string) []string {
	var words []string
	for _, w := range shellWord.FindAllString(line, -1) {
		if w == "<" || w == ">" {
			break
		}
		words = append(words, strings.Trim(w, `"'`))
	}
	return words
}

// TestManualsNameEveryCommand holds the list of commands in clients.md to the tree.
func TestManualsNameEveryCommand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range app.NewRoot(cli.Env{}, app.Assets{}).Commands() {
		if c.GroupID == "client" && !regexp.MustCompile(`\b`+c.Name()+`\b`).Match(text) {
			t.Errorf("clients.md does not name the command %s", c.Name())
		}
	}
}

// notRun are the lines that the story below leaves out, with the reason. The test above
// holds their form.
var notRun = []struct{ pattern, reason string }{
	{`^sregistry serve `, "the story has a server; https.txtar and first-run.txtar start others"},
	{`^sudo |sregistry systemd`, "changes the machine; systemd_test.go verifies the units"},
	{`sregistry copy (docker\.io|--all-tags ghcr\.io|library:)`, "needs another registry; copy.txtar has some"},
	{`undelete 17`, "a number of the reader's; images.txtar restores and purges"},
	{`webhook create`, "sends to another host; webhooks.txtar has one"},
	{`8883491F|key add`, "a key of the reader's; signatures.txtar makes one"},
	{`^curl `, "share links and downloads are fetched in push-pull.txtar"},
}

// before is what the reader of a manual has done already, in the README.
var before = map[string]string{
	"docs/clients.md":        "adduser bob\n",
	"docs/administration.md": "exec sregistry push --name lab/hello hello.sif\n",
}

// TestManualsWork runs the command lines of the manuals in their order, as one reader
// would, with the addresses and folders of the test in place of the manuals' own.
func TestManualsWork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, file := range manuals {
		var story strings.Builder
		story.WriteString("serve\nadduser alice --admin\nas alice\nexec mkdir cache tmp\nexec sregistry demo image hello.sif\n" + before[file])
		for _, l := range docLines(t, file) {
			if !leftOut(l.text) {
				fmt.Fprintf(&story, "# %s\n%s\n", l, adapted(l.text))
			}
		}
		name := strings.TrimSuffix(filepath.Base(file), ".md") + ".txtar"
		if err := os.WriteFile(filepath.Join(dir, strings.ToLower(name)), []byte(story.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SREGISTRY_TEST_SCHEMA", schemaFile(t))
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			return os.Mkdir(filepath.Join(e.WorkDir, "home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serveCmd, "adduser": adduserCmd, "as": asCmd},
	})
}

func leftOut(line string) bool {
	for _, n := range notRun {
		if regexp.MustCompile(n.pattern).MatchString(line) {
			return true
		}
	}
	return false
}

// adapted is a line of a manual as a line of a story.
func adapted(line string) string {
	password := ""
	switch {
	case strings.HasPrefix(line, "sregistry login"):
		line += " --username alice --password-stdin"
		password = "the password of alice"
	case strings.Contains(line, "user add alice"): // who is there already
		line = strings.Replace(line, "alice", "carol", 1)
		fallthrough
	case strings.Contains(line, "user add") && !strings.Contains(line, "--robot"), strings.Contains(line, "user passwd"):
		line += " --password-stdin"
		password = "the password of alice"
	}
	line = strings.NewReplacer("http://127.0.0.1:8080", "$URL", "https://hub.example.org", "$URL", "srun ", "", "$TMPDIR", "tmp",
		"/scratch/images", "cache", "/mnt/backup", "backup", "ssh safe ", "sh -c ", "SREGISTRY_REGISTRY_TOKEN=…", "SREGISTRY_REGISTRY_TOKEN=$(cat token)").Replace(line)
	if strings.HasPrefix(line, "sregistry token create pipeline") {
		line += " > token"
	}
	if strings.HasPrefix(line, "sregistry demo image") {
		line = "rm hello.sif && " + line
	}
	if strings.Contains(line, "sregistry restore") && !strings.Contains(line, "--list") {
		line = "rm -rf new && " + line
	}
	if password != "" {
		line = "echo " + password + " | " + line
	}
	return "exec sh -c '" + strings.ReplaceAll(line, "'", `''`) + "'"
}

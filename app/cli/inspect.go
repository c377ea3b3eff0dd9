package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/sif"
)

type inspectOptions struct {
	remoteOptions
	arch string
}

func newInspectCommand(env Env) *cobra.Command {
	var opts inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect FILE | IMAGE",
		Short: "Show what is inside an image, here or in the registry",
		Long: `Show what is inside an image: architecture, labels, definition file, scripts, signatures.

If there is a file of that name it is read; otherwise the registry is asked. Write
registry://NAME to mean the registry in any case. Nothing is downloaded.`,
		Example: `  sregistry inspect hello_latest.sif
  sregistry inspect lab/hello:latest
  sregistry inspect --json lab/hello:latest`,
		Args: Takes(1, 1, "one FILE or IMAGE"),
		RunE: func(cmd *cobra.Command, args []string) error { return runInspect(cmd.Context(), opts, env, args[0]) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.arch, "arch", "", "the `architecture`, such as amd64 (default: the registry's choice)")
	return cmd
}

func runInspect(ctx context.Context, opts inspectOptions, env Env, arg string) error {
	const op = "cli.inspect"
	if isFile(arg) {
		return errs.Wrap(op, inspectFile(ctx, opts, env, arg))
	}
	return errs.Wrap(op, inspectImage(ctx, opts, env, arg))
}

// isFile reports whether a file is meant: one that is there, or a path that no image has.
func isFile(arg string) bool {
	if strings.Contains(arg, "://") {
		return false
	}
	for _, prefix := range []string{"/", "./", "../"} {
		if strings.HasPrefix(arg, prefix) {
			return true
		}
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

func inspectFile(ctx context.Context, opts inspectOptions, env Env, path string) error {
	file, err := client.OpenFile(path)
	if err != nil {
		return err
	}
	defer file.Close()
	report, err := env.Inspect(ctx, file, file.Size())
	if errs.Is(err, errs.Invalid) {
		return &exitError{err, exitContent}
	}
	if err != nil {
		return err
	}
	if opts.json {
		return printJSON(env, report)
	}
	sheet := newSheet(env.Stdout)
	sheet.field("File", path)
	sheet.field("Size", size(file.Size()))
	sheet.report(*report, unverified(*report))
	return sheet.close()
}

func inspectImage(ctx context.Context, opts inspectOptions, env Env, arg string) error {
	name, err := parseImage(arg)
	if err != nil {
		return err
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return err
	}
	image, err := c.Image(ctx, name.Path, name.Reference, opts.arch)
	if err != nil {
		return near(ctx, c, name, err)
	}
	if opts.json {
		return printJSON(env, image)
	}
	report, err := readReport(image)
	if err != nil {
		return err
	}
	sheet := newSheet(env.Stdout)
	sheet.field("Image", image.Name)
	sheet.field("Kind", image.Kind)
	sheet.field("Size", size(image.Size))
	sheet.field("Content", image.Content)
	sheet.field("Manifest", image.Digest)
	if image.Kind == "sif" {
		sheet.field("Signed", signed(image))
	}
	sheet.field("Tags", strings.Join(image.Tags, " "))
	sheet.field("Frozen", yesNo(image.Frozen))
	sheet.field("Description", image.Description)
	sheet.field("Pushed", strings.TrimSpace(when(image.Pushed)+" "+image.PushedBy))
	if image.Verified != nil {
		sheet.field("Verified", when(*image.Verified))
	}
	if image.Damaged {
		sheet.field("Damaged", "yes: it cannot be pulled until the same is pushed again")
	}
	sheet.field("Page", image.Page)
	signatures := unverified(report)
	if image.Signing != nil && !image.Signing.Pending {
		signatures = verdicts(*image.Signing)
	}
	sheet.report(report, signatures)
	if image.Contents != nil {
		sheet.contents(*image.Contents, image)
	}
	return sheet.close()
}

// signed reports whether all of an image is validly signed.
func signed(image api.Image) string {
	switch {
	case len(image.Signers) > 0:
		return "yes, all of it, by " + strings.Join(image.Signers, " and ")
	case image.Signing != nil && image.Signing.Pending:
		return "the signatures are still being verified"
	case image.Signing != nil && len(image.Signing.Signatures) > 0:
		return "not all of it, or not verified"
	}
	return "no"
}

// unverified describes signatures that nobody has looked at.
func unverified(r sif.Report) []string {
	var list []string
	for _, s := range r.Signatures {
		list = append(list, strings.TrimSpace(s.Format+" "+s.Fingerprint+" (not verified)"))
	}
	return list
}

// verdicts describes signatures by what the registry found out about them.
func verdicts(signing api.Signing) []string {
	var list []string
	for _, s := range signing.Signatures {
		who := strings.TrimSpace(s.Fingerprint + " " + s.Name)
		switch s.Verdict {
		case "valid":
			list = append(list, fmt.Sprintf("valid, %s, of the objects %s", who, strings.Trim(fmt.Sprint(s.Covers), "[]")))
		case "unknown":
			list = append(list, fmt.Sprintf("not verified, %s: %s", who, s.Reason))
		default:
			list = append(list, fmt.Sprintf("%s, %s: %s", s.Verdict, who, s.Reason))
		}
	}
	return list
}

// readReport reads the report that came as JSON with an image; there is none for an image
// that is not a file.
func readReport(image api.Image) (sif.Report, error) {
	var report sif.Report
	text, err := json.Marshal(image.Report)
	if err == nil && image.Report != nil {
		err = json.Unmarshal(text, &report)
	}
	if err != nil {
		return report, errs.Because("cli.inspect", errs.Unsupported, err, "The registry describes the image in a way that this client does not understand.")
	}
	return report, nil
}

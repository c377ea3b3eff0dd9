package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"

	"sregistry/app/errs"
)

// PrintJSON writes a result for programs.
func PrintJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return errs.Wrap("cli.PrintJSON", encoder.Encode(v))
}

func printJSON(env Env, v any) error { return PrintJSON(env.Stdout, v) }

// say tells the user something that is no result.
func say(env Env, format string, args ...any) {
	fmt.Fprintln(env.Stderr, plain(fmt.Sprintf(format, args...)))
}

// table writes rows in columns, under a heading.
func table(w io.Writer, heading []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{heading}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = line(cell)
		}
		fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	return errs.Wrap("cli.table", t.Flush())
}

// printList shows a list: as JSON, or as a table of what row makes of each item.
func printList[T any](env Env, asJSON bool, items []T, heading []string, row func(T) []string) error {
	if asJSON {
		if items == nil {
			items = []T{} // a program wants [], not null
		}
		return printJSON(env, items)
	}
	rows := make([][]string, 0, len(items))
	for _, item := range items {
		rows = append(rows, row(item))
	}
	return table(env.Stdout, heading, rows)
}

// collect reads a whole list.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	var items []T
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// plain makes a text safe to show on a terminal: control characters, which may move the
// cursor or worse, and those that turn the direction of writing are shown as "�"; line
// breaks and tabs stay.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// line is plain for one cell of a table.
func line(s string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(plain(s))
}

func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

func whenever(t *time.Time, never string) string {
	if t == nil {
		return never
	}
	return when(*t)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

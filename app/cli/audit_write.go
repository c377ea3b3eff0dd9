package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sregistry/app/api"
)

// events shows what happened: show takes one after the other, end is called after the last.
type events struct {
	show func(api.Event) error
	end  func() error
}

// eventWriter gives what shows events as the options ask. An export is written as it
// comes; a table, which needs the width of its columns, at its end.
func eventWriter(env Env, opts auditOptions) events {
	switch {
	case opts.json:
		encoder := json.NewEncoder(env.Stdout)
		encoder.SetEscapeHTML(false)
		show := func(e api.Event) error { return encoder.Encode(e) }
		return events{show, func() error { return nil }}
	case opts.csv:
		return eventSheet(csv.NewWriter(env.Stdout))
	}
	var rows [][]string
	show := func(e api.Event) error {
		rows = append(rows, []string{when(e.At), e.Actor, e.Action, e.Target, outcome(e), e.Source, details(e)})
		return nil
	}
	end := func() error {
		return table(env.Stdout, []string{"TIME", "WHO", "ACTION", "TARGET", "OUTCOME", "FROM", "DETAILS"}, rows)
	}
	return events{show, end}
}

// eventSheet writes events as a table for spreadsheets (RFC 4180).
func eventSheet(w *csv.Writer) events {
	row := []string{"at", "actor", "action", "target", "outcome", "count", "source", "via", "token", "token_name", "request", "details"}
	headed := false
	show := func(e api.Event) error {
		if !headed {
			headed = true
			if err := w.Write(row); err != nil {
				return err
			}
		}
		row = append(row[:0], e.At.Format(time.RFC3339), cell(e.Actor), e.Action, cell(e.Target), outcome(e), fmt.Sprint(e.Count), e.Source,
			e.Via, e.Token, cell(e.TokenName), e.Request, cell(details(e)))
		return w.Write(row)
	}
	end := func() error {
		w.Flush()
		return w.Error()
	}
	return events{show, end}
}

// cell keeps a text that somebody else wrote from being taken for a formula by a
// spreadsheet program.
func cell(s string) string {
	if strings.HasPrefix(s, "=") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "@") {
		return "'" + s
	}
	return s
}

func outcome(e api.Event) string {
	switch {
	case !e.Denied:
		return "done"
	case e.Count > 1:
		return fmt.Sprintf("denied, %d times", e.Count)
	}
	return "denied"
}

func details(e api.Event) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(e.Details)) {
		parts = append(parts, key+"="+e.Details[key])
	}
	return strings.Join(parts, " ")
}

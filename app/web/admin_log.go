package web

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// adminLog is GET /admin/log: what was done and denied.
func (s *Site) adminLog(c echo.Context, actor model.Actor) error {
	view := templates.AdminLog{Filter: c.QueryParams()}
	filter, err := eventFilter(view.Filter)
	if err != nil {
		view.Problem, view.Page = errs.Message(err), s.page(c)
		return render(c, http.StatusUnprocessableEntity, view.View())
	}
	list, next, err := s.registry.Events(c.Request().Context(), actor, ref.Path{}, filter, after(c))
	if err != nil {
		return errs.Wrap("web.adminLog", err)
	}
	view.Events = list
	if next != "" {
		q := url.Values{}
		for name, values := range view.Filter {
			q[name] = values
		}
		q.Set("after", next)
		view.More = "/admin/log?" + q.Encode()
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// eventFilter reads a choice of events. Errors: Invalid.
func eventFilter(q url.Values) (registry.EventFilter, error) {
	word := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	f := registry.EventFilter{Actor: word("actor"), Action: word("action"), Target: word("target"), Source: word("source")}
	if text := q.Get("denied"); text != "" {
		denied, err := strconv.ParseBool(text)
		if err != nil {
			return f, errs.E("web.eventFilter", errs.Invalid, "Unknown outcome. Use success or denied.")
		}
		f.Denied = &denied
	}
	for name, moment := range map[string]*time.Time{"since": &f.Since, "until": &f.Until} {
		if q.Get(name) == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, q.Get(name))
		if err != nil {
			return f, errs.E("web.eventFilter", errs.Invalid, "Invalid date. Use the form 2026-11-22.")
		}
		*moment = t
	}
	return f, nil
}

// exportLog is GET /admin/log/export: all of a choice, as it is read.
func (s *Site) exportLog(c echo.Context, actor model.Actor) error {
	const op = "web.exportLog"
	filter, err := eventFilter(c.QueryParams())
	if err != nil {
		return errs.Wrap(op, err)
	}
	format := c.QueryParam("format")
	if format != "csv" && format != "jsonl" {
		return errs.E(op, errs.Invalid, "Unknown export format. Use csv or jsonl.")
	}
	w := c.Response()
	h := w.Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="log.`+format+`"`)
	if format == "jsonl" {
		h.Set(echo.HeaderContentType, "application/jsonl; charset=utf-8")
		lines := json.NewEncoder(w)
		return errs.Wrap(op, s.registry.EachEvent(c.Request().Context(), actor, ref.Path{}, filter, func(e model.Event) error {
			return lines.Encode(eventLine(e))
		}))
	}
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	rows := csv.NewWriter(w)
	if err := rows.Write(eventColumns); err != nil {
		return errs.Wrap(op, err)
	}
	err = s.registry.EachEvent(c.Request().Context(), actor, ref.Path{}, filter, func(e model.Event) error {
		return rows.Write(eventRow(e))
	})
	rows.Flush()
	if err == nil {
		err = rows.Error()
	}
	return errs.Wrap(op, err)
}

// eventColumns are the first row of an export, and the names in its lines.
var eventColumns = []string{"at", "action", "target", "actor", "via", "token", "source", "request", "denied", "count", "details"}

// eventRow writes an event as a row. A cell that a spreadsheet would take for a formula
// is marked as text.
func eventRow(e model.Event) []string {
	details := ""
	if len(e.Details) > 0 {
		text, err := json.Marshal(e.Details)
		if err != nil {
			panic(err) // a map of strings can always be written
		}
		details = string(text)
	}
	row := []string{e.At.UTC().Format(time.RFC3339), e.Action, e.Target, e.Actor, string(e.Via), e.TokenName, e.Source, e.Request,
		strconv.FormatBool(e.Denied), strconv.Itoa(e.Count), details}
	for i, cell := range row {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			row[i] = "'" + cell
		}
	}
	return row
}

// eventLine is an event in an export as JSON lines.
func eventLine(e model.Event) any {
	return struct {
		At      time.Time         `json:"at"`
		Action  string            `json:"action"`
		Target  string            `json:"target"`
		Actor   string            `json:"actor,omitempty"`
		Via     model.Credential  `json:"via,omitempty"`
		Token   string            `json:"token,omitempty"`
		Source  string            `json:"source,omitempty"`
		Request string            `json:"request,omitempty"`
		Denied  bool              `json:"denied"`
		Count   int               `json:"count"`
		Details map[string]string `json:"details,omitempty"`
	}{e.At.UTC(), e.Action, e.Target, e.Actor, e.Via, e.TokenName, e.Source, e.Request, e.Denied, e.Count, e.Details}
}

package store

import (
	"context"
	"database/sql"
	"time"
)

// Setting is a value that was chosen while the registry ran.
type Setting struct {
	Name, Value string
	Changed     time.Time
	By          string // empty for the console, or if the account is gone
}

// Settings gives all settings that were chosen while the registry ran.
func (t *Tx) Settings(ctx context.Context) ([]Setting, error) {
	return all(ctx, t, "store.Settings", func(row scanner) (Setting, error) {
		var s Setting
		var changed int64
		err := row.Scan(&s.Name, &s.Value, &changed, &s.By)
		s.Changed = fromUnix(changed)
		return s, err
	}, `SELECT s.name, s.value, s.changed_at, coalesce(n.name, '') FROM settings s
	    LEFT JOIN users u ON u.id = s.changed_by LEFT JOIN names n ON n.id = u.name_id ORDER BY s.name`)
}

// SetSetting keeps a value; user 0 is nobody with an account.
func (t *Tx) SetSetting(ctx context.Context, name, value string, user int64) error {
	return t.run(ctx, "store.SetSetting", `INSERT INTO settings (name, value, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4)
	  ON CONFLICT DO UPDATE SET value = ?2, changed_at = ?3, changed_by = ?4`,
		name, value, unix(t.Now), sql.NullInt64{Int64: user, Valid: user != 0})
}

// DeleteSetting forgets a value, so that the default counts again.
func (t *Tx) DeleteSetting(ctx context.Context, name string) error {
	return t.run(ctx, "store.DeleteSetting", "DELETE FROM settings WHERE name = ?", name)
}

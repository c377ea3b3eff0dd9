package store

import (
	"context"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Duty tells when something that the server does by itself was last done; all zero if it
// never was.
func (t *Tx) Duty(ctx context.Context, name string) (model.Duty, error) {
	d, err := one(ctx, t, "store.Duty", func(row scanner) (model.Duty, error) {
		var tried, done int64
		var d model.Duty
		err := row.Scan(&tried, &done, &d.Report)
		d.Tried, d.Done = fromUnix(tried), fromUnix(done)
		return d, err
	}, "SELECT tried_at, done_at, report FROM duties WHERE name = ?", name)
	if errs.Is(err, errs.NotFound) {
		return model.Duty{}, nil
	}
	return d, err
}

// NoteDuty notes what became of something that the server does by itself.
func (t *Tx) NoteDuty(ctx context.Context, name string, well bool, report string) error {
	done := time.Time{}
	if well {
		done = t.Now
	}
	return t.run(ctx, "store.NoteDuty", `INSERT INTO duties (name, tried_at, done_at, report) VALUES (?1, ?2, ?3, ?4)
	  ON CONFLICT DO UPDATE SET tried_at = ?2, done_at = max(done_at, ?3), report = ?4`, name, unix(t.Now), unix(done), report)
}

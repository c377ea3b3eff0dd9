package store

import (
	"context"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Task tells when something that the server does by itself was last done; all zero if it
// never was.
func (t *Tx) Task(ctx context.Context, name string) (model.Task, error) {
	d, err := one(ctx, t, "store.Task", func(row scanner) (model.Task, error) {
		var tried, done int64
		var d model.Task
		err := row.Scan(&tried, &done, &d.Report)
		d.Tried, d.Done = fromUnix(tried), fromUnix(done)
		return d, err
	}, "SELECT tried_at, done_at, report FROM duties WHERE name = ?", name)
	if errs.Is(err, errs.NotFound) {
		return model.Task{}, nil
	}
	return d, err
}

// RecordTask notes what became of something that the server does by itself.
func (t *Tx) RecordTask(ctx context.Context, name string, well bool, report string) error {
	done := time.Time{}
	if well {
		done = t.Now
	}
	return t.run(ctx, "store.RecordTask", `INSERT INTO duties (name, tried_at, done_at, report) VALUES (?1, ?2, ?3, ?4)
	  ON CONFLICT DO UPDATE SET tried_at = ?2, done_at = max(done_at, ?3), report = ?4`, name, unix(t.Now), unix(done), report)
}

package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// maxForecastDays bounds the days of CleanupForecast.
const maxForecastDays = 100

// CleanupForecast tells, day by day from the earliest, what will be removed because it was deleted or
// has lost its last tag. For admins. Errors: Forbidden, Unauthenticated.
func (s *Service) CleanupForecast(ctx context.Context, actor model.Actor) (list []model.CleanupDay, err error) {
	const op = "registry.CleanupForecast"
	if err := requireAdmin(op, actor); err != nil {
		return nil, err
	}
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		list, err = tx.CleanupForecast(ctx, s.Settings().Grace, s.untaggedGrace(), maxForecastDays)
		return err
	})
	return list, errs.Wrap(op, err)
}

// SweepNow is Sweep for somebody who does not want to wait for the next. For admins. Errors:
// Forbidden, Unauthenticated.
func (s *Service) SweepNow(ctx context.Context, actor model.Actor) (SweepResult, error) {
	const op = "registry.SweepNow"
	if err := requireAdmin(op, actor); err != nil {
		return SweepResult{}, err
	}
	done, err := s.Keeper.Sweep(ctx)
	return done, errs.Wrap(op, err)
}

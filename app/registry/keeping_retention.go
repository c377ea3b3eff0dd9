package registry

import (
	"context"
	"path"
	"slices"
	"time"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// The bounds of a collection's rules.
const (
	maxRules   = 20
	maxPattern = 128 // bytes
	// maxExpiring bounds what a dry run tells; the sweeper takes the rest as well.
	maxExpiring = 1000
	// retentionBatch is how many containers are read in one snapshot.
	retentionBatch = 50
)

// Retention gives the rules by which tags go from a collection. Its owners may ask. Errors:
// NotFound, Forbidden, Unauthenticated.
func (s *Service) Retention(ctx context.Context, actor model.Actor, name ref.Path) (rules []model.RetentionRule, err error) {
	const op = "registry.Retention"
	err = s.readCollection(ctx, actor, access.Manage, name, func(tx *store.Tx, c model.Collection) (err error) {
		rules, err = tx.RetentionRules(ctx, c.ID)
		return err
	})
	return rules, errs.Wrap(op, err)
}

// SetRetention replaces the rules of a collection; none lets everything stay. What goes by
// them is taken by the next sweep, and can be brought back like anything deleted. Owners who
// may delete may. Errors: Invalid, NotFound, Forbidden, Unauthenticated.
func (s *Service) SetRetention(ctx context.Context, actor model.Actor, name ref.Path, rules []model.RetentionRule) error {
	const op = "registry.SetRetention"
	if err := checkRules(rules); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		c, err := s.managedCollection(ctx, tx, actor, name)
		if err != nil {
			return err
		}
		if err := s.allowCollection(actor, access.Delete, c); err != nil {
			return err
		}
		if err := tx.SetRetentionRules(ctx, c.ID, rules); err != nil {
			return err
		}
		told := "cleared"
		if len(rules) > 0 {
			told = "set"
		}
		return tx.Record(ctx, actor.Did(model.CollectionChanged, c.Name.Full(), "retention", told).In(c.ID))
	}))
}

// ExpiringTags lists what would go from a collection by some rules, or with nil by its own, if
// it were swept now: at most the first thousand tags; more says that there are others.
// Nothing changes. Its owners may ask. Errors: those of SetRetention.
func (s *Service) ExpiringTags(ctx context.Context, actor model.Actor, name ref.Path, rules []model.RetentionRule) (list []model.ExpiringTag, more bool, err error) {
	const op = "registry.ExpiringTags"
	if err := checkRules(rules); err != nil {
		return nil, false, errs.Wrap(op, err)
	}
	var collection int64
	err = s.readCollection(ctx, actor, access.Manage, name, func(tx *store.Tx, c model.Collection) (err error) {
		if collection = c.ID; rules == nil {
			rules, err = tx.RetentionRules(ctx, c.ID)
		}
		return err
	})
	if err != nil {
		return nil, false, errs.Wrap(op, err)
	}
	err = s.eachExpired(ctx, collection, rules, func(p store.Place, tags []store.TagAge) (bool, error) {
		for _, t := range tags {
			if len(list) == maxExpiring {
				more = true
				return false, nil
			}
			list = append(list, model.ExpiringTag{Container: p.ContainerOf.String(), Tag: t.Tag, Updated: t.Updated, Pulled: t.Pulled, Size: t.Size})
		}
		return true, nil
	})
	return list, more, errs.Wrap(op, err)
}

// eachExpired hands what goes from each container of a collection to fn, until it says that
// this is enough. No transaction is open meanwhile.
func (s *Service) eachExpired(ctx context.Context, collection int64, rules []model.RetentionRule, fn func(store.Place, []store.TagAge) (bool, error)) error {
	type expired struct {
		store.Place
		tags []store.TagAge
	}
	for after, last := int64(0), false; !last && len(rules) > 0; {
		var found []expired
		err := s.db.View(ctx, func(tx *store.Tx) error {
			containers, err := tx.ThawedContainers(ctx, collection, after, retentionBatch)
			last = len(containers) < retentionBatch
			for _, p := range containers {
				after = p.Container
				tags, err := tx.TagAges(ctx, p.Container)
				if err != nil {
					return err
				}
				found = append(found, expired{p, selectExpired(rules, tags, tx.Now)})
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range found {
			if more, err := fn(e.Place, e.tags); err != nil || !more {
				return err
			}
		}
	}
	return nil
}

// selectExpired chooses of a container's tags, the last moved first, those that a rule matches and
// none that matches keeps.
func selectExpired(rules []model.RetentionRule, tags []store.TagAge, now time.Time) []store.TagAge {
	var gone []store.TagAge
	seen := make([]int, len(rules)) // tags that matched each rule so far
	for _, t := range tags {
		matched, kept := false, false
		for i, r := range rules {
			if ok, err := path.Match(r.Tags, t.Tag); err != nil || !ok {
				continue
			}
			matched = true
			seen[i]++
			kept = kept || seen[i] <= r.Last ||
				r.Newer > 0 && now.Sub(t.Updated) < r.Newer ||
				r.Pulled > 0 && now.Sub(t.Pulled) < r.Pulled
		}
		if matched && !kept {
			gone = append(gone, t)
		}
	}
	return gone
}

// checkRules refuses rules that cannot be meant.
func checkRules(rules []model.RetentionRule) error {
	const op = "registry.checkRules"
	if len(rules) > maxRules {
		return errs.E(op, errs.Invalid, "A collection can have %d rules; these are %d.", maxRules, len(rules))
	}
	for _, r := range rules {
		if _, err := path.Match(r.Tags, ""); err != nil || r.Tags == "" || len(r.Tags) > maxPattern {
			return errs.E(op, errs.Invalid, "%q is not a pattern for tags; write one such as *, nightly-* or v[0-9]*, of at most %d bytes.", r.Tags, maxPattern)
		}
		if r.Last < 0 || r.Newer < 0 || r.Pulled < 0 {
			return errs.E(op, errs.Invalid, "The rule for %s has a negative number.", r.Tags)
		}
		if r.Last == 0 && r.Newer < time.Second && r.Pulled < time.Second {
			return errs.E(op, errs.Invalid, "The rule for %s keeps nothing; say how many, or how long, it keeps.", r.Tags)
		}
	}
	return nil
}

// sweepRetention deletes the tags that go by the rules of their collections, a few in each
// transaction, and none that was moved, frozen or deleted since it was read.
func (k *Keeper) sweepRetention(ctx context.Context, done *SweepResult) error {
	for after := int64(0); ; {
		var collections []int64
		err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
			collections, err = tx.CollectionsWithRetention(ctx, after, sweepBatch)
			return err
		})
		if err != nil || len(collections) == 0 {
			return err
		}
		for _, c := range collections {
			after = c
			var rules []model.RetentionRule
			if err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
				rules, err = tx.RetentionRules(ctx, c)
				return err
			}); err != nil {
				return err
			}
			err := k.core.eachExpired(ctx, c, rules, func(p store.Place, tags []store.TagAge) (bool, error) {
				for batch := range slices.Chunk(tags, retentionBatch) {
					if err := k.deleteExpired(ctx, p, batch, done); err != nil {
						return false, err
					}
				}
				return true, nil
			})
			if err != nil {
				return err
			}
		}
	}
}

// deleteExpired deletes tags of a container, as far as they are still what they were.
func (k *Keeper) deleteExpired(ctx context.Context, p store.Place, tags []store.TagAge, done *SweepResult) error {
	return k.db.Update(ctx, func(tx *store.Tx) error {
		place, err := tx.Place(ctx, p.ContainerOf, 0)
		if err != nil || place.Container != p.Container || place.Frozen {
			return err
		}
		present, err := tx.TagAges(ctx, p.Container)
		if err != nil {
			return err
		}
		for _, t := range tags {
			if !slices.Contains(present, t) {
				continue
			}
			if _, err := k.core.deleteTag(ctx, tx, model.RetentionActor, place, t.Tag, ""); err != nil {
				return err
			}
			done.Tags++
		}
		return nil
	})
}

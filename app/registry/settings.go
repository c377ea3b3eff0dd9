package registry

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Settings are what an administrator decides about the registry.
type Settings struct {
	// Name is the registry's, for people.
	Name string
	// Welcome is what the front page says of the registry; it may be empty.
	Welcome string
	// UserCollections lets every user create collections of the registry's own; otherwise
	// only admins may.
	UserCollections bool
	// SignIn shows nothing to anonymous callers, not even what is public.
	SignIn bool
	// Grace is how long an image stays that has lost its last tag or was deleted, so that
	// it can be brought back.
	Grace time.Duration
	// UploadLife is how long an upload, or a blob that no image uses, is kept for the
	// client to resume.
	UploadLife time.Duration
	// UserQuota is how many bytes a user's namespace without a quota of its own may take up;
	// 0 is no limit.
	UserQuota int64
	// KeysByAdmins lets only admins add public keys; otherwise every user may.
	KeysByAdmins bool
	// BackupTo is the folder of the server's own backups; empty if it makes none.
	BackupTo string
	// BackupEvery is how often it makes one.
	BackupEvery time.Duration
	// BackupKeep is how many of them stay.
	BackupKeep int
	// ScrubEvery is the time within which every blob is read once; 0 is never.
	ScrubEvery time.Duration
	// ScrubRate is how many bytes a second that reads at most.
	ScrubRate int64
	// AuditRetention is how long the record of what was done, and by whom, is kept; 0 is for ever.
	AuditRetention time.Duration
}

// SettingsResolver tell which settings are in force when the database keeps some, by their names,
// and describe those that may change so. Errors: Invalid for values that cannot be.
type SettingsResolver func(kept map[string]string) (Settings, []model.Setting, error)

// SettingsInterval is how often a server reads the settings that another process may have
// changed, and so how long such a change takes at most.
const SettingsInterval = 2 * time.Second

// liveSettings are the settings in force, and how they come about.
type liveSettings struct {
	current atomic.Pointer[Settings]
	resolve SettingsResolver
	mu      sync.Mutex        // of changes
	stored  map[string]string // of which present was made
}

// Settings gives those in force at this moment. What needs several of them at once asks
// once.
func (s *Service) Settings() Settings { return *s.settings.current.Load() }

// ApplySettings makes settings changeable by rules, and puts those in force that the database
// keeps. It is called once, before the first request. Errors: Invalid for a kept setting
// that the rules refuse.
func (s *Service) ApplySettings(ctx context.Context, rules SettingsResolver) error {
	s.settings.resolve = rules
	return errs.Wrap("registry.ApplySettings", s.refresh(ctx))
}

// RunSettings puts changes in force that other processes make, such as "sregistry
// config", until ctx is done.
func (s *Service) RunSettings(ctx context.Context) {
	runEvery(ctx, SettingsInterval, func() {
		if err := s.refresh(ctx); err != nil && !errs.Is(err, errs.Canceled) {
			s.log.Error("settings", "error", err)
		}
	})
}

// refresh puts in force what the database keeps.
func (s *Service) refresh(ctx context.Context) error {
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	var rows []store.Setting
	err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Settings(ctx)
		return err
	})
	if err != nil {
		return err
	}
	kept := storedSettings(rows)
	if s.settings.stored != nil && maps.Equal(kept, s.settings.stored) {
		return nil
	}
	present, _, err := s.settings.resolve(kept)
	if err != nil {
		return err
	}
	s.settings.stored = kept
	s.settings.current.Store(&present)
	return nil
}

// RunningSettings describes the settings that may change while the registry runs. For
// admins. Errors: Forbidden, Unauthenticated.
func (s *Service) RunningSettings(ctx context.Context, actor model.Actor) ([]model.Setting, error) {
	const op = "registry.RunningSettings"
	if err := requireAdmin(op, actor); err != nil {
		return nil, err
	}
	var rows []store.Setting
	err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Settings(ctx)
		return err
	})
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	_, list, err := s.settings.resolve(storedSettings(rows))
	for at, one := range list {
		for _, row := range rows {
			if row.Name == one.Name && one.Fixed == "" {
				list[at].Changed, list[at].ChangedBy = row.Changed, row.By
			}
		}
	}
	return list, errs.Wrap(op, err)
}

// ChangeSettings gives settings other values, all or none, and puts them in force. The
// default is not kept, so that a later version's counts. For admins. Errors: Invalid for a
// value or a name that cannot be, Conflict for a setting that was given at the start,
// Forbidden, Unauthenticated.
func (s *Service) ChangeSettings(ctx context.Context, actor model.Actor, values map[string]string) error {
	const op = "registry.ChangeSettings"
	if err := requireAdmin(op, actor); err != nil {
		return err
	}
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	var present Settings
	var kept map[string]string
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		kept = storedSettings(rows)
		before := maps.Clone(kept)
		maps.Copy(kept, values)
		var list []model.Setting
		if present, list, err = s.settings.resolve(kept); err != nil {
			return err
		}
		for _, one := range list {
			if _, meant := values[one.Name]; !meant {
				continue
			}
			if err := storeSetting(ctx, tx, actor, one, before, kept); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	s.settings.stored = kept
	s.settings.current.Store(&present)
	return nil
}

// ResetSetting gives a setting its default again. It works also for one whose stored value the
// rules refuse. For admins. Errors: Forbidden, Invalid for an unknown name, Unauthenticated.
func (s *Service) ResetSetting(ctx context.Context, actor model.Actor, name string) error {
	const op = "registry.ResetSetting"
	if err := requireAdmin(op, actor); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(rows, func(row store.Setting) bool { return row.Name == name }) {
			// Nothing is stored by this name; only a wrong name is worth a word.
			_, list, err := s.settings.resolve(nil)
			if err == nil && !slices.ContainsFunc(list, func(one model.Setting) bool { return one.Name == name }) {
				err = errs.E(op, errs.Invalid, "Unknown setting %q. Run \"sregistry config show\" for the list.", errs.Clip(name))
			}
			return err
		}
		if err := tx.DeleteSetting(ctx, name); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.SettingChanged, name, "to", "its default"))
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.refresh(ctx))
}

// storeSetting writes one setting as the rules understood it, if that is a change.
func storeSetting(ctx context.Context, tx *store.Tx, actor model.Actor, one model.Setting, before, kept map[string]string) error {
	const op = "registry.storeSetting"
	old, was := before[one.Name]
	kept[one.Name] = one.Value
	switch {
	case one.Fixed != "":
		return errs.E(op, errs.Conflict, "The setting %s was given at the start by %s, and changes only there.", one.Name, one.Fixed)
	case one.Value == one.Default:
		delete(kept, one.Name)
		if err := tx.DeleteSetting(ctx, one.Name); err != nil || !was {
			return err
		}
	case was && old == one.Value:
		return nil
	default:
		if err := tx.SetSetting(ctx, one.Name, one.Value, actor.UserID); err != nil {
			return err
		}
	}
	return tx.Record(ctx, actor.Did(model.SettingChanged, one.Name, "to", one.Value))
}

func storedSettings(rows []store.Setting) map[string]string {
	kept := make(map[string]string, len(rows))
	for _, row := range rows {
		kept[row.Name] = row.Value
	}
	return kept
}

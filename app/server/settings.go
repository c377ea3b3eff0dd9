package server

import (
	"sregistry/app/config"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// RegistrySettings gives the settings that the core goes by.
func RegistrySettings(c *config.Config) registry.Settings {
	return registry.Settings{
		Name: c.Name, Welcome: c.Welcome, UserCollections: c.UserCollections, SignIn: c.SignIn,
		Grace: c.Grace, UploadLife: c.UploadLife, UserQuota: int64(c.UserQuota), KeysByAdmins: c.AddKeys == config.Admins,
		BackupTo: c.BackupTo, BackupEvery: c.BackupEvery, BackupKeep: c.BackupKeep,
		ScrubEvery: c.ScrubEvery, ScrubRate: int64(c.ScrubRate) << 20,
		AuditRetention: c.AuditRetention,
	}
}

// SettingsFrom lets settings change while the server runs, as far as its start left them open.
func SettingsFrom(start *config.Config) registry.SettingsResolver {
	return func(kept map[string]string) (registry.Settings, []model.Setting, error) {
		now, err := start.WithStored(kept)
		if err != nil {
			return registry.Settings{}, nil, err
		}
		return RegistrySettings(now), now.Running(), nil
	}
}

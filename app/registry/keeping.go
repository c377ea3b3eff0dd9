package registry

import (
	"log/slog"

	"sregistry/app/blob"
	"sregistry/app/store"
)

// Keeper does the registry's own work on what it keeps: it sweeps, checks, and says how the
// registry is. No actor asks for it, so that it asks for no permission. What a rule deletes
// it deletes as the core does for an owner.
type Keeper struct {
	core  *Service
	db    *store.DB
	blobs *blob.Store
	log   *slog.Logger
	ready readinessCache
	stats statsCache
}

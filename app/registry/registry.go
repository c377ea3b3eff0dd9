// Package registry is the core: every use case of Sregistry is a method of Service, and
// every door is spelled with them. A use case takes the actor, asks package access whether
// he may, and then works on rows and files. It knows no protocol.
//
// A push goes: AuthorizePush (may they?), BeginUpload, AppendUpload, FinishUpload (the bytes
// are a durable blob), PutManifest (they are an image with a tag). Push does all of it
// for a client that sends a file in one go. A pull goes: Image or Manifest, then OpenFile
// or OpenBlob.
//
// The trap: bytes are durable before a row names them, and a row is gone before its bytes
// are; so blobs are never touched inside a transaction of the store.
package registry

import (
	"log/slog"
	"time"

	"sregistry/app/blob"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Service is the core: what somebody asks for. Its methods take the actor as their second
// argument, and ask for permission. It is safe for use by many goroutines.
//
// What runs without an actor has types of its own, with the state that only it needs.
type Service struct {
	db          *store.DB
	blobs       *blob.Store
	settings    liveSettings
	log         *slog.Logger
	uploadLocks uploadLocks
	images      lookupCache[model.Image]
	manifests   lookupCache[Manifest]
	fileBrowser fileBrowser
	barren      *lru.Map[quotaPlace, time.Time] // until when no abandoned blobs are searched for there

	Keeper    *Keeper      // sweeps, checks, and says how the registry is
	Scrubber  *Scrubber    // reads all blobs from time to time, and quarantines corrupt ones
	Verifier  *Verifier    // verifies the signatures of images
	Deliverer *Deliverer   // sends events to webhooks
	Denials   *DenialLog   // writes denied requests to the audit log
	Pulls     *PullCounter // counts pulls
}

// New makes the core of an open database and an open blob store, which stay the
// caller's to close. The settings stay as they are, unless ApplySettings is called.
func New(db *store.DB, blobs *blob.Store, settings Settings, log *slog.Logger) *Service {
	s := &Service{
		db: db, blobs: blobs, log: log,
		images:      newLookupCache(func(i model.Image) int { return len(i.Description) + len(i.PusherFullName) }),
		manifests:   newLookupCache(func(m Manifest) int { return len(m.Body) }),
		fileBrowser: newFileBrowser(),
		barren:      lru.New[quotaPlace, time.Time](maxBarren),
	}
	s.settings.resolve = func(map[string]string) (Settings, []model.Setting, error) { return settings, nil, nil }
	s.settings.current.Store(&settings)
	s.Keeper = &Keeper{core: s, db: db, blobs: blobs, log: log}
	s.Scrubber = newScrubber(db, blobs, log, s.Settings)
	s.Verifier = &Verifier{db: db, log: log, requested: make(chan struct{}, 1), scrubber: s.Scrubber}
	s.Deliverer = &Deliverer{db: db, log: log}
	s.Denials = newDenials(db, log)
	s.Pulls = newPullCounter(db, log)
	return s
}

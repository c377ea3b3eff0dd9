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
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"sregistry/app/blob"
	"sregistry/app/courier"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Service is the core. It is safe for use by many goroutines.
type Service struct {
	db                    *store.DB
	blobs                 *blob.Store
	settings              liveSettings
	log                   *slog.Logger
	uploadLocks           uploadLocks
	denials               *denials
	ready                 readinessCache
	stats                 statsCache
	verificationRequested chan struct{} // when there are signatures to verify
	suspects              suspectBlobs
	scrubLimiter          *rate.Limiter // of what the scrub reads
	// paused tells that the scrub was, and resumed that it is no more: what it has marked may
	// be whole.
	paused, resumed atomic.Bool
	pulls           pulls
	deriveSecret    DeriveSecret
	courier         *courier.Courier // nil for a program that sends no webhooks

	images      lookupCache[model.Image]
	manifests   lookupCache[Manifest]
	fileBrowser fileBrowser
	barren      *lru.Map[quotaPlace, time.Time] // until when no abandoned blobs are searched for there
}

// New makes the core of an open database and an open blob store, which stay the
// caller's to close. The settings stay as they are, unless ApplySettings is called.
func New(db *store.DB, blobs *blob.Store, settings Settings, log *slog.Logger) *Service {
	s := &Service{
		db: db, blobs: blobs, log: log, denials: newDenials(),
		verificationRequested: make(chan struct{}, 1), suspects: suspectBlobs{wake: make(chan struct{}, 1)},
		scrubLimiter: rate.NewLimiter(throttleBurst, throttleBurst),
		images:       newLookupCache(func(model.Image) bool { return true }),
		manifests:    newLookupCache(func(m Manifest) bool { return len(m.Body) <= maxCachedBody }),
		fileBrowser:  newFileBrowser(),
		pulls:        pulls{partial: lru.New[partialKey, struct{}](maxPullKeys)},
		barren:       lru.New[quotaPlace, time.Time](maxBarren),
	}
	s.settings.resolve = func(map[string]string) (Settings, []model.Setting, error) { return settings, nil, nil }
	s.settings.current.Store(&settings)
	return s
}

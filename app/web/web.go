// Package web is the door for people: pages and forms. A handler reads the request, asks
// registry or identity, and shows a page of package templates; it decides nothing. There
// is one file for each page or action, and routes.go is the map.
//
// It may not know the store, the blobs, the permission rules or any other door. Entry
// points: New, then Pages, Uploads, Assets, Errors, UploadErrors and Visitor, which say how
// they are mounted.
// The trap: a page must be begun by Site.page before anything is written, since it takes
// the flash from the browser by a header.
package web

import (
	"crypto/sha256"
	"net/url"
	"time"

	"sregistry/app/identity"
	"sregistry/app/lru"
	"sregistry/app/registry"
	"sregistry/templates/markdown"
)

// Settings are what the pages say about the registry, and the clock they go by.
type Settings struct {
	// Version is the program's; empty leaves it out.
	Version string
	// Public is the address at which people and clients reach the registry; its path is
	// not used.
	Public *url.URL
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Site is the web site. It is safe for use by many goroutines.
type Site struct {
	registry *registry.Service
	identity *identity.Service
	settings Settings
	shown    *lru.Map[[sha256.Size]byte, markdown.HTML] // what became of Markdown, by its hash
	started  time.Time
}

// New makes the web site of a registry and its accounts.
func New(r *registry.Service, i *identity.Service, s Settings) *Site {
	if s.Now == nil {
		s.Now = time.Now
	}
	return &Site{r, i, s, lru.Weighed(maxProse, func(_ [sha256.Size]byte, text markdown.HTML) int64 { return int64(len(text)) + sha256.Size }), s.Now()}
}

// base is the registry's address as clients are told it: "https://hub.example.org".
func (s *Site) base() string { return s.settings.Public.Scheme + "://" + s.settings.Public.Host }

// Package backup copies a data folder elsewhere while it is in use, and makes a data
// folder of such a copy. It knows rows only as far as they name files; it knows nothing of
// people, permissions or schedules.
//
// A folder of backups looks like this:
//
//	blobs/, uploads/               as package blob keeps them, shared by all backups
//	snapshots/<time>/sregistry.db  the database at that moment
//	snapshots/<time>/server.key    and what else of the data folder counts
//	snapshots/<time>/backup.json   what has to be there; without it there is no backup
//
// A stream is a tar archive of the same things: begin.json, the database, the small files,
// blobs/<algorithm>/<hex>, and backup.json last.
//
// Entry points: Source.ToFolder, Source.ToStream, FromFolder, FromStream, CheckFolder,
// CheckStream, List. The trap: the database says which blobs a backup needs at one moment,
// and they are copied later; until then a pin in the database keeps sweeps, of whatever
// process, from removing them.
package backup

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/store"
)

// Source is an open data folder.
type Source struct {
	Dir   string
	DB    *store.DB
	Blobs *blob.Store
	// Files are the names of small files in the folder that belong to a backup, if they
	// are there.
	Files []string
	// Program is the version of this program.
	Program string
}

// Options say how a backup is made.
type Options struct {
	// Keep is how many of the newest backups stay in a folder of them.
	Keep int
	// Verify reads the blobs that the folder holds already, and copies anew what is damaged
	// there.
	Verify bool
	// Progress, if it is not nil, is called now and then.
	Progress func(Report)
	// Files puts a layer between the folder and its files, for tests that inject faults.
	Files func(blob.FS) blob.FS
}

// Report tells what a backup did.
type Report struct {
	Taken       time.Time // the moment whose state was kept
	Name        string    // of the backup, in its folder
	Blobs       int       // that belong to it
	Bytes       int64     // of those blobs
	Copied      int       // blobs that were not in the folder yet
	CopiedBytes int64
	Mended      int // of the copied ones, because they were damaged in the folder
	// Damaged are blobs that are missing in the backup because they are damaged where they
	// were to be copied from.
	Damaged []Damage
	Dropped int // older backups that were let go
	Removed int // blobs that only those needed
}

// Summary tells of a backup in a sentence.
func (r Report) Summary() string {
	s := fmt.Sprintf("%d blobs (%s), %d of them copied (%s)", r.Blobs, humanize.IBytes(uint64(r.Bytes)), r.Copied, humanize.IBytes(uint64(r.CopiedBytes)))
	if r.Mended > 0 {
		s += fmt.Sprintf("; %d corrupt copies replaced", r.Mended)
	}
	if r.Dropped > 0 {
		s += fmt.Sprintf("; deleted %d older backups and %d blobs", r.Dropped, r.Removed)
	}
	if len(r.Damaged) > 0 {
		s += fmt.Sprintf("; %d corrupt blobs are missing", len(r.Damaged))
	}
	return s + "."
}

// Damage is a blob that is not what it should be.
type Damage struct {
	Digest digest.Digest `json:"digest"`
	What   string        `json:"what"`             // is wrong: "is missing"
	Images []string      `json:"images,omitempty"` // that need it, the first few
}

// maxVictims bounds the images that are named with a damaged blob.
const maxVictims = 10

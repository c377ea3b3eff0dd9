package model

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// Health is what whoever runs the registry wants to see first: whether it is whole, when
// it was last backed up, and how much disk space is left.
type Health struct {
	Backup, Scrub Task
	Schema        int   // number of the database's schema
	Blobs         int   // that are recorded
	Bytes         int64 // of those blobs
	Damaged       int   // of those blobs; see Damage
	// ScrubPaused is since when no more blobs are marked as damaged, because so many were
	// that the disk seems to be gone; zero if they are.
	ScrubPaused time.Time
	// CleanupPaused is until when nothing is removed, because the database may not know all
	// files; zero if it is.
	CleanupPaused time.Time
	Unknown       int // files in quarantine because no row named them
	// Verified is when the blob that was read longest ago was; zero if there is none.
	Verified time.Time
	Database int64 // size of the database, in bytes
	DiskFree int64 // in bytes
	DiskSize int64 // in bytes
}

// Task is a maintenance task of the server.
type Task struct {
	Tried  time.Time     // when it last ended, well or not; zero is never
	Done   time.Time     // when it last ended well; zero is never
	Report string        // what became of the last try, as a sentence
	Every  time.Duration // how often it is to be done; 0 is not at all
}

// Overdue reports whether a duty has not been done for twice as long as it should.
func (d Task) Overdue(now time.Time) bool {
	return d.Every > 0 && !d.Done.IsZero() && now.Sub(d.Done) > 2*d.Every
}

// CorruptBlob is a blob whose file is missing, or no longer what its digest says. It was set
// aside: to everybody it is not there, until the same content is pushed again.
type CorruptBlob struct {
	Digest digest.Digest
	Size   int64 // bytes that it should have
	Found  time.Time
	What   string   // is wrong with it: "is missing", "hashes to …"
	Images []string // that cannot be pulled for it, the first few; none if no image uses it
}

// Integrity tells when an image's content was last read and found whole.
type Integrity struct {
	Verified time.Time       // of the blob that was read longest ago; zero if one has yet to be
	Damaged  []digest.Digest // blobs of the image that are not there until they are pushed again
}

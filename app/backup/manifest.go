package backup

import (
	"encoding/json"
	"io"
	"path"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/store"
)

const (
	// format numbers the layout of backups.
	format = 1
	// manifestName is the file that makes a backup complete.
	manifestName = "backup.json"
	// maxManifest bounds what is read of it, in bytes: it names every damaged blob.
	maxManifest = 64 << 20
)

// Manifest says what a backup holds. Restoring proves all of it.
type Manifest struct {
	Format   int              `json:"format"`
	Program  string           `json:"program"` // that made it
	Schema   int              `json:"schema"`  // of the database
	Taken    time.Time        `json:"taken"`
	Database File             `json:"database"`
	Files    map[string]File  `json:"files"` // by their names in the data folder
	Rows     map[string]int64 `json:"rows"`  // by table
	Blobs    int              `json:"blobs"`
	Bytes    int64            `json:"bytes"`
	Damaged  []Damage         `json:"damaged,omitempty"` // blobs that are not in it
}

// File is a file as it has to be.
type File struct {
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

func (m Manifest) text() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), errs.Wrap("backup.text", err)
}

// readManifest reads a manifest and refuses one that this program cannot restore.
func readManifest(r io.Reader) (Manifest, error) {
	const op = "backup.readManifest"
	var m Manifest
	if err := json.NewDecoder(io.LimitReader(r, maxManifest)).Decode(&m); err != nil {
		return m, errs.Because(op, errs.DigestInvalid, err, "The file %s of the backup is damaged; take another backup.", manifestName)
	}
	switch {
	case m.Format > format || m.Schema > store.CurrentVersion():
		return m, errs.E(op, errs.Invalid, "This backup was made by sregistry %s (schema %d), which is newer than this program (schema %d); restore it with that version or a later one.",
			m.Program, m.Schema, store.CurrentVersion())
	case m.Format < 1 || m.Schema < 1 || m.Database.Size == 0:
		return m, errs.E(op, errs.Invalid, "This is not a backup of sregistry.")
	}
	for name := range m.Files {
		if !plain(name) {
			return m, errs.E(op, errs.Invalid, "The backup has a file %q, which no backup of sregistry has; it was tampered with.", name)
		}
	}
	return m, nil
}

// plain reports whether a name may be that of a small file in a data folder.
func plain(name string) bool {
	return name == path.Base(name) && name != "." && name != ".." && name != "/" && name != store.FileName && name != Unfinished &&
		name != halfDatabase && name != manifestName
}

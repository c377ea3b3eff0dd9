package client

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/client/trust"
	"sregistry/app/ref"
)

// session is an upload that may be resumed, even by a later run of the program. It is
// kept in a file of its own, named by what is pushed where.
type session struct {
	Server    string        `json:"server"`
	Container string        `json:"container"`
	File      string        `json:"file"`
	Size      int64         `json:"size"`
	ModTime   time.Time     `json:"modified"`
	Digest    digest.Digest `json:"digest"`
	Location  string        `json:"location,omitempty"`

	at string // the session's file; empty if it is not kept
}

// openSession gives the session of an earlier run, if the file is still the same, or else a
// fresh one. The digest of the earlier run is taken over: a file that changed without its
// size or time doing so is found out by the server, which hashes what arrives.
func (c *Client) openSession(dir string, name ref.Path, f *File) *session {
	fresh := &session{Server: c.Base(), Container: name.String(), File: f.path, Size: f.size, ModTime: f.modTime}
	if dir == "" {
		return fresh
	}
	sum := sha256.Sum256([]byte(fresh.Server + "\n" + fresh.Container + "\n" + fresh.File))
	fresh.at = filepath.Join(dir, hex.EncodeToString(sum[:16])+".json")
	text, ok := c.readSession(fresh.at)
	old := &session{at: fresh.at}
	if !ok || json.Unmarshal(text, old) != nil || old.Digest.Validate() != nil ||
		old.Server != fresh.Server || old.Container != fresh.Container || old.File != fresh.File ||
		old.Size != fresh.Size || !old.ModTime.Equal(fresh.ModTime) {
		return fresh
	}
	return old
}

// maxSession bounds what is read of a session's file.
const maxSession = 64 << 10

// readSession reads a session's file. It says where the bytes of a push go, so one that somebody
// else could have written is not believed.
func (c *Client) readSession(path string) ([]byte, bool) {
	f, info, err := trust.Open(path)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSession))
	return text, err == nil && c.me.Sealed(info)
}

// moved records where the upload now goes on.
func (s *session) moved(location string) error {
	if s.Location == location {
		return nil
	}
	s.Location = location
	return s.save()
}

// save writes the session for a later run; the file is private, since an upload's address
// is enough to write to it.
func (s *session) save() error {
	const op = "client.session.save"
	if s.at == "" {
		return nil
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fileError(op, "write", s.at, err)
	}
	if err := os.MkdirAll(filepath.Dir(s.at), 0o700); err != nil {
		return fileError(op, "write", s.at, err)
	}
	draft, err := os.CreateTemp(filepath.Dir(s.at), filepath.Base(s.at)+".*") // made with mode 0600
	if err != nil {
		return fileError(op, "write", s.at, err)
	}
	_, err = draft.Write(text)
	if closed := draft.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(draft.Name(), s.at)
	}
	if err != nil {
		os.Remove(draft.Name())
		return fileError(op, "write", s.at, err)
	}
	return nil
}

// forget removes the session's file; one that stays behind would only be found out of date.
func (s *session) forget() {
	if s.at != "" {
		_ = os.Remove(s.at)
	}
}

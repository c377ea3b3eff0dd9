package registry

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/lru"
	"sregistry/app/model"
	"sregistry/app/sif"
)

// The bounds of the file browser: images are untrusted.
const (
	// maxFileSessions is how many images are browsed at a time, and fileSessionWait how long a
	// caller waits for a turn.
	maxFileSessions = 2
	fileSessionWait = 3 * time.Second
	// fileSessionTimeout bounds one session.
	fileSessionTimeout = 10 * time.Second
	// What is cached: the file that a digest names cannot change. A listing or a
	// comparison takes 2 MiB if the image is hostile, and commonly 50 KiB.
	maxFolders     = 16
	maxComparisons = 8
)

// fileBrowser lists and compares the files in images, within bounds.
type fileBrowser struct {
	slots       chan struct{}
	folders     *lru.Map[folderKey, model.Folder]
	comparisons *lru.Map[comparisonKey, model.FileChanges]
}

type (
	folderKey struct {
		content digest.Digest
		path    string
		skip    int
	}
	comparisonKey struct{ old, new digest.Digest }
)

func newFileBrowser() fileBrowser {
	return fileBrowser{make(chan struct{}, maxFileSessions), lru.New[folderKey, model.Folder](maxFolders),
		lru.New[comparisonKey, model.FileChanges](maxComparisons)}
}

// browse runs fn when it is its turn, and not for ever.
func (s *Service) browse(ctx context.Context, fn func(*fileSession) error) error {
	const op = "registry.browse"
	turn := time.NewTimer(fileSessionWait)
	defer turn.Stop()
	select {
	case s.fileBrowser.slots <- struct{}{}:
	case <-turn.C:
		return errs.E(op, errs.Unavailable, "Too many images are being looked into just now; try again in some seconds.")
	case <-ctx.Done():
		return errs.Wrap(op, ctx.Err())
	}
	defer func() { <-s.fileBrowser.slots }()
	limited, stop := context.WithTimeout(ctx, fileSessionTimeout)
	defer stop()
	l := &fileSession{ctx: limited, file: s.OpenFile}
	defer l.close()
	err := fn(l)
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return errs.E(op, errs.Unavailable, "To look into this image takes more than %.0f seconds, so it was given up.", fileSessionTimeout.Seconds())
	}
	return err
}

// fileSession has the files of some images open.
type fileSession struct {
	ctx   context.Context
	file  func(model.Image) (*os.File, error)
	files []*sif.Files
	held  []io.Closer
}

// open opens the files of an image, until the session ends.
func (l *fileSession) open(i model.Image) (*sif.Files, error) {
	f, err := l.file(i)
	if err != nil {
		return nil, err
	}
	l.held = append(l.held, f)
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	files, err := sif.OpenFiles(l.ctx, f, info.Size())
	if err == nil {
		l.files = append(l.files, files)
	}
	return files, err
}

// close closes what was opened. Files that were only read lose nothing if that fails.
func (l *fileSession) close() {
	for _, f := range l.files {
		f.Close()
	}
	for _, f := range l.held {
		f.Close()
	}
}

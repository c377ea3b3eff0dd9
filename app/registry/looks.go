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

// The bounds of looking at the files in images, which a stranger has made.
const (
	// maxLooks is how many images are looked into at a time, and lookWait how long a
	// caller waits for a turn.
	maxLooks = 2
	lookWait = 3 * time.Second
	// lookTime bounds one look.
	lookTime = 10 * time.Second
	// What is remembered: the file that a digest names cannot change. A listing or a
	// comparison takes 2 MiB if the image is hostile, and commonly 50 KiB.
	maxFolders     = 16
	maxComparisons = 8
)

// looks keeps the looking into images within its bounds.
type looks struct {
	turns       chan struct{}
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

func newLooks() looks {
	return looks{make(chan struct{}, maxLooks), lru.New[folderKey, model.Folder](maxFolders),
		lru.New[comparisonKey, model.FileChanges](maxComparisons)}
}

// lookInto runs fn when it is its turn, and not for ever.
func (s *Service) lookInto(ctx context.Context, fn func(*look) error) error {
	const op = "registry.lookInto"
	turn := time.NewTimer(lookWait)
	defer turn.Stop()
	select {
	case s.looks.turns <- struct{}{}:
	case <-turn.C:
		return errs.E(op, errs.Unavailable, "Too many images are being looked into just now; try again in some seconds.")
	case <-ctx.Done():
		return errs.Wrap(op, ctx.Err())
	}
	defer func() { <-s.looks.turns }()
	limited, stop := context.WithTimeout(ctx, lookTime)
	defer stop()
	l := &look{ctx: limited, file: s.OpenFile}
	defer l.close()
	err := fn(l)
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return errs.E(op, errs.Unavailable, "To look into this image takes more than %.0f seconds, so it was given up.", lookTime.Seconds())
	}
	return err
}

// look is one look into some images.
type look struct {
	ctx   context.Context
	file  func(model.Image) (*os.File, error)
	files []*sif.Files
	held  []io.Closer
}

// open opens the files of an image, until the look ends.
func (l *look) open(i model.Image) (*sif.Files, error) {
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
func (l *look) close() {
	for _, f := range l.files {
		f.Close()
	}
	for _, f := range l.held {
		f.Close()
	}
}

package registry

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/budget"
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
	// fileSessionMemory is what a session takes at most before anything is listed, in bytes: two
	// filesystems with a block each, and what decompresses them.
	fileSessionMemory = 6 << 20
	// What is cached, in bytes: the file that a digest names cannot change. A listing or a
	// comparison takes some hundred KiB if the image is hostile, and commonly 50.
	maxFolders     = 2 << 20
	maxComparisons = 2 << 20
	// listedSize is what a listed file takes in memory besides its texts.
	listedSize = 128
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
	return fileBrowser{make(chan struct{}, maxFileSessions),
		lru.Weighed(maxFolders, func(k folderKey, f model.Folder) int64 {
			size := len(k.path) + len(f.Path)
			for _, one := range f.Files {
				size += sizeOf(&one)
			}
			return int64(size)
		}),
		lru.Weighed(maxComparisons, func(_ comparisonKey, c model.FileChanges) int64 {
			size := 0
			for _, one := range c.List {
				size += len(one.Path) + sizeOf(one.Old) + sizeOf(one.New)
			}
			return int64(size)
		})}
}

// sizeOf gives what a listed file takes in memory, in bytes.
func sizeOf(f *model.File) int {
	if f == nil {
		return 0
	}
	return listedSize + len(f.Name) + len(f.Target)
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
	giveBack, err := budget.Borrow(ctx, fileSessionMemory)
	if err != nil {
		return err
	}
	defer giveBack()
	limited, stop := context.WithTimeout(ctx, fileSessionTimeout)
	defer stop()
	l := &fileSession{ctx: limited, file: s.OpenFile, memory: budget.From(ctx).Held()}
	defer l.close()
	err = fn(l)
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
	// memory is what the request holds besides what hold takes, in bytes.
	memory int64
}

// hold takes memory for what is listed: so many bytes in all.
func (l *fileSession) hold(bytes int64) error { return budget.Take(l.ctx, l.memory+bytes) }

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
